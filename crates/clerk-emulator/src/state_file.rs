//! The file that an emulator's state is in.

use std::{
    ffi::OsString,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use crate::journal::Ledger;

/// A state file, which nobody else has as long as this is there.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// As it was written last.
    file: Option<File>,
    /// How much of it counts.
    length: u64,
    _lock: File,
}

/// Why a file cannot keep an emulator's state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot keep the emulator's state: {problem}", path.display())]
pub struct InvalidStateFile {
    path: PathBuf,
    problem: String,
}

impl InvalidStateFile {
    pub(crate) fn new(path: &Path, problem: &dyn fmt::Display) -> Self {
        Self {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}

impl StateFile {
    /// Takes the file at this path, and reads it. There need not be one yet.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<u8>), InvalidStateFile> {
        let invalid = |error: io::Error| InvalidStateFile::new(path, &error);
        // Behind a link, the file itself is to be replaced, and whoever takes another way to it is to find the lock.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_other = fs::metadata(&place).is_ok_and(|known| !known.is_file());
        if is_other || place.file_name().is_none() {
            return Err(InvalidStateFile::new(path, &"it is no regular file"));
        }
        let lock = lock(&beside(&place, ".lock")).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => InvalidStateFile::new(path, &"another emulator has it"),
            _ => invalid(error),
        })?;
        let content = match fs::read(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(invalid)?,
        };
        let file = Self {
            path: place,
            file: None,
            length: 0,
            _lock: lock,
        };
        Ok((file, content))
    }
}

impl Ledger for StateFile {
    fn append(&mut self, line: &str) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Err(io::ErrorKind::NotFound.into());
        };
        // Where a part of a line was written, the next one takes its place.
        file.seek(SeekFrom::Start(self.length))?;
        if let Err(error) = file.write_all(line.as_bytes()) {
            // If this fails, too, what is left of the line has no end, so nobody reads it.
            drop(file.set_len(self.length));
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn replace(&mut self, content: &str) -> io::Result<()> {
        let draft = beside(&self.path, ".new");
        let written = write(&draft, content).and_then(|file| {
            fs::rename(&draft, &self.path)?;
            Ok(file)
        });
        match written {
            Ok(file) => {
                self.file = Some(file);
                self.length = content.len() as u64;
                Ok(())
            }
            Err(error) => {
                drop(fs::remove_file(&draft));
                Err(error)
            }
        }
    }
}

/// A new file, for its owner's eyes alone: it has secrets.
fn write(path: &Path, content: &str) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    Ok(file)
}

/// The path with this at its end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

/// A file of its own is locked, as the state file is replaced now and then. It stays where it is: whoever removed it
/// could remove one that somebody else has just locked.
#[cfg(unix)]
fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

#[cfg(windows)]
fn lock(path: &Path) -> io::Result<File> {
    /// What Windows says of a file that somebody else has open and does not share.
    const ERROR_SHARING_VIOLATION: i32 = 32;

    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
    options
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(ERROR_SHARING_VIOLATION) => io::ErrorKind::WouldBlock.into(),
            _ => error,
        })
}

#[cfg(not(any(unix, windows)))]
fn lock(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
