//! `clerk-dev request`: who a request comes from, and why.

mod auth;
mod batch;
mod checks;
mod options;

use std::io;

use clap::{Args, Subcommand};

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// The subcommands of `clerk-dev request`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Authenticate(Authenticate),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Authenticate(command) => command.run(output),
        }
    }
}

/// Say who requests come from
#[derive(Debug, Args)]
pub(crate) struct Authenticate {
    /// Read one request a line from standard input, as JSON, and answer each with a line of JSON
    #[arg(long)]
    batch: bool,
}

impl Authenticate {
    fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        batch::run(io::stdin().lock(), output)
    }
}
