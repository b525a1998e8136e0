//! The oldest compiler that each crate supports still compiles what its users compile. A feature may need
//! a newer one than its crate does; `package.metadata.rust-version` in the crate's manifest says which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::toolchains::{self, Toolchain};
use super::{StepOutcome, Verdict, cargo, succeed};
use crate::advisories::Version;
use crate::repository::{Metadata, Package, Release, capture, releases, root, rust_versions};

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let declared = rust_versions().map_err(|error| error.to_string())?;
    let directory = metadata.target_directory.join("msrv");
    let (mut compiled, mut missing) = (Vec::new(), Vec::new());
    for version in supported(&metadata.packages) {
        let selection = selection(&metadata.packages, &version);
        println!("--- Rust {version}: {}", selection.arguments().join(" "));
        nothing_younger(&selection, &version, &declared)?;
        let toolchain = toolchains::installed(&version)
            .map_or_else(|| toolchains::unpacked(&version, &directory), Ok);
        match toolchain {
            Ok(toolchain) => {
                compile(&selection, &toolchain, &directory)?;
                compiled.push(version);
            }
            Err(error) => missing.push(format!("no {version}, {error}")),
        }
    }
    if missing.is_empty() {
        return Ok(Verdict::Passed);
    }
    // Clippy compares what is called of the standard library with `rust-version`.
    Ok(Verdict::Skipped(format!(
        "compiled with Rust {}; {}: there, only what is depended on was looked at",
        compiled.join(", "),
        missing.join("; ")
    )))
}

fn compile(
    selection: &Selection<'_>,
    toolchain: &Toolchain,
    directory: &Path,
) -> Result<(), String> {
    let mut command = toolchain.cargo()?;
    // Without targets for tests: what those need may want a newer compiler.
    command.current_dir(root()).args(["check", "--locked"]);
    command.args(selection.arguments());
    command.env("CARGO_TARGET_DIR", directory.join("target"));
    succeed(command)
}

/// No dependency says that it needs a newer compiler.
fn nothing_younger(
    selection: &Selection<'_>,
    version: &str,
    declared: &BTreeMap<Release, String>,
) -> Result<(), String> {
    let mut command = cargo(&["tree", "--locked", "--edges", "normal,build"]);
    command.args(["--prefix", "none", "--format", "{p}"]);
    command.args(selection.arguments());
    let tree = capture(&mut command).map_err(|error| error.to_string())?;
    let younger: Vec<String> = releases(&tree)
        .into_iter()
        .filter_map(|release| {
            let needs = declared.get(&release)?;
            let is_younger = Version::parse(needs) > Version::parse(version);
            is_younger.then(|| format!("{} {} (Rust {needs})", release.name, release.version))
        })
        .collect();
    match younger.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "what should do with Rust {version} depends on {}; in Cargo.lock, hold it back with \
             `cargo update NAME --precise VERSION`, or raise `rust-version`",
            younger.join(", ")
        )),
    }
}

/// The versions that a crate, or one of its features, is said to need, the oldest first.
fn supported(packages: &[Package]) -> Vec<String> {
    let of_packages = packages.iter().filter_map(|p| p.rust_version.as_ref());
    let of_features = packages
        .iter()
        .flat_map(|p| p.metadata.rust_version.values());
    let mut versions: Vec<String> = of_packages.chain(of_features).cloned().collect();
    versions.sort_by_key(|version| Version::parse(version));
    versions.dedup();
    versions
}

/// What one compiler is the oldest for.
#[derive(Debug, PartialEq, Eq)]
struct Selection<'a> {
    packages: Vec<&'a str>,
    /// Each with its package.
    features: BTreeSet<String>,
}

impl Selection<'_> {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        for package in &self.packages {
            arguments.extend(["--package".to_owned(), (*package).to_owned()]);
        }
        if !self.features.is_empty() {
            let features: Vec<&str> = self.features.iter().map(String::as_str).collect();
            arguments.extend(["--features".to_owned(), features.join(",")]);
        }
        arguments
    }
}

fn selection<'a>(packages: &'a [Package], version: &str) -> Selection<'a> {
    let mut selection = Selection {
        packages: Vec::new(),
        features: BTreeSet::new(),
    };
    for package in packages {
        let features = &package.metadata.rust_version;
        let is_oldest_for = package.rust_version.as_deref() == Some(version)
            || features.values().any(|needed| needed == version);
        if !is_oldest_for {
            continue;
        }
        selection.packages.push(&package.name);
        for name in package.features.keys() {
            let needed = features.get(name).map(String::as_str);
            let is_newer = needed.is_some_and(|n| Version::parse(n) > Version::parse(version));
            if !is_newer {
                let feature = format!("{}/{name}", package.name);
                selection.features.insert(feature);
            }
        }
    }
    selection
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::PackageMetadata;

    fn package(name: &str, rust: &str, features: &[(&str, Option<&str>)]) -> Package {
        let needed = features.iter().filter_map(|(name, version)| {
            let version = (*version)?.to_owned();
            Some(((*name).to_owned(), version))
        });
        Package {
            name: name.to_owned(),
            rust_version: Some(rust.to_owned()),
            metadata: PackageMetadata {
                rust_version: needed.collect(),
            },
            features: features
                .iter()
                .map(|(name, _)| ((*name).to_owned(), Vec::new()))
                .collect(),
            ..Package::default()
        }
    }

    #[test]
    fn each_compiler_compiles_what_it_is_the_oldest_for() {
        let packages = [
            package("core", "1.85", &[("std", None)]),
            package("actix", "1.100", &[]),
            package(
                "sdk",
                "1.85",
                &[
                    ("actix", Some("1.100")),
                    ("time", Some("1.88")),
                    ("users", None),
                ],
            ),
        ];
        assert_eq!(supported(&packages), ["1.85", "1.88", "1.100"]);
        let arguments = |version| selection(&packages, version).arguments().join(" ");
        assert_eq!(
            arguments("1.85"),
            "--package core --package sdk --features core/std,sdk/users"
        );
        assert_eq!(
            arguments("1.88"),
            "--package sdk --features sdk/time,sdk/users"
        );
        assert_eq!(
            arguments("1.100"),
            "--package actix --package sdk --features sdk/actix,sdk/time,sdk/users"
        );
    }
}
