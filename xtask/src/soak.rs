//! The axum example under load, by the program in `xtask/soak`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::repository::{self, root};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let target = repository::metadata()?.target_directory;
    // Each for itself, as users build it: together, one would get features that the other asks for.
    for of in [
        ["clerk-soak", "--bins"].as_slice(),
        &["clerk-axum", "--example", "axum"],
    ] {
        let mut command = repository::cargo();
        command.args(["build", "--quiet", "--locked", "--release", "--package"]);
        command.args(of).arg("--manifest-path");
        command.arg(root().join("Cargo.toml"));
        if !command.status()?.success() {
            return Err("it does not build; see above".into());
        }
    }
    let mut program = program(&target.join("release"));
    become_it(program.args(arguments))
}

/// In our place, the program hears whoever wants to stop us.
#[cfg(unix)]
fn become_it(program: &mut Command) -> Outcome {
    Err(std::os::unix::process::CommandExt::exec(program).into())
}

#[cfg(not(unix))]
fn become_it(program: &mut Command) -> Outcome {
    if program.status()?.success() {
        Ok(())
    } else {
        Err("it was not run, or something does not hold that must; see above".into())
    }
}

/// What was built into this directory.
pub(crate) fn program(directory: &Path) -> Command {
    let named = |name: &str| -> PathBuf {
        directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    };
    let mut command = Command::new(named("clerk-soak"));
    command.arg("--service").arg(named("examples/axum"));
    command
}
