//! A day of a fleet under a virtual clock, by the program in `xtask/simulation`.

use crate::Outcome;
use crate::repository::{self, root};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut command = repository::cargo();
    // Files are named from where one is.
    command.current_dir(std::env::current_dir()?);
    // As released, and optimized as a whole: a day of ten thousand instances is a billion steps.
    command.args(["run", "--quiet", "--locked", "--profile", "bench"]);
    command.args(["--package", "clerk-fleet-simulation", "--manifest-path"]);
    command.arg(root().join("Cargo.toml")).arg("--");
    if command.args(arguments).status()?.success() {
        Ok(())
    } else {
        Err("it was not simulated, or something does not hold that must; see above".into())
    }
}
