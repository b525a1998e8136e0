//! Holds Clerk for Rust against Clerk's own clients, which run here unmodified.
//!
//! `cargo xtask conformance` builds this program and `clerk-dev`, and runs it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod authenticate;
mod browser;
mod checks;
mod cli;
mod clients;
mod described;
mod divergences;
mod emulator;
mod frameworks;
mod guide;
mod has;
mod isolation;
mod methods;
mod newcomer;
mod outcome;
mod problems;
mod programs;
mod random;
mod recipes;
mod requests;
mod signer;
mod testing;
mod tokens;
mod tour;
mod webhooks;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clerk::{Clock, SystemClock};

use crate::outcome::{Outcome, Passed, Stopped};

/// What a suite is run with.
#[derive(Debug)]
struct Settings {
    /// Whatever is made up is made up from this number.
    seed: u64,
    /// How many tokens, requests and webhooks are made up.
    count: usize,
    /// Where the clients are installed.
    directory: PathBuf,
    /// The program that answers for us.
    clerk_dev: PathBuf,
    /// Clerk's descriptions of its API, which this repository does not have.
    documents: Vec<PathBuf>,
    /// Whether what is found now is what is to be expected from now on.
    bless: bool,
}

struct Suite {
    name: &'static str,
    /// What installs the clients it needs.
    clients: &'static [clients::SetUp],
    run: fn(&Settings) -> Outcome,
}

const SUITES: &[Suite] = &[
    Suite {
        name: emulator::NAME,
        clients: &[clients::NODE, clients::PYTHON],
        run: emulator::run,
    },
    Suite {
        name: frameworks::NAME,
        clients: &[clients::NODE],
        run: frameworks::run,
    },
    Suite {
        name: methods::NAME,
        clients: &[clients::NODE, clients::PYTHON, clients::PYTHON_NEWEST],
        run: methods::run,
    },
    Suite {
        name: described::NAME,
        clients: &[described::CLIENTS],
        run: described::run,
    },
    Suite {
        name: browser::NAME,
        clients: &[browser::CLIENTS],
        run: browser::run,
    },
    Suite {
        name: testing::NAME,
        clients: &[testing::CLIENTS],
        run: testing::run,
    },
    Suite {
        name: cli::NAME,
        clients: &[cli::CLIENTS],
        run: cli::run,
    },
    Suite {
        name: recipes::NAME,
        clients: &[recipes::CLIENTS],
        run: recipes::run,
    },
    Suite {
        name: newcomer::NAME,
        clients: &[newcomer::CLIENTS],
        run: newcomer::run,
    },
    Suite {
        name: tour::NAME,
        clients: &[clients::NODE, browser::CLIENTS],
        run: tour::run,
    },
    Suite {
        name: tokens::NAME,
        clients: &[clients::NODE],
        run: tokens::run,
    },
    Suite {
        name: requests::NAME,
        clients: &[clients::NODE],
        run: requests::run,
    },
    Suite {
        name: authenticate::NAME,
        clients: &[clients::NODE],
        run: authenticate::run,
    },
    Suite {
        name: has::NAME,
        clients: &[clients::NODE],
        run: has::run,
    },
    Suite {
        name: webhooks::NAME,
        clients: &[clients::NODE, clients::PYTHON],
        run: webhooks::run,
    },
];

const USAGE: &str = "usage: cargo xtask conformance [--seed N] [--count N] [--bless] [--document FILE]... [SUITE]...

  emulator      Clerk's own clients accept our emulator, and refuse bad tokens as we do
  frameworks    services with Clerk's middleware for Express, Fastify and Hono, before our emulator
  methods       every method of Clerk's own Backend API clients works with our emulator, but for those listed
  described     what our emulator answers is what a document of Clerk's describes, but for a list; needs --document
  browser       clerk-js and its components, in Chromium, take our emulator for Clerk
  testing       @clerk/testing signs browsers in to our emulator, in Playwright and Chromium
  cli           the npm CLI `clerk` works with our emulator
  recipes       what the guide for other languages shows is run: pytest, and Go where there is one
  newcomer      the commands of docs/examples/vite-axum lead to a page on which people sign in, in Chromium
  tour          an application of our axum layer and one of @clerk/express send a browser the same way, in Chromium
  tokens        made-up tokens are judged as @clerk/backend judges them, but for docs/divergences.md
  requests      clerk-api sends what @clerk/backend sends for the same call, but for docs/divergences.md
  authenticate  made-up requests are authenticated as @clerk/backend does, but for docs/divergences.md
  has           what a session may do is what @clerk/backend says
  webhooks      webhooks signed by svix and standardwebhooks verify here, and ours there

