//! The text of a state file: a line that says what it is, then a line for each request that changed something.
//!
//! Nothing here touches a file.

use std::{borrow::Cow, collections::BTreeMap, fmt, io};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::kept::Parts;

/// To be raised when an earlier emulator would lose something by reading what this one writes: another part, another
/// member.
const VERSION: u64 = 1;

/// How many bytes of changes there may be beside as many as all the rest has.
const ROOM: u64 = 1024 * 1024;

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Header {
    /// The version of the format.
    clerk_emulator_state: u64,
    /// What the instance's identifiers derive from.
    pub(crate) identifiers: u64,
    /// How often an emulator was started with it before.
    pub(crate) starts: u64,
}

/// What stands in a state file.
#[derive(Debug)]
pub(crate) struct Journal<'f> {
    pub(crate) header: Header,
    lines: Vec<&'f [u8]>,
}

/// Why the content of a file is no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("it is no state file of an emulator")]
    NoState,
    #[error(
        "it has version {0} of the format, and this emulator reads {VERSION}: a newer one wrote it"
    )]
    Newer(u64),
    #[error("its line {0} cannot be used: {1}")]
    Line(usize, String),
}

impl Header {
    /// That of a new file.
    pub(crate) fn new(identifiers: u64) -> Self {
        Self {
            clerk_emulator_state: VERSION,
            identifiers,
            starts: 0,
        }
    }

    /// The same, after one more start.
    pub(crate) fn started(self) -> Self {
        Self {
            clerk_emulator_state: VERSION,
            starts: self.starts.saturating_add(1),
            ..self
        }
    }
}

impl<'f> Journal<'f> {
    /// Reads a file's content. `None` where there is none yet. What follows the last whole line was being written when
    /// something ended the emulator: nobody was answered.
    pub(crate) fn read(content: &'f [u8]) -> Result<Option<Self>, Unreadable> {
        #[derive(Deserialize)]
        struct Version {
            clerk_emulator_state: u64,
        }

        if content.is_empty() {
            return Ok(None);
        }
        let mut lines: Vec<&[u8]> = content.split(|byte| *byte == b'\n').collect();
        lines.pop();
        let first = lines.first().copied().unwrap_or_default();
        let Version {
            clerk_emulator_state: version,
        } = serde_json::from_slice(first).map_err(|_| Unreadable::NoState)?;
        if version > VERSION {
            return Err(Unreadable::Newer(version));
        }
        let header = serde_json::from_slice(first).map_err(|_| Unreadable::NoState)?;
        Ok(Some(Self { header, lines }))
    }

    /// Brings parts that have nothing yet to where they were.
    pub(crate) fn replay(&self, parts: &mut Parts<'_>) -> Result<(), Unreadable> {
        for (index, line) in self.lines.iter().enumerate().skip(1) {
            let unusable = |problem: String| Unreadable::Line(index + 1, problem);
            let changes: BTreeMap<Cow<'_, str>, &RawValue> =
                serde_json::from_slice(line).map_err(|error| unusable(error.to_string()))?;
            for (name, changes) in changes {
                let mut known = parts.iter_mut();
                let Some((_, part)) = known.find(|(known, _)| *known == name) else {
                    return Err(unusable(format!("this emulator has no {name}")));
                };
                part.apply(changes)
                    .map_err(|error| unusable(format!("{name}: {error}")))?;
            }
        }
        Ok(())
    }
}

/// What has changed, as a line; `None` where nothing has.
fn line(parts: &Parts<'_>) -> serde_json::Result<Option<String>> {
    let mut changes = BTreeMap::new();
    for (name, part) in parts {
        if let Some(changed) = part.changes()? {
            changes.insert(*name, changed);
        }
    }
    if changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(&changes)? + "\n"))
}

/// All that there is.
fn whole(header: Header, parts: &Parts<'_>) -> serde_json::Result<String> {
    let mut text = serde_json::to_string(&header)? + "\n";
    for (name, part) in parts {
        for piece in part.all()? {
            text += &serde_json::to_string(&BTreeMap::from([(name, piece)]))?;
            text.push('\n');
        }
    }
    Ok(text)
}

/// Where a journal is written.
pub(crate) trait Ledger: fmt::Debug + Send {
    /// Adds a line. Where that fails, nothing was added.
    fn append(&mut self, line: &str) -> io::Result<()>;

    /// Has this in the place of all that there was, at once. Where that fails, all is as it was.
    fn replace(&mut self, content: &str) -> io::Result<()>;
}

/// Keeps a state's journal.
#[derive(Debug)]
pub(crate) struct Keeper {
    ledger: Box<dyn Ledger>,
    header: Header,
    /// How long the journal was when it was written anew, and how much was added since.
    compact: u64,
    added: u64,
    /// Whether nothing that is in the journal holds any more.
    is_void: bool,
}

impl Keeper {
    /// One that writes all anew at first.
    pub(crate) fn new(ledger: Box<dyn Ledger>, header: Header) -> Self {
        Self {
            ledger,
            header,
            compact: 0,
            added: 0,
            is_void: true,
        }
    }

    /// Says that the state is another one now.
    pub(crate) fn start_over(&mut self) {
        self.is_void = true;
    }

    /// Writes what has changed. What could not be written still counts as changed.
    pub(crate) fn keep(&mut self, parts: &mut Parts<'_>) -> io::Result<()> {
        if self.is_void {
            return self.write_anew(parts);
        }
        let Some(line) = line(parts)? else {
            return Ok(());
        };
        self.ledger.append(&line)?;
        watch(parts);
        self.added += line.len() as u64;
        // The journal is whole as it is, so it may stay long for as long again.
        if self.added > self.compact + ROOM && self.write_anew(parts).is_err() {
            self.added = 0;
        }
        Ok(())
    }

    fn write_anew(&mut self, parts: &mut Parts<'_>) -> io::Result<()> {
        let content = whole(self.header, parts)?;
        self.ledger.replace(&content)?;
        watch(parts);
        (self.compact, self.added) = (content.len() as u64, 0);
        self.is_void = false;
        Ok(())
    }
}

fn watch(parts: &mut Parts<'_>) {
    for (_, part) in parts {
        part.watch();
    }
}

#[cfg(test)]
mod tests;
