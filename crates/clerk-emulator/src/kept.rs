//! What a state file keeps, and what of it has changed.

use std::ops::{Deref, DerefMut};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

/// A part of the state that a file keeps.
pub(crate) trait Kept {
    /// Notes what changes from now on.
    fn watch(&mut self);

    /// Whether anything was noted.
    fn has_changed(&self) -> bool;

    /// What was noted, or `None` where nothing has changed: of a part in one piece, that.
    fn changes(&self) -> serde_json::Result<Option<Box<RawValue>>> {
        let all = self.has_changed().then(|| self.all()).transpose()?;
        Ok(all.and_then(|mut all| all.pop()))
    }

    /// All of it, in pieces: as changes of a part that has nothing yet.
    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>>;

    /// Changes it as it was changed then.
    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()>;
}

/// The parts of something, by the names that they have in a file.
pub(crate) type Parts<'p> = Vec<(&'static str, &'p mut dyn Kept)>;

/// A value that is kept as a whole: it knows whether somebody could have changed it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted<T> {
    value: T,
    changed: bool,
}

impl<T> From<T> for Noted<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            changed: false,
        }
    }
}

impl<T> Deref for Noted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Noted<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.value
    }
}

impl<T: Serialize + DeserializeOwned> Kept for Noted<T> {
    fn watch(&mut self) {
        self.changed = false;
    }

    fn has_changed(&self) -> bool {
        self.changed
    }

    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>> {
        Ok(vec![to_raw_value(&self.value)?])
    }

    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()> {
        self.value = serde_json::from_str(changes.get())?;
        Ok(())
    }
}