--bless writes the list of the methods that do not pass anew.
--document gives a description of the Backend API in OpenAPI, as Clerk publishes it; several are judged one by one.

Exits with 0 if all suites passed, 1 if one failed, 77 if none failed but one could not run here.";

/// The status that test harnesses commonly take for `skipped`.
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&arguments) {
        Ok((settings, suites)) => match isolation::enter(&settings, &suites, &arguments) {
            Some(code) => ExitCode::from(code),
            None => run(&settings, &suites),
        },
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<(Settings, Vec<&'static Suite>), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    // Cargo puts both programs into a directory of its target directory.
    let clerk_dev = program.with_file_name("clerk-dev");
    let target = clerk_dev.ancestors().nth(2).unwrap_or(Path::new("."));
    let mut settings = Settings {
        seed: 1,
        count: 5_000,
        directory: target.join("conformance"),
        clerk_dev,
        documents: Vec::new(),
        bless: false,
    };
    let mut suites = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse::<u32>().ok());
            value.ok_or_else(|| format!("give `{argument}` a number"))
        };
        match argument.as_str() {
            "--seed" => settings.seed = number()?.into(),
            "--count" => settings.count = number()? as usize,
            "--document" => {
                let file = arguments.next().ok_or("give `--document` a file")?;
                settings.documents.push(file.into());
            }
            "--bless" => settings.bless = true,
            name => {
                let suite = SUITES.iter().find(|suite| suite.name == name);
                suites.push(suite.ok_or_else(|| format!("there is no suite `{name}`"))?);
            }
        }
    }
    if suites.is_empty() {
        let can_run =
            |suite: &&Suite| suite.name != described::NAME || !settings.documents.is_empty();
        suites.extend(SUITES.iter().filter(can_run));
    }
    Ok((settings, suites))
}

fn run(settings: &Settings, suites: &[&Suite]) -> ExitCode {
    let clock = SystemClock::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    if suites.len() > 1 && settings.documents.is_empty() {
        println!(
            "{:<13}left out            {}",
            described::NAME,
            described::NO_DOCUMENT
        );
    }
    for suite in suites {
        let start = clock.monotonic();
        let outcome = (suite.run)(settings);
        let elapsed = clock.monotonic().saturating_duration_since(start);
        let (verdict, text) = match outcome {
            Ok(Passed(text)) => {
                passed += 1;
                ("passed", text)
            }
            Err(Stopped::Skipped(why)) => {
                skipped += 1;
                ("SKIPPED", why)
            }
            Err(Stopped::Failed(why)) => {
                failed += 1;
                ("FAILED", why)
            }
        };
        let seconds = elapsed.as_secs_f64();
        println!("{:<13}{verdict:<9}{seconds:>5.1} s  {text}", suite.name);
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    match (failed, skipped) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(SKIPPED),
        _ => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(u64, usize, Vec<&'static str>), String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (settings, suites) = parse(&arguments)?;
        let names = suites.iter().map(|suite| suite.name).collect();
        Ok((settings.seed, settings.count, names))
    }

    #[test]
    fn suites_and_numbers_are_told_apart() {
        assert_eq!(
            parsed(""),
            Ok((
                1,
                5_000,
                vec![
                    "emulator",
                    "frameworks",
                    "methods",
                    "browser",
                    "testing",
                    "cli",
                    "recipes",
                    "newcomer",
                    "tour",
                    "tokens",
                    "requests",
                    "authenticate",
                    "has",
                    "webhooks"
                ]
            ))
        );
        assert_eq!(
            parsed("tokens --seed 7 --count 20"),
            Ok((7, 20, vec!["tokens"]))
        );
        let (_, _, suites) = parsed("--document old.yml --document new.yml").unwrap();
        assert!(suites.contains(&"described"));
        assert_eq!(parsed("described"), Ok((1, 5_000, vec!["described"])));
        assert!(parsed("--document").is_err_and(|problem| problem.contains("--document")));
        assert!(parsed("--seed").is_err_and(|problem| problem.contains("--seed")));
        assert!(parsed("tokns").is_err_and(|problem| problem.contains("tokns")));
    }
}
