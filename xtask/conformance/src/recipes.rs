//! Suite `recipes`: what the guide for other languages shows is run as it stands there, with pytest, and with Go where
//! there is one.

use std::{path::Path, process::Command};

use crate::{
    Settings,
    clients::{Python, SetUp},
    guide,
    outcome::{Outcome, Passed, Stopped},
    testing::path_with,
};

pub(crate) const NAME: &str = "recipes";

/// What has to be there before the network is gone.
pub(crate) const CLIENTS: SetUp = |target| Python::set_up_pytest(target).map(drop);

pub(crate) fn run(settings: &Settings) -> Outcome {
    let python = Python::set_up_pytest(&settings.directory)?;
    let directory = settings.directory.join(NAME);
    let pytest = directory.join("pytest");
    guide::write(&["python"], &pytest)?;
    let mut command = python.module("pytest");
    command.args(["-q", "-p", "no:cacheprovider"]);
    let said = succeed(command, &pytest, settings)?;
    let tally = said.lines().last().unwrap_or_default().to_owned();
    if !tally.contains("3 passed") {
        return Err(Stopped::Failed(format!("pytest: {said}")));
    }
    let go = go(&directory.join("go"), settings)?;
    Ok(Passed(format!("pytest: {tally}; Go: {go}")))
}

fn go(directory: &Path, settings: &Settings) -> Result<&'static str, Stopped> {
    guide::write(&["go"], directory)?;
    if Command::new("go").arg("version").output().is_err() {
        return Ok("skipped: there is none here");
    }
    std::fs::write(directory.join("go.mod"), "module recipe\n")?;
    let mut command = Command::new("go");
    command.args(["test", "./..."]).env("GOFLAGS", "-mod=mod");
    succeed(command, directory, settings).map(|_| "passed")
}

/// What a program prints that ends well.
fn succeed(mut command: Command, directory: &Path, settings: &Settings) -> Result<String, Stopped> {
    let path = path_with(&settings.clerk_dev)?;
    let output = command.current_dir(directory).env("PATH", path).output()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Stopped::Failed(format!("{command:?}: {said}\n{complaint}")))
}
