//! What every `Cargo.toml` says, and what the lock file must not hold.

use serde::Deserialize;

use super::Finding;
use crate::repository::Repository;

/// One crypto library, and nothing that looks for a system library on the user's machine.
const FORBIDDEN_PACKAGES: &[&str] = &["boring-sys", "native-tls", "openssl", "openssl-sys"];

/// Another crypto library, for those who ask for it: each package, and the one that may depend on it.
const ASKED_FOR: &[(&str, &str)] = &[("aws-lc-rs", "clerk-aws-lc"), ("aws-lc-sys", "aws-lc-rs")];

/// Nobody depends on these, so they take what they like.
const APPLICATIONS: &[&str] = &["clerk-dev"];

const DISCLAIMER: &str = "not affiliated with Clerk";

pub(super) fn fields(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let place = package.manifest_path.display().to_string();
        if package.license.as_deref() != Some("MIT OR Apache-2.0") {
            findings.push(Finding::new(
                place.as_str(),
                "add `license.workspace = true`",
            ));
        }
        if package.rust_version.is_none() {
            findings.push(Finding::new(
                place.as_str(),
                "add `rust-version.workspace = true`",
            ));
        }
        let description = package.description.as_deref().unwrap_or_default();
        // The chores are never published, so nobody could take them for Clerk's own.
        if place.starts_with("crates/") && !description.contains(DISCLAIMER) {
            findings.push(Finding::new(
                place.as_str(),
                format!("say what the crate is for and end the description with `({DISCLAIMER})`"),
            ));
        }
        let vendored = package.dependencies.iter().filter(|d| {
            d.source
                .as_deref()
                .is_some_and(|s| !s.starts_with("registry+"))
        });
        for dependency in vendored {
            findings.push(Finding::new(
                place.as_str(),
                format!("take `{}` from the registry; a crate with a git dependency cannot be published", dependency.name),
            ));
        }
    }
    findings
}

/// What users are to depend on has what a page of the registry shows, and nothing that the registry refuses.
pub(super) fn registry_pages(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let place = package.manifest_path.display().to_string();
        let is_product = package.manifest_path.starts_with("crates");
        let goes_out = package.publish.is_none();
        if is_product != goes_out {
            let advice = if is_product {
                "remove `publish`: what is in `crates/` is for users"
            } else {
                "add `publish.workspace = true`: only what is in `crates/` is for users"
            };
            findings.push(Finding::new(place.as_str(), advice));
        }
        if !is_product {
            continue;
        }
        let keywords = package.keywords.len();
        let missing = [
            (
                package.repository.is_none(),
                "add `repository.workspace = true`",
            ),
            (package.readme.is_none(), "add `readme = \"README.md\"`"),
            (package.categories.is_empty(), "add `categories = […]`"),
            (
                keywords == 0 || keywords > 5,
                "give one to five `keywords`: the registry takes no more",
            ),
        ];
        let missing = missing.iter().filter(|(is_missing, _)| *is_missing);
        findings.extend(missing.map(|(_, advice)| Finding::new(place.as_str(), *advice)));
        let page = format!("https://docs.rs/{}", package.name);
        if package.documentation.as_deref() != Some(page.as_str()) {
            let advice = format!("add `documentation = \"{page}\"`");
            findings.push(Finding::new(place.as_str(), advice));
        }
        // With a version, the registry has to have it first, and some of them depend on this package.
        let versioned = package.dependencies.iter().filter(|dependency| {
            !dependency.ships() && dependency.source.is_none() && dependency.req != "*"
        });
        findings.extend(versioned.map(|dependency| {
            let name = &dependency.name;
            let advice = format!(
                "write `{name} = {{ path = \"../{name}\" }}` in `[dev-dependencies]`: with a version there, the \
                 packages go in circles"
            );
            Finding::new(place.as_str(), advice)
        }));
    }
    findings
}

pub(super) fn lints(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let place = package.manifest_path.display().to_string();
        let inherits = repository.file(&place).is_some_and(|manifest| {
            let mut lines = manifest.text.lines().map(str::trim);
            lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
        });
        if !inherits {
            findings.push(Finding::new(place, "add `[lints]` with `workspace = true`"));
        }
    }
    findings
}

