//! Clerk's own clients beside ours, by the program in `xtask/conformance`.

use std::error::Error;
use std::fmt;
use std::process::Command;

use crate::Outcome;
use crate::repository::{self, root};

/// No suite failed, but one could not run on this machine. That is not a pass.
#[derive(Debug)]
pub(crate) struct Skipped;

impl Skipped {
    /// What test harnesses commonly take for `skipped`.
    pub(crate) const STATUS: u8 = 77;
}

impl fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a suite could not run here; see above for what it lacks")
    }
}

impl Error for Skipped {}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut build = repository::cargo();
    build.args(["build", "--locked"]);
    build.args(["--package", "clerk-dev", "--package", "clerk-conformance"]);
    if !build.status()?.success() {
        return Err("the programs do not build; see above".into());
    }
    let programs = repository::metadata()?.target_directory.join("debug");
    let mut suites = Command::new(programs.join("clerk-conformance"));
    let status = suites.args(arguments).current_dir(root()).status()?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(Skipped::STATUS) => Err(Box::new(Skipped)),
        _ => Err("a suite failed; see above for what to do".into()),
    }
}
