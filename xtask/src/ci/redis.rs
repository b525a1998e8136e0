//! The shared claims of webhooks, against a server: from the machine, else from Debian's packages.

use std::process::Command;

use super::{StepOutcome, Verdict, cargo, succeed};
use crate::repository::{Metadata, capture};

/// With this, the tests fail where they would otherwise say that they skip.
const SERVER_VARIABLE: &str = "CLERK_TEST_REDIS_SERVER";
const SERVER: &str = "redis-server";

pub(super) fn check(_: &Metadata) -> StepOutcome {
    if let Err(why) = provide() {
        return Ok(Verdict::Skipped(format!("no {SERVER} here: {why}")));
    }
    let mut command = cargo(&["test", "--package", "clerk-webhooks-redis", "--locked"]);
    command.env(SERVER_VARIABLE, SERVER);
    succeed(command).map(|()| Verdict::Passed)
}

/// Sees to it that the server is there. Nothing is installed for people, only where a machine's root
/// runs this, as in CI.
fn provide() -> Result<(), String> {
    if is_there() {
        return Ok(());
    }
    let user = capture(Command::new("id").arg("-u")).unwrap_or_default();
    if user.trim() != "0" {
        return Err("install it, or run this as root where there is apt-get".to_owned());
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        capture(command.arg("--quiet").args(arguments)).map_err(|error| error.to_string())
    };
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", SERVER])?;
    if is_there() {
        return Ok(());
    }
    Err("its package was installed, and brought none".to_owned())
}

fn is_there() -> bool {
    capture(Command::new(SERVER).arg("--version")).is_ok()
}
