//! `clerk-dev token`: tokens made by Clerk, or said to be.

mod batch;

use std::io;

use clap::{Args, Subcommand};

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// The subcommands of `clerk-dev token`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say whether a token is good, and if not, which check it fails and why.
    Verify(Verify),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Verify(command) => command.run(output),
        }
    }
}

/// Options of `token verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Answer questions read from standard input, one JSON object a line.
    #[arg(long, required = true)]
    batch: bool,
}

impl Verify {
    fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        batch::run(io::stdin().lock(), output)
    }
}
