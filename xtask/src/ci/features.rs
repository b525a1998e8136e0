//! The sets of Cargo features that must compile, here and for WebAssembly.

use super::{Shell, StepOutcome, cargo, deny_warnings, succeed, wasm};
use crate::repository::{Metadata, Package, capture, releases};

/// Crates that come with ring whatever their features are. The others are for those, too, who verify with
/// something else: where ring does not build, or where the platform has cryptography of its own.
const BUILT_ON_RING: &[&str] = &[
    "clerk-dev",
    "clerk-emulator",
    "clerk-http-reqwest",
    "clerk-http-ureq",
];

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let members = metadata.packages.iter();
    for package in members.filter(|package| package.manifest_path.starts_with("crates")) {
        links_ring_only_if_asked(&package.name)?;
    }
    for package in &metadata.packages {
        for feature in sets(package) {
            let mut command = cargo(&["clippy", "--locked", "--quiet", "--no-default-features"]);
            command.args(["--package", &package.name]);
            if let Some(feature) = feature {
                command.args(["--features", feature]);
            }
            println!("{} with {}", package.name, feature.unwrap_or("no feature"));
            succeed(deny_warnings(command))?;
        }
    }
    // What the facade says where it was told of nothing, and what servers are offered without HTTP/2.
    for (package, test) in [
        ("clerk-sdk", "what_is_given"),
        ("clerk-http-reqwest", "tls"),
    ] {
        let mut command = cargo(&["test", "--locked", "--quiet", "--no-default-features"]);
        command.args(["--package", package, "--test", test]);
        succeed(command)?;
    }
    wasm::check(metadata)
}

fn links_ring_only_if_asked(package: &str) -> Result<(), String> {
    let mut tree = cargo(&["tree", "--locked", "--no-default-features"]);
    tree.args(["--package", package, "--edges", "normal,build"]);
    tree.args(["--target", "all", "--prefix", "none", "--format", "{p}"]);
    let closure = capture(&mut tree).map_err(|error| error.to_string())?;
    let links = releases(&closure).iter().any(|below| below.name == "ring");
    match (links, BUILT_ON_RING.contains(&package)) {
        (true, false) => Err(format!(
            "without features, `{package}` links ring all the same; see where from with: cargo tree \
             --no-default-features --package {package} --edges normal,build,features --invert ring"
        )),
        (false, true) => Err(format!(
            "`{package}` no longer links ring: take it from BUILT_ON_RING of xtask/src/ci/features.rs\n\
             repeat with: {}",
            Shell(&tree)
        )),
        _ => Ok(()),
    }
}

/// No feature, then each alone. All of them together are what every other step compiles.
fn sets(package: &Package) -> Vec<Option<&str>> {
    let optional = package.features.keys().filter(|name| *name != "default");
    let alone: Vec<Option<&str>> = optional.map(|name| Some(name.as_str())).collect();
    if alone.is_empty() {
        return alone;
    }
    [vec![None], alone].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_each_alone() {
        let mut package = Package::default();
        assert!(sets(&package).is_empty());
        for name in ["default", "ring", "std"] {
            package.features.insert(name.to_owned(), Vec::new());
        }
        assert_eq!(sets(&package), [None, Some("ring"), Some("std")]);
    }
}
