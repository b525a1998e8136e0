//! Programs that some steps need beside Rust, from Debian's packages.

use std::fs;
use std::io::Write;
use std::process::Command;

use crate::repository::capture;

/// Installs packages. Nothing is installed for people, only where a machine's root runs this, as in CI.
/// Services among them are not started.
pub(super) fn install(packages: &[&str]) -> Result<(), String> {
    let user = capture(Command::new("id").arg("-u")).unwrap_or_default();
    if user.trim() != "0" {
        let names = packages.join(" ");
        return Err(format!(
            "install {names}, or run this as root where there is apt-get"
        ));
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        capture(command.arg("--quiet").args(arguments)).map_err(|error| error.to_string())
    };
    let _no_services = NoServices::for_now();
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())?;
    Ok(())
}

/// What Debian's packages ask whether they may start a service. A web server's package would open port
/// 80 to everybody.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Answers no until it is dropped, where the machine has no answer of its own.
struct NoServices {
    is_ours: bool,
}

impl NoServices {
    fn for_now() -> Self {
        let Ok(mut file) = fs::File::create_new(POLICY) else {
            return Self { is_ours: false };
        };
        // Where it cannot be written, services start: no reason to install nothing.
        drop(file.write_all(b"#!/bin/sh\nexit 101\n"));
        drop(Command::new("chmod").args(["755", POLICY]).status());
        Self { is_ours: true }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.is_ours {
            drop(fs::remove_file(POLICY));
        }
    }
}
