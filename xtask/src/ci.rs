//! Every check that guards the main branch, in the order in which they fail fastest.

mod debian;
pub(crate) mod edge;
mod features;
mod latest;
mod msrv;
mod no_std;
pub(crate) mod package;
mod proxies;
mod redis;
mod signatures;
mod soak;
mod toolchains;
pub(crate) mod wasm;

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::repository::{self, Metadata};
use crate::{Outcome, codegen, conformance, tidy};

/// How a step ended, when it did not fail.
enum Verdict {
    Passed,
    /// It could not run on this machine, and why.
    Skipped(String),
}

/// The error says which command to repeat.
type StepOutcome = Result<Verdict, String>;

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Metadata) -> StepOutcome,
}

const STEPS: &[Step] = &[
    Step {
        name: "tidy",
        about: "facts about the repository: layers, manifests, lengths, links",
        run: |_| match tidy::run(&[]) {
            Ok(()) => Ok(Verdict::Passed),
            Err(error) => Err(format!("{error}\nrepeat with: cargo xtask tidy")),
        },
    },
    Step {
        name: "format",
        about: "every file is as rustfmt would write it",
        run: |_| {
            for manifest in APART {
                succeed(cargo(&["fmt", "--check", "--manifest-path", manifest]))?;
            }
            pass(cargo(&["fmt", "--all", "--check"]))
        },
    },
    Step {
        name: "codegen",
        about: "the generated code is what the catalogue says",
        run: |_| match codegen::run(&["--check".to_owned()]) {
            Ok(()) => Ok(Verdict::Passed),
            Err(error) => Err(error.to_string()),
        },
    },
    Step {
        name: "clippy",
        about: "no warning anywhere, tests and examples included",
        run: |_| pass(deny_warnings(cargo(&CLIPPY_EVERYTHING))),
    },
    Step {
        name: "features",
        about: "each optional feature compiles alone, and so does none; for WebAssembly, all and none",
        run: features::check,
    },
    Step {
        name: "apart",
        about: "no warning in the packages that stand apart from the workspace",
        run: |metadata| {
            for manifest in APART {
                let mut command = cargo(&["clippy", "--locked", "--manifest-path", manifest]);
                let directory = metadata.target_directory.join("apart");
                command.arg("--target-dir").arg(directory);
                succeed(deny_warnings(command)).map_err(|error| {
                    let update = "cargo update --workspace --manifest-path";
                    format!("after a change of dependencies: {update} {manifest}\n{error}")
                })?;
            }
            Ok(Verdict::Passed)
        },
    },
    Step {
        name: "no-std",
        about: "a program without a standard library verifies a token",
        run: no_std::check,
    },
    Step {
        name: "docs",
        about: "the documentation builds without a warning",
        run: |_| {
            let mut command = cargo(&DOCUMENT_EVERYTHING);
            command.env("RUSTDOCFLAGS", "-Dwarnings");
            pass(command)
        },
    },
    Step {
        name: "package",
        about: "every crate for users can be packed for the registry; needs the crate registry",
        run: package::check,
    },
    Step {
        name: "demo",
        about: "the demonstration that the README begins with ends well",
        run: |_| pass(cargo(&["demo"])),
    },
    Step {
        name: "soak",
        about: "the axum example answers all comers rightly while keys rotate and Clerk fails, for a moment",
        run: soak::check,
    },
    Step {
        name: "redis",
        about: "replicas that share a Redis, or a Valkey, act on a webhook once",
        run: redis::check,
    },
    Step {
        name: "proxies",
        about: "people sign in behind nginx, HAProxy, Caddy and Apache, with the guide's lines",
        run: proxies::check,
    },
    Step {
        name: "conformance",
        about: "Clerk's own clients and ours say the same",
        run: |_| {
            provide_chromium();
            match conformance::run(&[]) {
                Ok(()) => Ok(Verdict::Passed),
                Err(why) if why.is::<conformance::Skipped>() => {
                    Ok(Verdict::Skipped(why.to_string()))
                }
                Err(error) => Err(format!("{error}\nrepeat with: cargo xtask conformance")),
            }
        },
    },
    Step {
        name: "edge",
        about: "a Worker in Cloudflare's engine, Vercel's and Node, and WASI, let in whom they should",
        run: edge::check,
    },
    Step {
        name: "latest",
        about: "the crates pass their tests without our lock file: the newest and the lowest versions",
        run: latest::check,
    },
    Step {
        name: "signatures",
        about: "no foreign type in a public signature below the frameworks",
        run: signatures::check,
    },
    Step {
        name: "msrv",
        about: "the oldest supported compiler still compiles what users compile",
        run: msrv::check,
    },
];

/// For the suite that drives a browser. Where none is to be had, the suite says that it skips.
fn provide_chromium() {
    let is_there =
        Path::new("/usr/bin/chromium").exists() || std::env::var_os("CHROMIUM").is_some();
    if is_there {
        return;
    }
    if let Err(why) = debian::install(&["chromium"]) {
        eprintln!("no Chromium: {why}");
    }
}

