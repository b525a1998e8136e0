//! Compilers other than the one at work: those rustup has, and those that Debian's packages hold.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repository::capture;

/// Where a `cargo` and a `rustc` of one release are.
pub(super) struct Toolchain {
    binaries: PathBuf,
    libraries: Vec<PathBuf>,
}

impl Toolchain {
    /// Its `cargo`, which compiles with its `rustc`.
    pub(super) fn cargo(&self) -> Result<Command, String> {
        let mut command = Command::new(self.binaries.join("cargo"));
        command.env("RUSTC", self.binaries.join("rustc"));
        if !self.libraries.is_empty() {
            let libraries = std::env::join_paths(&self.libraries)
                .map_err(|error| format!("{}: {error}", self.binaries.display()))?;
            command.env("LD_LIBRARY_PATH", libraries);
        }
        Ok(command)
    }
}

/// A release, such as `1.85`, or a channel that rustup already has; it is never told to fetch anything.
pub(super) fn installed(version: &str) -> Option<Toolchain> {
    let list = capture(Command::new("rustup").args(["toolchain", "list"])).ok()?;
    let name = list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|name| {
            name.strip_prefix(version)
                .is_some_and(|rest| rest.starts_with(['.', '-']))
        })?;
    let cargo =
        capture(Command::new("rustup").args(["which", "--toolchain", name, "cargo"])).ok()?;
    Some(Toolchain {
        binaries: Path::new(cargo.trim()).parent()?.to_path_buf(),
        libraries: Vec::new(),
    })
}

/// Debian carries several compilers, to build browsers with. Their packages are unpacked, not installed.
pub(super) fn unpacked(version: &str, directory: &Path) -> Result<Toolchain, Box<dyn Error>> {
    let unpacked = directory.join(format!("rust-{version}"));
    if !unpacked.exists() {
        let partial = directory.join("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        for archive in download(version, &partial)? {
            capture(
                Command::new("dpkg-deb")
                    .arg("--extract")
                    .arg(&archive)
                    .arg(&partial),
            )?;
            fs::remove_file(archive)?;
        }
        fs::rename(partial, &unpacked)?;
    }
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    Ok(Toolchain {
        binaries: unpacked.join("usr/bin"),
        libraries: vec![
            unpacked.join("usr/lib").join(&triplet),
            unpacked.join("lib").join(&triplet),
        ],
    })
}

fn download(version: &str, into: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut offer = capture(Command::new("apt-cache").args(["madison", "rustc-web"]))?;
    if offer.is_empty() {
        capture(Command::new("apt-get").args(["--quiet", "update"]))?;
        offer = capture(Command::new("apt-cache").args(["madison", "rustc-web"]))?;
    }
    let release = offered_release(&offer, version).ok_or("Debian offers no such `rustc-web`")?;

    let mut plan = Command::new("apt-get");
    plan.args(["install", "--simulate", "--no-install-recommends"]);
    for package in ["rustc-web", "cargo-web", "libstd-rust-web-dev"] {
        plan.arg(format!("{package}={release}"));
    }
    plan.arg(format!("libstd-rust-web-{version}={release}"));
    let plan = capture(&mut plan)?;

    let mut fetch = Command::new("apt-get");
    fetch.args(["--quiet", "download"]).current_dir(into);
    capture(fetch.args(planned_packages(&plan)))?;

    let mut archives = Vec::new();
    for entry in fs::read_dir(into)? {
        archives.push(entry?.path());
    }
    Ok(archives)
}

/// The newest Debian release of a compiler version, from lines of `package | release | source`.
fn offered_release<'a>(offer: &'a str, version: &str) -> Option<&'a str> {
    let mut releases = offer
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim);
    releases.find(|release| {
        release
            .strip_prefix(version)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// What is missing on this machine, as `package=release`, from lines of `Inst package (release …)`.
fn planned_packages(plan: &str) -> Vec<String> {
    let parse = |line: &str| {
        let mut words = line.strip_prefix("Inst ")?.split_whitespace();
        let (package, release) = (words.next()?, words.next()?);
        Some(format!("{package}={}", release.trim_start_matches('(')))
    };
    plan.lines().filter_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_found_by_its_compiler_version() {
        let offer = " rustc-web | 1.96.0+dfsg1-1 | http://deb.example/ bookworm/main\n \
                     rustc-web | 1.85.0+dfsg3-1 | http://deb.example/ bookworm/main\n";
        assert_eq!(offered_release(offer, "1.85"), Some("1.85.0+dfsg3-1"));
        assert_eq!(offered_release(offer, "1.8"), None);
    }

    #[test]
    fn a_plan_names_what_is_missing() {
        let plan = "Suggested packages:\n  cargo-web-doc\n\
                    Inst libpcre3 (2:8.39-15 Debian:12.15/oldstable [amd64])\n\
                    Conf libpcre3 (2:8.39-15 Debian:12.15/oldstable [amd64])\n";
        assert_eq!(planned_packages(plan), ["libpcre3=2:8.39-15"]);
    }
}
