//! A few seconds of `cargo xtask soak`, in which time does not matter: whether it runs, and every answer is right.

use super::{StepOutcome, cargo, pass, succeed};
use crate::repository::Metadata;
use crate::soak;

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    // With the features that the tests were built with, which has most of it built already.
    succeed(cargo(&[
        "build",
        "--workspace",
        "--locked",
        "--bin",
        "clerk-soak",
        "--example",
        "axum",
    ]))?;
    let mut program = soak::program(&metadata.target_directory.join("debug"));
    program.args(["--minutes", "0.25", "--rate", "200", "--untimed"]);
    pass(program)
}
