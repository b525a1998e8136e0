//! How a suite ends.

use std::error::Error;

/// Everything was as it should be; one line says what that was.
#[derive(Debug)]
pub(crate) struct Passed(pub(crate) String);

/// Why a suite did not pass.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It could not run on this machine. That is not a pass.
    Skipped(String),
    /// Something is not as it should be, or broke.
    Failed(String),
}

pub(crate) type Outcome = Result<Passed, Stopped>;

impl<E: Error> From<E> for Stopped {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        Self::Failed(text)
    }
}
