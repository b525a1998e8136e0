//! A day of a fleet, simulated: what the key caches of ten thousand instances ask of Clerk's key server, and
//! what they answer meanwhile. `cargo xtask simulate` runs it.
//!
//! Ours are the real key cache (`KeySetCache`), the real retries (`clerk_http::Step`) and the real verifier
//! (`UnverifiedToken::verify`) under a virtual clock; signatures alone are cheap sums. Beside them are the policies of
//! clerk-rs and of `@clerk/backend`, modelled. [`day`] says what happens and what is assumed, [`policies::clerk_rs`]
//! and [`policies::backend`] which rule each model follows, [`fleet`] how it is computed.
//!
//! The same seed gives the same result, byte for byte, on one machine: logarithms may differ from one to another.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod day;
mod fleet;
mod key_server;
mod options;
mod place;
mod plot;
mod policies;
mod queue;
mod random;
mod report;
mod tally;
#[cfg(test)]
mod tests;
mod tokens;

use std::{error::Error, process::ExitCode};

use clerk_http::Settings;

use crate::{options::Options, report::Report};

fn main() -> ExitCode {
    match run() {
        Ok(violations) if violations.is_empty() => ExitCode::SUCCESS,
        Ok(violations) => {
            for violation in violations {
                eprintln!("{violation}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Says what does not hold and must.
fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::parse(&arguments)?;
    let report = Report::of(&options);
    if options.json {
        print!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    if let Some(file) = &options.svg {
        std::fs::write(file, plot::svg(&report))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(report.violations())
}

/// Those of a client to whom only the secret key was given.
fn settings() -> Settings {
    let key = "sk_test_simulation".parse();
    let key = key.unwrap_or_else(|error| unreachable!("it has the form of a secret key: {error}"));
    let settings = Settings::builder().secret_key(key).build();
    settings.unwrap_or_else(|error| unreachable!("a key is all that settings need: {error}"))
}
