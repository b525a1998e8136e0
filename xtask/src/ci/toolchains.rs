//! Compilers other than the one at work: those rustup has, and those that Debian's packages hold.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::advisories::Version;
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

    /// Libraries of a program that it starts.
    pub(super) fn also_finds(&mut self, libraries: Vec<PathBuf>) {
        self.libraries.extend(libraries);
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
    let unpacked = Unpacked::once(directory.join(format!("rust-{version}")), || {
        let offer = offer()?;
        let release =
            offered_release(&offer, version).ok_or("Debian offers no such `rustc-web`")?;
        Ok(compiler(release))
    })?;
    Ok(unpacked.into_toolchain())
}

/// The newest of them, with the source of its standard library: for targets whose own is compiled here.
/// Compiler and source have to be of one release, so those of rustup, which come without, will not do.
pub(super) fn unpacked_with_source(directory: &Path) -> Result<Toolchain, Box<dyn Error>> {
    let unpacked = Unpacked::once(directory.join("rust-with-source"), || {
        let offer = offer()?;
        let release = newest_release(&offer).ok_or("Debian offers no `rustc-web`")?;
        let source = format!("rust-web-src={release}");
        Ok([compiler(release), vec![source]].concat())
    })?;
    Ok(unpacked.into_toolchain())
}

/// Debian packages that lie in a directory of their own.
pub(super) struct Unpacked(PathBuf);

impl Unpacked {
    /// Unpacks `packages`, and those that they need and this machine lacks, unless that was done before.
    pub(super) fn once(
        directory: PathBuf,
        packages: impl FnOnce() -> Result<Vec<String>, Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        if directory.exists() {
            return Ok(Self(directory));
        }
        let partial = directory.with_file_name("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        for archive in download(&packages()?, &partial)? {
            let mut extract = Command::new("dpkg-deb");
            extract.arg("--extract").arg(&archive).arg(&partial);
            capture(&mut extract)?;
            fs::remove_file(archive)?;
        }
        fs::rename(partial, &directory)?;
        Ok(Self(directory))
    }

    /// Where `path` is, which is absolute in the packages.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    pub(super) fn binaries(&self) -> PathBuf {
        self.path("/usr/bin")
    }

    pub(super) fn libraries(&self) -> Vec<PathBuf> {
        let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
        ["/usr/lib", "/lib"]
            .map(|path| self.path(path).join(&triplet))
            .into()
    }

    fn into_toolchain(self) -> Toolchain {
        Toolchain {
            binaries: self.binaries(),
            libraries: self.libraries(),
        }
    }
}

fn update() -> Result<String, Box<dyn Error>> {
    capture(Command::new("apt-get").args(["--quiet", "update"]))
}

/// The compilers that Debian has now. What a machine has heard of them may be old; where it cannot ask, that has to do.
fn offer() -> Result<String, Box<dyn Error>> {
    drop(update());
    capture(Command::new("apt-cache").args(["madison", "rustc-web"]))
}

fn compiler(release: &str) -> Vec<String> {
    let library = format!("libstd-rust-web-{}", version_of(release));
    ["rustc-web", "cargo-web", "libstd-rust-web-dev", &library]
        .map(|package| format!("{package}={release}"))
        .into()
}

fn download(packages: &[String], into: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut plan = Command::new("apt-get");
    plan.args(["install", "--simulate", "--no-install-recommends"]);
    let plan = capture(plan.args(packages))?;
    let mut fetch = Command::new("apt-get");
    fetch.args(["--quiet", "download"]).current_dir(into);
    capture(fetch.args(planned_packages(&plan)))?;

    let mut archives = Vec::new();
    for entry in fs::read_dir(into)? {
        archives.push(entry?.path());
    }
    Ok(archives)
}

fn releases(offer: &str) -> impl Iterator<Item = &str> {
    let lines = offer.lines();
    lines
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
}

/// Of `1.96.0+dfsg1-1`: `1.96`.
fn version_of(release: &str) -> &str {
    let mut dots = release.match_indices('.').map(|(at, _)| at);
    let end = dots.nth(1).unwrap_or(release.len());
    release.get(..end).unwrap_or(release)
}

fn newest_release(offer: &str) -> Option<&str> {
    releases(offer).max_by_key(|release| Version::parse(version_of(release)))
}

/// The newest Debian release of a compiler version, from lines of `package | release | source`.
fn offered_release<'a>(offer: &'a str, version: &str) -> Option<&'a str> {
    releases(offer).find(|release| {
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
    fn the_newest_compiler_is_told_by_its_version() {
        let offer = " rustc-web | 1.96.0+dfsg1-1 | x\n rustc-web | 1.100.1+dfsg3-1 | x\n \
                     rustc-web | 1.85.0+dfsg3-1 | x\n";
        assert_eq!(newest_release(offer), Some("1.100.1+dfsg3-1"));
        assert_eq!(newest_release(""), None);
        let packages = compiler("1.100.1+dfsg3-1");
        assert_eq!(
            packages.last().unwrap(),
            "libstd-rust-web-1.100=1.100.1+dfsg3-1"
        );
    }

    #[test]
    fn a_plan_names_what_is_missing() {
        let plan = "Suggested packages:\n  cargo-web-doc\n\
                    Inst libpcre3 (2:8.39-15 Debian:12.15/oldstable [amd64])\n\
                    Conf libpcre3 (2:8.39-15 Debian:12.15/oldstable [amd64])\n";
        assert_eq!(planned_packages(plan), ["libpcre3=2:8.39-15"]);
    }
}
