//! The engines, from npm, and the scripts that serve Workers and run programs in Node.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::advisories::Version;
use crate::repository::{self, capture};

/// The scripts, and what npm is told of the engines.
const ENGINES: &str = "xtask/edge/engines";
/// Serves a Worker, in Vercel's engine or in Node itself.
const SERVER: &str = "server.mjs";
/// Runs a program for WASI.
const HOST: &str = "wasi.mjs";
const MANIFEST: &str = "package.json";
const LOCK: &str = "package-lock.json";
/// The first Node with WebCrypto in its global scope.
const OLDEST_NODE: &str = "20";
/// npm writes it when all the rest is there.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// What this machine has of them.
pub(crate) struct Engines {
    directory: PathBuf,
    /// Whether Node can run the scripts, or why not.
    node: Result<(), String>,
    /// Whether those of npm are there, or why not.
    installed: Result<(), String>,
}

/// An engine by the name that trials have for it, and the program that they start, or why there is none.
pub(super) type Engine = (&'static str, Result<PathBuf, String>);

impl Engines {
    /// Downloads those that the lock file names, unless that was done before. The scripts of their packages are not
    /// run. Where there is no Node, there are none: it brings npm.
    pub(crate) fn at_hand(directory: PathBuf) -> Result<Self, Box<dyn Error>> {
        let version = capture(Command::new("node").arg("--version"))?;
        fs::create_dir_all(&directory)?;
        for script in [SERVER, HOST] {
            fs::copy(described(script), directory.join(script))?;
        }
        let installed = install(ENGINES, &directory).map_err(|error| error.to_string());
        Ok(Self {
            directory,
            node: is_new_enough(version.trim()),
            installed,
        })
    }

    pub(super) fn of_workers(&self) -> [Engine; 3] {
        let installed = || self.installed.clone();
        let server = || self.script(SERVER);
        [
            ("workerd", self.workerd()),
            ("edge-runtime", installed().and_then(|()| server())),
            ("node", server()),
        ]
    }

    /// Runs a program for WASI.
    pub(super) fn host(&self) -> Result<PathBuf, String> {
        self.script(HOST)
    }

    fn script(&self, name: &str) -> Result<PathBuf, String> {
        self.node.clone().map(|()| self.directory.join(name))
    }

    /// In a package that is named for the machine.
    pub(crate) fn workerd(&self) -> Result<PathBuf, String> {
        self.installed.clone()?;
        let packages = fs::read_dir(self.directory.join("node_modules/@cloudflare"));
        let packages = packages.into_iter().flatten().flatten();
        let mut programs = packages.map(|package| package.path().join("bin/workerd"));
        programs
            .find(|program| capture(Command::new(program).arg("--version")).is_ok())
            .ok_or_else(|| "npm brought none that runs here".to_owned())
    }
}

fn is_new_enough(version: &str) -> Result<(), String> {
    let number = Version::parse(version.trim_start_matches('v'));
    if number >= Version::parse(OLDEST_NODE) {
        return Ok(());
    }
    Err(format!("Node is {version}, and {OLDEST_NODE} is needed"))
}

fn described(file: &str) -> PathBuf {
    repository::root().join(ENGINES).join(file)
}

/// Has npm install what `described`, a directory of the repository, has a lock file for. The scripts of the
/// packages are not run.
pub(crate) fn install(described: &str, directory: &Path) -> Result<(), Box<dyn Error>> {
    let described = repository::root().join(described);
    let lock = fs::read(described.join(LOCK))?;
    let is_of_lock = fs::read(directory.join(LOCK)).is_ok_and(|installed| installed == lock);
    if is_of_lock && directory.join(INSTALLED).exists() {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    fs::copy(described.join(MANIFEST), directory.join(MANIFEST))?;
    fs::write(directory.join(LOCK), lock)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.args(["--fetch-retries", "1"]).current_dir(directory);
    capture(&mut npm)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_without_what_is_tried_is_not_asked() {
        for version in ["v20.0.0", "v20.20.2", "v104.1.0"] {
            assert_eq!(is_new_enough(version), Ok(()), "{version}");
        }
        for version in ["v18.20.4", "v9.0.0", ""] {
            assert!(is_new_enough(version).is_err(), "{version}");
        }
    }
}
