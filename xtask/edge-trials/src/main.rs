//! Asks a Worker what people would ask it, in JavaScript engines and against the offline Clerk, and a program for WASI
//! what it thinks of tokens.
//!
//! `cargo xtask ci edge` builds them, sees to it that the engines are there, and runs this program:
//! `clerk-edge-trials DIRECTORY ENGINE=PROGRAM… [NAME]…`. The directory has what was built. Engines are `workerd` with
//! its program, `edge-runtime` and `node` with the script that serves Workers, and `wasi` with the one that runs a
//! program. Names, or parts of them, choose among the trials. `cargo xtask bench --edge` runs
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
mod wasi;
mod worker_transport;
mod workerd;

use std::{
    env,
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clerk_core::{Clock as _, SystemClock};

use crate::{edge::Place, engine::Engine};

/// How a trial ends: with what it saw instead.
type Outcome = Result<(), String>;

/// What is tried in an engine, and what should hold.
struct Trial {
    name: &'static str,
    engines: Engines,
    run: fn(&Place<'_>) -> Outcome,
}

#[derive(Clone, Copy)]
enum Engines {
    All,
    /// Where what a request waits for is its own, and ends with it.
    Cloudflares,
    /// Where a promise goes on until it is settled.
    Others,
}

impl Trial {
    const fn everywhere(name: &'static str, run: fn(&Place<'_>) -> Outcome) -> Self {
        let engines = Engines::All;
        Self { name, engines, run }
    }

    const fn at_cloudflare(name: &'static str, run: fn(&Place<'_>) -> Outcome) -> Self {
        let engines = Engines::Cloudflares;
        Self { name, engines, run }
    }

    const fn elsewhere(name: &'static str, run: fn(&Place<'_>) -> Outcome) -> Self {
        let engines = Engines::Others;
        Self { name, engines, run }
    }

    fn is_for(&self, engine: Engine<'_>) -> bool {
        match self.engines {
            Engines::All => true,
            Engines::Cloudflares => engine.is_cloudflares(),
            Engines::Others => !engine.is_cloudflares(),
        }
    }
}

const TRIALS: [&[Trial]; 6] = [
    requests::TRIALS,
    browser::TRIALS,
    rules::TRIALS,
    headers::TRIALS,
    cold::TRIALS,
    table::TRIALS,
];

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
    if arguments.next_if(|word| word == "--measure").is_some() {
        let mut path = |what| arguments.next().map(PathBuf::from).ok_or(what);
        let engine = path("say where the engine is")?;
        measure::run(&engine, &path("say where the Workers' modules are")?)?;
        return Ok(0);
    }
    let directory = arguments.next().map(PathBuf::from);
    let directory = directory.ok_or("say where the Worker's modules are")?;
    let (engines, names): (Vec<_>, Vec<_>) = arguments.partition(|word| word.contains('='));
    let mut failures = 0;
    for (engine, program) in engines.iter().filter_map(|word| word.split_once('=')) {
        let program = Path::new(program);
        let engines = match engine {
            "workerd" => workerd::DATES
                .map(|date| Engine::Workerd { program, date })
                .to_vec(),
            "edge-runtime" => vec![Engine::EdgeRuntime { server: program }],
            "node" => vec![Engine::Node { server: program }],
            "wasi" => {
                let trial = (wasi::TRIAL, || wasi::verdicts(program, &directory));
                failures += tried(engine, &names, [trial]);
                continue;
            }
            other => return Err(format!("no engine is called {other}").into()),
        };
        for &engine in &engines {
            let place = Place {
                engine,
                workers: &directory,
            };
            let trials = TRIALS.into_iter().flatten();
            let trials = trials.filter(|trial| trial.is_for(engine));
            let trials = trials.map(|trial| (trial.name, || (trial.run)(&place)));
            failures += tried(&engine.to_string(), &names, trials);
        }
        if let Some(&engine) = engines.iter().find(|engine| engine.is_cloudflares()) {
            let place = Place {
                engine,
                workers: &directory,
            };
            // Their configurations have dates of their own.
            let trials = examples::TRIALS.iter();
            let trials = trials.map(|trial| (trial.name, || (trial.run)(&place)));
            failures += tried("as copied", &names, trials);
        }
    }
    Ok(failures)
}

/// Runs those that were asked for, and counts those that failed.
fn tried<T: FnOnce() -> Outcome>(
    engine: &str,
    names: &[String],
    trials: impl IntoIterator<Item = (&'static str, T)>,
) -> usize {
    let is_chosen = |trial: &str| names.is_empty() || names.iter().any(|name| trial.contains(name));
    let clock = SystemClock::new();
    let start = clock.monotonic();
    let mut failures = 0;
    for (name, trial) in trials.into_iter().filter(|(name, _)| is_chosen(name)) {
        // A browser for tests panics where it is sent in circles.
        let outcome = catch_unwind(AssertUnwindSafe(trial));
        match outcome.unwrap_or_else(|_| Err("panicked; see above".to_owned())) {
            Ok(()) => println!("{engine}  ok      {name}"),
            Err(problem) => {
                failures += 1;
                println!("{engine}  FAILED  {name}: {problem}");
            }
        }
    }
    let took = clock.monotonic().saturating_duration_since(start);
    println!("{engine}  {:.1} s", took.as_secs_f64());
    failures
}
