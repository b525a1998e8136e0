//! `clerk-dev api`: the Backend API, operation by operation.

mod answer;
mod call;
mod list;
mod listing;
mod lookup;
mod operations;

use clap::Subcommand;

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// The subcommands of `clerk-dev api`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(list::List),
    Call(call::Call),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Ls(command) => command.run(output),
            Self::Call(command) => command.run(output),
        }
    }
}
