use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use clerk::WithCauses;

/// What a command found out, and so which exit code it ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// 0: the answer is yes, or what was asked for was done.
    Yes,
    /// 1: the answer is no.
    No,
}

impl Verdict {
    /// Whether the answer is yes.
    pub(crate) const fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Yes => Self::SUCCESS,
            Verdict::No => Self::FAILURE,
        }
    }
}

/// Why a command found nothing out: what is wrong, and what to do about it. Exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something the user set cannot be used.
    #[error("{0}")]
    Setup(String),
    /// Reading or writing failed.
    #[error("cannot read or write: {0}")]
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    /// Something that was set cannot be used, for the reason `error`.
    pub(crate) fn setup(what: &str, error: &dyn Error) -> Self {
        Self::Setup(format!("{what}: {}", causes(error)))
    }

    /// Says it on standard error, if anybody is listening there.
    pub(crate) fn report(&self, to: &mut impl Write) {
        drop(writeln!(to, "clerk-dev: {}", causes(self)));
    }
}

/// An error and what caused it, in one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    WithCauses(error).to_string()
}
