//! `clerk-dev webhook`: deliveries from Clerk, or said to be.

mod answer;
mod batch;
mod message;
mod sample;
mod send;
mod sign;
mod verify;

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use clap::{Args, Subcommand};
use clerk::{Clock as _, SystemClock, UnixTime, webhooks::SigningSecrets};

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
    token::unix_time,
};

/// The subcommands of `clerk-dev webhook`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Verify(verify::Verify),
    Sign(sign::Sign),
    Send(Box<send::Send>),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Verify(command) => command.run(output),
            Self::Sign(command) => command.run(output),
            Self::Send(command) => command.run(output),
        }
    }
}

/// When a delivery is judged or signed.
#[derive(Clone, Copy, Debug, Args)]
struct At {
    /// Take it to be this Unix time in seconds, instead of now
    #[arg(long, value_name = "SECONDS", value_parser = unix_time, allow_negative_numbers = true)]
    now: Option<UnixTime>,
}

impl At {
    fn time(self) -> UnixTime {
        self.now.unwrap_or_else(|| SystemClock::new().now())
    }
}

/// From the environment alone: what stands in arguments is seen by everybody on the machine.
fn secrets() -> Result<SigningSecrets, Failure> {
    SigningSecrets::from_env()
        .map_err(|error| Failure::setup("the signing secret cannot be used", &error))
}

/// Far beyond what Clerk sends.
const LONGEST_FILE: u64 = 16 << 20;

/// All of a file; `-` is standard input.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    let read = if path == Path::new("-") {
        let stdin = io::stdin().lock();
        stdin.take(LONGEST_FILE).read_to_end(&mut content)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_FILE).read_to_end(&mut content))
    };
    let what = || format!("cannot read {}", path.display());
    read.map_err(|error| Failure::setup(&what(), &error))?;
    Ok(content)
}
