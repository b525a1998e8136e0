//! The sets of Cargo features that must compile.

use super::{StepOutcome, Verdict, cargo, deny_warnings, succeed};
use crate::repository::{Metadata, Package};

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
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
    Ok(Verdict::Passed)
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
