//! The catalogue as files: one for each group, one for the models that groups share, and one each
//! for events, enums, ids and the source.
//!
//! ```toml
//! group = "users"
//! feature = "users"
//! tag = "Users"
//!
//! [op.get]
//! id = "GetUser"
//! http = "GET /users/{user_id}"
//! path = { user_id = "UserId" }
//! ok = "200 User"
//! err = "400 401 404"
//!
//! [model.User]
//! id = "UserId"
//! object = "'user'"
//! banned = "bool"
//!
//! [choice.SessionRefresh]
//! Token = "SessionToken object='token'"
//! ```

pub(crate) mod additions;
mod read;
mod table;

mod write;

use std::path::Path;
use std::{fs, io};

use crate::ir::Api;
use crate::{Error, derive};

pub(crate) use table::Table;

/// A file of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name inside the directory of the catalogue.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// The files of a catalogue, byte for byte the same for the same API.
#[must_use]
pub fn print(api: &Api) -> Vec<File> {
    write::files(api)
}

/// Reads the files of a catalogue, without any overlay.
///
/// # Errors
///
/// A file is not as [`print()`] writes it.
pub fn parse(files: &[File]) -> Result<Api, Error> {
    let mut api = read::api(files)?;
    derive::derive(&mut api)?;
    Ok(api)
}

/// Reads the directory of a catalogue, without any overlay.
///
/// # Errors
///
/// The directory cannot be read, or a file in it is not as [`print()`] writes it.
pub fn read(directory: &Path) -> Result<Api, Error> {
    let listed = list(directory);
    let files = listed
        .map_err(|error| Error::new(format!("{} cannot be read: {error}", directory.display())))?;
    parse(&files)
}

/// The TOML files of a directory, by name.
///
/// # Errors
///
/// The directory or a file in it cannot be read.
pub fn list(directory: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            let text = fs::read_to_string(entry.path())?;
            files.push(File { name, text });
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(files)
}
