//! A program without a standard library verifies a token, and would not build if `std` leaked in.

use std::process::Command;

use super::{Shell, StepOutcome, Verdict, cargo};
use crate::repository::Metadata;

const MANIFEST: &str = "xtask/no-std-probe/Cargo.toml";

/// What the probe exits with once it has verified its token.
const VERIFIED: i32 = 42;

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let probe = |subcommand: &str| {
        let mut command = cargo(&[subcommand, "--locked", "--manifest-path", MANIFEST]);
        let directory = metadata.target_directory.join("no-std-probe");
        command.arg("--target-dir").arg(directory);
        command
    };
    verifies(probe("run"))?;
    let mut leaking = probe("check");
    leaking.args(["--features", "leak"]);
    refuses(leaking)?;
    Ok(Verdict::Passed)
}

fn verifies(mut run: Command) -> Result<(), String> {
    let status = run.status().map_err(|error| error.to_string())?;
    if status.code() == Some(VERIFIED) {
        return Ok(());
    }
    Err(format!(
        "the probe should exit with {VERIFIED}: {status}\nrepeat with: {}",
        Shell(&run)
    ))
}

/// The negative control: were it to build, the probe would prove nothing.
fn refuses(mut check: Command) -> Result<(), String> {
    let output = check.output().map_err(|error| error.to_string())?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && complaint.contains("E0152") {
        return Ok(());
    }
    Err(format!(
        "the probe should not build with `std` below it, for E0152:\n{complaint}\nrepeat with: {}",
        Shell(&check)
    ))
}
