//! Packages to resolve anew, beside the checkout, whose lock file stays as it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::repository::{Package, paths, root};

/// What is published, and what the tests of that need.
const MEMBERS: &str = r#"members = ["crates/*", "xtask/framework-table", "xtask/token-table"]"#;

pub(super) struct Copy {
    root: PathBuf,
}

impl Copy {
    /// The checkout as it is, uncommitted changes included.
    pub(super) fn of_checkout(to: PathBuf) -> Result<Self, String> {
        let paths = paths().map_err(|error| error.to_string())?;
        let copy = Self::empty(to)?;
        for path in &paths {
            let from = root().join(path);
            // One that is deleted and not yet committed is no file.
            if from.is_file() {
                copy.place(path, |to| fs::copy(&from, to).map(drop))?;
            }
        }
        Ok(copy)
    }

    /// A package that depends on one of ours, with all its features.
    pub(super) fn user_of(package: &Package, to: PathBuf) -> Result<Self, String> {
        let copy = Self::empty(to)?;
        let manifest = user_manifest(package, root());
        copy.place("Cargo.toml", |to| fs::write(to, manifest))?;
        copy.place("src/lib.rs", |to| fs::write(to, ""))?;
        Ok(copy)
    }

    fn empty(root: PathBuf) -> Result<Self, String> {
        match fs::remove_dir_all(&root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("{}: {error}", root.display()))
            }
            _ => Ok(Self { root }),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn read(&self, path: &str) -> Result<String, String> {
        let path = self.root.join(path);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Leaves what users may depend on, `without` some of that.
    pub(super) fn reduce(&self, without: &[&str]) -> Result<(), String> {
        let manifest = with_members(&self.read("Cargo.toml")?);
        self.place("Cargo.toml", |to| fs::write(to, manifest))?;
        for name in without {
            let directory = self.root.join("crates").join(name);
            fs::remove_dir_all(&directory)
                .map_err(|error| format!("{}: {error}", directory.display()))?;
        }
        let manifests = paths().map_err(|error| error.to_string())?;
        for path in manifests.iter().filter(|path| path.ends_with("Cargo.toml")) {
            if self.root.join(path).exists() {
                let manifest = unnamed(&self.read(path)?, without);
                self.place(path, |to| fs::write(to, manifest))?;
            }
        }
        Ok(())
    }

    fn place(&self, path: &str, put: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), String> {
        let to = self.root.join(path);
        let placed = to
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| put(&to));
        placed.map_err(|error| format!("{}: {error}", to.display()))
    }
}

fn user_manifest(package: &Package, checkout: &Path) -> String {
    let directory = checkout.join(&package.manifest_path);
    let directory = directory.parent().unwrap_or(checkout).display();
    let features: Vec<String> = package.features.keys().map(|f| format!("{f:?}")).collect();
    format!(
        "[package]\nname = \"user\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies.{}]\n\
         path = \"{directory}\"\nfeatures = [{}]\n",
        package.name,
        features.join(", ")
    )
}

fn with_members(manifest: &str) -> String {
    let lines = manifest.lines().map(|line| match line {
        line if line.starts_with("members = ") => MEMBERS,
        line => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// A manifest without the lines about some packages: dependencies, and features that stand for them.
fn unnamed(manifest: &str, packages: &[&str]) -> String {
    let lines = manifest.lines();
    lines
        .filter(|line| !packages.iter().any(|name| line.contains(name)))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_all_features() {
        let mut package = Package {
            name: "clerk-jwt".to_owned(),
            manifest_path: "crates/clerk-jwt/Cargo.toml".into(),
            ..Package::default()
        };
        for feature in ["ring", "default"] {
            package.features.insert(feature.to_owned(), Vec::new());
        }
        let manifest = user_manifest(&package, Path::new("/checkout"));
        let expected = "[dependencies.clerk-jwt]\npath = \"/checkout/crates/clerk-jwt\"\n\
                        features = [\"default\", \"ring\"]\n";
        assert!(manifest.ends_with(expected), "{manifest}");
    }

    #[test]
    fn manifests_lose_the_lines_about_what_is_left_out() {
        let manifest = "members = [\"crates/*\", \"xtask\"]\n\
                        rocket = [\"dep:clerk-rocket\"]\n\
                        webhooks = [\n    \"clerk-poem?/webhooks\",\n    \"clerk-rocket?/webhooks\",\n]\n\
                        clerk-rocket = { workspace = true, optional = true }\n";
        assert_eq!(
            unnamed(&with_members(manifest), &["clerk-rocket"]),
            format!("{MEMBERS}\nwebhooks = [\n    \"clerk-poem?/webhooks\",\n]\n")
        );
    }
}