/// Who takes a crate without its default features gets none of those below it either: a library leaves
/// the defaults of other members to its users, and asks for the features that it needs itself.
pub(super) fn unasked_defaults(repository: &Repository) -> Vec<Finding> {
    let packages = repository.packages.iter();
    let has_defaults = |name: &str| {
        let mut members = repository.packages.iter();
        members
            .find(|package| package.name == name)
            .and_then(|package| package.features.get("default"))
            .is_some_and(|features| !features.is_empty())
    };
    let libraries = packages.filter(|package| {
        package.manifest_path.starts_with("crates")
            && !APPLICATIONS.contains(&package.name.as_str())
    });
    let mut findings = Vec::new();
    for package in libraries {
        let unasked = package.dependencies.iter().filter(|dependency| {
            dependency.ships() && dependency.uses_default_features && has_defaults(&dependency.name)
        });
        findings.extend(unasked.map(|dependency| {
            Finding::new(
                package.manifest_path.display().to_string(),
                format!("`{0}` comes with its default features, and users of `{1}` cannot leave them out; say `default-features = false` where the root manifest names `{0}`, and name the features that `{1}` needs", dependency.name, package.name),
            )
        }));
    }
    findings
}

pub(super) fn lock_file(repository: &Repository) -> Vec<Finding> {
    let Some(lock) = repository.file("Cargo.lock") else {
        return vec![Finding::new(
            "Cargo.lock",
            "commit it: everything here runs with `--locked`",
        )];
    };
    let Ok(Lock { package: packages }) = toml::from_str(&lock.text) else {
        return vec![Finding::new("Cargo.lock", "let Cargo write it anew")];
    };
    let forbidden = packages
        .iter()
        .map(|package| package.name.as_str())
        .filter(|name| FORBIDDEN_PACKAGES.contains(name));
    let unasked = packages.iter().flat_map(|package| {
        ASKED_FOR.iter().filter_map(|(name, by)| {
            let takes = package.depends_on(name) && package.name != *by;
            takes.then_some(*name)
        })
    });
    forbidden
        .chain(unasked)
        .map(|name| {
            Finding::new(
                "Cargo.lock",
                format!("`{name}` came in; find out why with `cargo tree --invert {name} --all-features --target all` and choose ring instead"),
            )
        })
        .collect()
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    /// Names, each with its version where the lock file has several.
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Locked {
    fn depends_on(&self, name: &str) -> bool {
        let mut names = self.dependencies.iter().map(|dependency| {
            let (name, _) = dependency.split_once(' ').unwrap_or((dependency, ""));
            name
        });
        names.any(|dependency| dependency == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{Dependency, Package};

    fn good() -> Package {
        Package {
            name: "clerk-jwt".to_owned(),
            manifest_path: "crates/clerk-jwt/Cargo.toml".into(),
            description: Some("Session tokens (not affiliated with Clerk)".to_owned()),
            license: Some("MIT OR Apache-2.0".to_owned()),
            rust_version: Some("1.85".to_owned()),
            repository: Some("https://example.com/clerk".to_owned()),
            documentation: Some("https://docs.rs/clerk-jwt".to_owned()),
            readme: Some("README.md".into()),
            keywords: vec!["clerk".to_owned()],
            categories: vec!["authentication".to_owned()],
            ..Package::default()
        }
    }

    fn repository(package: Package, files: &[(&str, &str)]) -> Repository {
        Repository {
            packages: vec![package],
            ..Repository::of_files(files)
        }
    }

    #[test]
    fn a_complete_manifest_passes() {
        assert_eq!(fields(&repository(good(), &[])), []);
    }

    #[test]
    fn each_missing_field_is_found() {
        let bare = Package {
            manifest_path: "crates/clerk-jwt/Cargo.toml".into(),
            ..Package::default()
        };
        assert_eq!(fields(&repository(bare, &[])).len(), 3);
    }

    #[test]
    fn what_a_page_of_the_registry_lacks_is_found() {
        assert_eq!(registry_pages(&repository(good(), &[])), []);
        let bare = Package {
            name: "clerk-jwt".to_owned(),
            manifest_path: "crates/clerk-jwt/Cargo.toml".into(),
            ..Package::default()
        };
        assert_eq!(registry_pages(&repository(bare, &[])).len(), 5);
        let mut talkative = good();
        talkative.keywords = vec!["clerk".to_owned(); 6];
        assert_eq!(registry_pages(&repository(talkative, &[])).len(), 1);
    }

    #[test]
    fn what_is_published_and_what_is_for_users_is_the_same() {
        let mut kept_back = good();
        kept_back.publish = Some(Vec::new());
        assert_eq!(registry_pages(&repository(kept_back.clone(), &[])).len(), 1);
        kept_back.manifest_path = "xtask/Cargo.toml".into();
        assert_eq!(registry_pages(&repository(kept_back.clone(), &[])), []);
        kept_back.publish = None;
        assert_eq!(registry_pages(&repository(kept_back, &[])).len(), 1);
    }

    #[test]
    fn a_sibling_with_a_version_in_the_tests_dependencies_is_found() {
        let with = |req: &str, kind: Option<&str>| {
            let mut package = good();
            package.dependencies = vec![Dependency {
                name: "clerk-emulator".to_owned(),
                kind: kind.map(str::to_owned),
                req: req.to_owned(),
                ..Dependency::default()
            }];
            registry_pages(&repository(package, &[])).len()
        };
        assert_eq!(with("^0.1.0", Some("dev")), 1);
        assert_eq!(with("*", Some("dev")), 0);
        assert_eq!(with("^0.1.0", None), 0);
    }

    #[test]
    fn a_git_dependency_is_found() {
        let mut package = good();
        package.dependencies = vec![Dependency {
            name: "ring".to_owned(),
            source: Some("git+https://example.com/ring".to_owned()),
            ..Dependency::default()
        }];
        let findings = fields(&repository(package, &[]));
        assert!(findings[0].advice.contains("take `ring` from the registry"));
    }

    #[test]
    fn a_manifest_that_leaves_the_workspace_lints_is_found() {
        let path = "crates/clerk-jwt/Cargo.toml";
        let inherits = "[package]\n\n[lints]\nworkspace = true\n";
        assert_eq!(lints(&repository(good(), &[(path, inherits)])), []);
        assert_eq!(
            lints(&repository(good(), &[(path, "[package]\n")])).len(),
            1
        );
    }

    #[test]
    fn default_features_that_nobody_asked_for_are_found() {
        let mut keys = Package {
            name: "clerk-jwks".to_owned(),
            manifest_path: "crates/clerk-jwks/Cargo.toml".into(),
            ..Package::default()
        };
        keys.features
            .insert("default".to_owned(), vec!["ring".to_owned()]);
        let with = |uses_default_features, kind: Option<&str>| {
            let mut package = good();
            package.dependencies = vec![Dependency {
                name: "clerk-jwks".to_owned(),
                kind: kind.map(str::to_owned),
                uses_default_features,
                ..Dependency::default()
            }];
            let packages = vec![package, keys.clone()];
            unasked_defaults(&Repository {
                packages,
                ..Repository::default()
            })
        };
        let findings = with(true, None);
        assert!(findings[0].advice.starts_with("`clerk-jwks` comes with"));
        assert_eq!(with(false, None), []);
        assert_eq!(with(true, Some("dev")), []);
    }

    #[test]
    fn a_second_crypto_library_is_found() {
        let clean = "[[package]]\nname = \"ring\"\n";
        assert_eq!(lock_file(&repository(good(), &[("Cargo.lock", clean)])), []);
        let dirty = "[[package]]\nname = \"openssl-sys\"\n";
        assert_eq!(
            lock_file(&repository(good(), &[("Cargo.lock", dirty)])).len(),
            1
        );
        assert_eq!(lock_file(&repository(good(), &[])).len(), 1);
    }

    #[test]
    fn a_library_for_those_who_ask_is_found_below_all_others() {
        let found = |name: &str, dependency: &str| {
            let lock = format!(
                "[[package]]\nname = \"{name}\"\ndependencies = [\n \"{dependency}\",\n]\n"
            );
            lock_file(&repository(good(), &[("Cargo.lock", &lock)])).len()
        };
        assert_eq!(found("clerk-aws-lc", "aws-lc-rs"), 0);
        assert_eq!(found("aws-lc-rs", "aws-lc-sys 0.47.0"), 0);
        assert_eq!(found("rustls", "aws-lc-rs"), 1);
        assert_eq!(found("rustls", "aws-lc-rs 1.19.0"), 1);
        assert_eq!(found("clerk-aws-lc", "aws-lc-sys"), 1);
    }
}