/// Packages with a lock file of their own; see `exclude` in the root manifest.
const APART: [&str; 13] = [
    "docs/examples/worker/Cargo.toml",
    "docs/examples/worker-axum/Cargo.toml",
    "docs/examples/worker-webhooks/Cargo.toml",
    "fuzz/Cargo.toml",
    "xtask/edge/bench/Cargo.toml",
    "xtask/edge/glue/Cargo.toml",
    "xtask/edge/wasi/Cargo.toml",
    "xtask/edge/worker/Cargo.toml",
    "xtask/no-std-probe/Cargo.toml",
    "xtask/peers/Cargo.toml",
    "xtask/services/bare/Cargo.toml",
    "xtask/services/clerk/Cargo.toml",
    "xtask/services/clerk-rs/Cargo.toml",
];

const CLIPPY_EVERYTHING: [&str; 5] = [
    "clippy",
    "--workspace",
    "--all-targets",
    "--all-features",
    "--locked",
];

const DOCUMENT_EVERYTHING: [&str; 5] = [
    "doc",
    "--workspace",
    "--no-deps",
    "--all-features",
    "--locked",
];

fn cargo(arguments: &[&str]) -> Command {
    let mut command = repository::cargo();
    command.args(arguments);
    command
}

fn deny_warnings(mut clippy: Command) -> Command {
    clippy.args(["--", "--deny", "warnings"]);
    clippy
}

fn pass(command: Command) -> StepOutcome {
    succeed(command).map(|()| Verdict::Passed)
}

/// Runs a command on our own standard streams.
fn succeed(mut command: Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{status}\nrepeat with: {}", Shell(&command))),
        Err(error) => Err(format!("{error}\ncould not run: {}", Shell(&command))),
    }
}

/// A command as one would type it.
struct Shell<'a>(&'a Command);

impl fmt::Display for Shell<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.0.get_envs() {
            if let Some(value) = value {
                let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
                write!(formatter, "{name}='{value}' ")?;
            }
        }
        let program = std::path::Path::new(self.0.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        write!(formatter, "{}", name.to_string_lossy())?;
        for argument in self.0.get_args() {
            write!(formatter, " {}", argument.to_string_lossy())?;
        }
        Ok(())
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if arguments == ["--list"] {
        for step in STEPS {
            println!("  {:<12}{}", step.name, step.about);
        }
        return Ok(());
    }
    let metadata = repository::metadata()?;
    let mut table = String::new();
    let mut failures = Vec::new();
    for step in choose(arguments)? {
        println!("\n=== {}: {}", step.name, step.about);
        let (outcome, elapsed) = timed(|| (step.run)(&metadata));
        let (verdict, detail) = match outcome {
            Ok(Verdict::Passed) => ("passed", String::new()),
            Ok(Verdict::Skipped(why)) => ("SKIPPED", why),
            Err(error) => {
                failures.push(step.name);
                ("FAILED", error)
            }
        };
        let seconds = elapsed.as_secs_f64();
        println!("=== {}: {verdict} in {seconds:.1} s {detail}", step.name);
        let reason = detail.lines().last().unwrap_or_default();
        table.push_str(&format!(
            "  {:<12}{verdict:<9}{seconds:>7.1} s  {reason}\n",
            step.name
        ));
    }
    print!("\n{table}");
    if failures.is_empty() {
        return Ok(());
    }
    let names = failures.join(" ");
    Err(format!("failed: {names}; repeat with `cargo xtask ci {names}`").into())
}

fn choose(names: &[String]) -> Result<Vec<&'static Step>, String> {
    if names.is_empty() {
        return Ok(STEPS.iter().collect());
    }
    let known = |name: &String| {
        STEPS
            .iter()
            .find(|step| step.name == name)
            .ok_or_else(|| format!("there is no step `{name}`; see `cargo xtask ci --list`"))
    };
    names.iter().map(known).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch for people; nothing is decided by it"
)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn steps_are_chosen_by_name_in_the_order_asked_for() {
        let names = |steps: Vec<&Step>| steps.iter().map(|s| s.name).collect::<Vec<_>>();
        let asked = ["docs".to_owned(), "tidy".to_owned()];
        assert_eq!(choose(&asked).map(names), Ok(vec!["docs", "tidy"]));
        assert_eq!(choose(&[]).map(|steps| steps.len()), Ok(STEPS.len()));
        let unknown = choose(&["dosc".to_owned()]).map(names);
        assert_eq!(
            unknown,
            Err("there is no step `dosc`; see `cargo xtask ci --list`".to_owned())
        );
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("bin/cargo");
        command
            .args(["doc", "--locked"])
            .env("RUSTDOCFLAGS", "-Dwarnings");
        assert_eq!(
            Shell(&command).to_string(),
            "RUSTDOCFLAGS='-Dwarnings' cargo doc --locked"
        );
    }

    #[test]
    fn a_failing_command_says_how_to_repeat_it() {
        let mut command = cargo(&["no-such-subcommand"]);
        command.stderr(Stdio::null());
        let failure = succeed(command);
        assert!(failure.is_err_and(|text| text.ends_with("repeat with: cargo no-such-subcommand")));
    }
}
