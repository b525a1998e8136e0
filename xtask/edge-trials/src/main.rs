//! Asks a Worker what people would ask it, in JavaScript engines and against the offline Clerk, and a program for WASI
//! what it thinks of tokens.
//!
//! `cargo xtask ci edge` builds them, sees to it that the engines are there, and runs this program:
//! `clerk-edge-trials DIRECTORY ENGINE=PROGRAM… [@clerk/backend=DIRECTORY] [NAME]…`. The first directory has what was built
//! of ours, and the second a Worker with Clerk's own package, which is asked the same where a trial is of both. Engines are `workerd` with
//! its program, `edge-runtime` and `node` with the script that serves Workers, and `wasi` with the one that runs a
//! program. Names, or parts of them, choose among the trials. `cargo xtask bench --edge` runs
//! `clerk-edge-trials --measure ENGINE DIRECTORY`.

#![allow(
    clippy::print_stdout,
    reason = "a command line speaks on its standard streams"
)]

mod bindings;
mod browser;
mod claims;
mod cold;
mod edge;
mod engine;
mod examples;
mod headers;
mod measure;
mod requests;
mod rules;
mod table;
mod tokens;
mod wasi;
mod webhooks;
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

use crate::{
    edge::{Place, Worker},
    engine::Engine,
};

/// The Worker with Clerk's own package, which is asked the same.
const REFERENCE: &str = "@clerk/backend";

/// How a trial ends: with what it saw instead.
type Outcome = Result<(), String>;

/// What is tried in an engine, and what should hold.
struct Trial {
    name: &'static str,
    engines: Engines,
    is_of_both: bool,
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
        Self::of_engines(Engines::All, name, run)
    }

    const fn at_cloudflare(name: &'static str, run: fn(&Place<'_>) -> Outcome) -> Self {
        Self::of_engines(Engines::Cloudflares, name, run)
    }

    const fn elsewhere(name: &'static str, run: fn(&Place<'_>) -> Outcome) -> Self {
        Self::of_engines(Engines::Others, name, run)
    }

    const fn of_engines(
        engines: Engines,
        name: &'static str,
        run: fn(&Place<'_>) -> Outcome,
    ) -> Self {
        let is_of_both = false;
        Self {
            name,
            engines,
            is_of_both,
            run,
        }
    }

    /// The Worker with Clerk's own package is asked the same.
    const fn of_both(mut self) -> Self {
        self.is_of_both = true;
        self
    }

    fn is_for(&self, Place { engine, worker, .. }: &Place<'_>) -> bool {
        let is_of_worker = self.is_of_both || *worker == Worker::Ours;
        is_of_worker
            && match self.engines {
                Engines::All => true,
                Engines::Cloudflares => engine.is_cloudflares(),
                Engines::Others => !engine.is_cloudflares(),
            }
    }
}

const TRIALS: [&[Trial]; 8] = [
    requests::TRIALS,
    browser::TRIALS,
    rules::TRIALS,
    headers::TRIALS,
    cold::TRIALS,
    table::TRIALS,
    tokens::TRIALS,
    webhooks::TRIALS,
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
    let (programs, names): (Vec<_>, Vec<_>) = arguments.partition(|word| word.contains('='));
    let programs = programs.iter().filter_map(|word| word.split_once('='));
    let (reference, programs): (Vec<_>, Vec<_>) =
        programs.partition(|(name, _)| *name == REFERENCE);
    let reference = reference.first().map(|(_, modules)| Path::new(modules));
    let mut failures = 0;
    for (engine, program) in programs {
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
        let ours = |engine| Place {
            engine,
            workers: &directory,
            worker: Worker::Ours,
        };
        for &engine in &engines {
            failures += tried_at(&engine.to_string(), &ours(engine), &names);
            if let Some(modules) = reference {
                let worker = Worker::Reference(modules);
                let place = Place {
                    worker,
                    ..ours(engine)
                };
                failures += tried_at(&format!("{engine}, {REFERENCE}"), &place, &names);
            }
        }
        if let Some(&engine) = engines.iter().find(|engine| engine.is_cloudflares()) {
            let place = ours(engine);
            // Their configurations have dates of their own.
            let trials = examples::TRIALS.iter();
            let trials = trials.map(|trial| (trial.name, || (trial.run)(&place)));
            failures += tried("as copied", &names, trials);
        }
    }
    Ok(failures)
}

fn tried_at(place_name: &str, place: &Place<'_>, names: &[String]) -> usize {
    let trials = TRIALS.into_iter().flatten();
    let trials = trials.filter(|trial| trial.is_for(place));
    let trials = trials.map(|trial| (trial.name, || (trial.run)(place)));
    tried(place_name, names, trials)
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
