//! Asks a Worker what people would ask it, in Cloudflare's engine and against the offline Clerk.
//!
//! `cargo xtask ci edge` builds the Worker, sees to it that the engine is there, and runs this program:
//! `clerk-edge-trials ENGINE DIRECTORY [NAME]…`. The directory has another one for each Worker, with its modules.
//! Names, or parts of them, choose among the trials. `cargo xtask bench --edge` runs
//! `clerk-edge-trials --measure ENGINE DIRECTORY`.

#![allow(
    clippy::print_stdout,
    reason = "a command line speaks on its standard streams"
)]

mod browser;
mod cold;
mod edge;
mod engine;
mod examples;
mod headers;
mod measure;
mod requests;
mod rules;
mod table;
mod worker_transport;

use std::{
    env,
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::ExitCode,
};

use crate::{edge::Place, engine::DATES};

/// How a trial ends: with what it saw instead.
type Outcome = Result<(), String>;

/// What is tried, and what should hold.
type Trial = (&'static str, fn(&Place<'_>) -> Outcome);

fn trials() -> Vec<Trial> {
    [
        requests::TRIALS,
        browser::TRIALS,
        rules::TRIALS,
        headers::TRIALS,
        cold::TRIALS,
        table::TRIALS,
    ]
    .concat()
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            println!("{failures} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize, Box<dyn Error>> {
    let mut arguments = env::args().skip(1).peekable();
    let is_measured = arguments.next_if(|word| word == "--measure").is_some();
    let mut path = |what| arguments.next().map(PathBuf::from).ok_or(what);
    let engine = path("say where the engine is")?;
    let workers = path("say where the Workers' modules are")?;
    if is_measured {
        measure::run(&engine, &workers)?;
        return Ok(0);
    }
    let names: Vec<String> = arguments.collect();
    let is_chosen =
        |trial: &str| names.is_empty() || names.iter().any(|name| trial.contains(name.as_str()));
    let place = |date| Place {
        engine: &engine,
        workers: &workers,
        date,
    };
    let failures = DATES.map(|date| round(date, &place(date), &trials(), &is_chosen));
    // Their configurations have dates of their own.
    let examples = round("as copied", &place(""), examples::TRIALS, &is_chosen);
    Ok(failures.iter().sum::<usize>() + examples)
}

/// Says how each of the chosen trials ended, and how many failed.
fn round(
    label: &str,
    place: &Place<'_>,
    trials: &[Trial],
    is_chosen: &dyn Fn(&str) -> bool,
) -> usize {
    let mut failures = 0;
    for (name, trial) in trials.iter().filter(|(name, _)| is_chosen(name)) {
        // A browser for tests panics where it is sent in circles.
        let outcome = catch_unwind(AssertUnwindSafe(|| trial(place)));
        match outcome.unwrap_or_else(|_| Err("panicked; see above".to_owned())) {
            Ok(()) => println!("{label:<12}ok      {name}"),
            Err(problem) => {
                failures += 1;
                println!("{label:<12}FAILED  {name}: {problem}");
            }
        }
    }
    failures
}
