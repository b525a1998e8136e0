//! `clerk-dev request`: who a request comes from, and why.

mod advice;
mod auth;
mod authenticate;
mod batch;
mod checks;
mod evidence;
mod explanation;
mod given;
mod options;
mod settings;

use clap::Subcommand;

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// The subcommands of `clerk-dev request`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Authenticate(Box<authenticate::Authenticate>),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Authenticate(command) => command.run(output),
        }
    }
}
