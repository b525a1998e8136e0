//! How a suite ends.

use std::error::Error;

use clerk::WithCauses;

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
        Self::Failed(WithCauses(&error).to_string())
    }
}
