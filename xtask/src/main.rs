//! The project's own chores: checks, benchmarks and conformance runs.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod advisories;
mod bench;
mod catalogue;
mod ci;
mod codegen;
mod conformance;
mod repository;
mod simulate;
mod soak;
mod tidy;

use std::error::Error;
use std::process::ExitCode;

/// A chore fails with one sentence that says what to do next.
type Outcome = Result<(), Box<dyn Error>>;

struct Command {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "tidy",
        usage: "tidy",
        about: "check the facts about this repository that the compiler cannot",
        run: tidy::run,
    },
    Command {
        name: "ci",
        usage: "ci [--list] [STEP]...",
        about: "run every check that guards the main branch, or the steps named",
        run: ci::run,
    },
    Command {
        name: "release",
        usage: "release",
        about: "say whether what is committed may go to the registry; it uploads nothing",
        run: ci::package::release,
    },
    Command {
        name: "codegen",
        usage: "codegen [--check]",
        about: "write the generated code from the catalogue, or say what differs",
        run: codegen::run,
    },
    Command {
        name: "bench",
        usage: "bench [--json] [--build|--cores|--edge|--emulator [PROGRAM]...|--service | [--instructions] [--runtimes] [ROW]...]",
        about: "measure our verification beside that of other libraries",
        run: bench::run,
    },
    Command {
        name: "conformance",
        usage: "conformance [--seed N] [--count N] [--bless] [--document FILE]... [SUITE]...",
        about: "hold our answers against those of Clerk's own clients",
        run: conformance::run,
    },
    Command {
        name: "simulate",
        usage: "simulate [--instances N] [--seed N] [--json] [--svg FILE] …",
        about: "go through a day with ten thousand key caches, ours and others'",
        run: simulate::run,
    },
    Command {
        name: "soak",
        usage: "soak [--minutes N] [--rate N] [--seed N] [--untimed] [--json]",
        about: "keep the axum example under load while keys rotate and Clerk fails",
        run: soak::run,
    },
    Command {
        name: "import",
        usage: "import --openapi FILE --webhooks FILE [--out DIRECTORY]",
        about: "read the facts of Clerk's API description into the catalogue",
        run: catalogue::run_import,
    },
    Command {
        name: "diff",
        usage: "diff OLD NEW",
        about: "compare two catalogues: what is breaking, what is loosening, what is additive",
        run: catalogue::run_diff,
    },
];

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        text.push_str(&format!("  {:<81}{}\n", command.usage, command.about));
    }
    text
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("there is no command `{name}`\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error}");
            if error.is::<conformance::Skipped>() {
                ExitCode::from(conformance::Skipped::STATUS)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}
