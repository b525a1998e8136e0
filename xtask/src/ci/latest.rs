//! What users get, who have no lock file of ours: the crates pass their tests with the newest of everything
//! and with the lowest that the manifests allow, and no published advisory applies to either.

mod copy;

use std::fs;
use std::path::PathBuf;

use super::toolchains::{self, Toolchain};
use super::{StepOutcome, Verdict, succeed};
use crate::advisories::{Advisories, LIST, locked};
use crate::repository::{self, Metadata, Package, capture, root};
use copy::Copy;

/// Crates that cannot be tested with the lowest. All tests share one resolution, and everybody would have to
/// take what these ask for: rocket 0.5.2 wants the newest tokio and hyper.
const NEWEST_ALONE: [&str; 1] = ["clerk-rocket"];

/// What Cargo says where requirements contradict each other, and not where it reaches no registry.
const CONTRADICTION: &str = "failed to select a version";

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let advisories = fs::read_to_string(root().join(LIST)).map_err(|error| error.to_string())?;
    let packages = metadata.packages.iter();
    let latest = Latest {
        advisories: Advisories::parse(&advisories)?,
        published: packages
            .filter(|package| package.manifest_path.starts_with("crates"))
            .collect(),
        target: metadata.target_directory.clone(),
    };
    if let Err(why) = latest.newest()? {
        return Ok(Verdict::Skipped(format!("no registry here: {why}")));
    }
    let Some(nightly) = toolchains::installed("nightly") else {
        let why = "the newest passes; only a nightly Cargo resolves the lowest, and there is none";
        return Ok(Verdict::Skipped(why.to_owned()));
    };
    latest.lowest_of_all(&nightly)?;
    latest.lowest(&nightly)?;
    Ok(Verdict::Passed)
}

struct Latest<'a> {
    advisories: Advisories,
    published: Vec<&'a Package>,
    target: PathBuf,
}

impl Latest<'_> {
    /// The inner error says why there is no registry.
    fn newest(&self) -> Result<Result<(), String>, String> {
        println!("--- the newest of everything");
        let copy = Copy::of_checkout(self.directory("newest"))?;
        let mut update = repository::cargo();
        update.arg("update");
        update.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "allow");
        let mut fetch = repository::cargo();
        fetch.args(["fetch", "--locked"]);
        for mut command in [update, fetch] {
            if let Err(error) = capture(command.current_dir(copy.root())) {
                let error = error.to_string();
                let why = error.lines().last().unwrap_or_default().trim();
                return match error.contains(CONTRADICTION) {
                    true => Err(error),
                    false => Ok(Err(why.to_owned())),
                };
            }
        }
        let lock = copy.read("Cargo.lock")?;
        none(&self.advisories.below(locked(&lock)))?;
        none(&self.advisories.arrived(locked(&lock)))?;
        self.test(&copy, &[]).map(Ok)
    }

    /// Each requirement of ours at its lowest, and what those bring at its newest. The lowest of everything
    /// would be older than what the crates in between were ever compiled with.
    fn lowest(&self, nightly: &Toolchain) -> Result<(), String> {
        println!("--- the lowest that the manifests allow");
        let copy = Copy::of_checkout(self.directory("lowest"))?;
        copy.reduce(&NEWEST_ALONE)?;
        let mut update = nightly.cargo()?;
        update.args(["update", "--quiet", "-Zdirect-minimal-versions"]);
        capture(update.current_dir(copy.root())).map_err(|error| {
            format!("{error}\nraise the requirement that is lower than another allows")
        })?;
        none(&self.advisories.below(locked(&copy.read("Cargo.lock")?)))?;
        self.test(&copy, &NEWEST_ALONE)
    }

    /// The lowest of everything, for a user of each crate alone. It is looked at and not compiled.
    fn lowest_of_all(&self, nightly: &Toolchain) -> Result<(), String> {
        println!("--- the lowest that the manifests of dependencies allow, too");
        let mut below = Vec::new();
        for package in &self.published {
            let user = Copy::user_of(package, self.directory("user"))?;
            let mut update = nightly.cargo()?;
            update.args(["update", "--quiet", "-Zminimal-versions"]);
            capture(update.current_dir(user.root())).map_err(|error| error.to_string())?;
            let lock = user.read("Cargo.lock")?;
            let found = self.advisories.below(locked(&lock)).into_iter();
            below.extend(found.map(|found| {
                let name = &package.name;
                format!("{name}: {found}, which its manifest has to require")
            }));
        }
        none(&below)
    }

    /// Not in the directory of the ordinary build: Cargo takes our packages for the copies' there, and the next
    /// ordinary build would run what was compiled from these.
    fn test(&self, copy: &Copy, without: &[&str]) -> Result<(), String> {
        let mut cargo = repository::cargo();
        cargo.current_dir(copy.root());
        cargo.args(["test", "--locked", "--all-features", "--no-fail-fast"]);
        let packages = self.published.iter().map(|package| package.name.as_str());
        for package in packages.filter(|name| !without.contains(name)) {
            cargo.args(["--package", package]);
        }
        cargo.env("CARGO_TARGET_DIR", self.directory("build"));
        succeed(cargo).map_err(|error| format!("in {}: {error}", copy.root().display()))
    }

    fn directory(&self, name: &str) -> PathBuf {
        self.target.join("latest").join(name)
    }
}

fn none(findings: &[String]) -> Result<(), String> {
    match findings.is_empty() {
        true => Ok(()),
        false => Err(findings.join("\n")),
    }
}
