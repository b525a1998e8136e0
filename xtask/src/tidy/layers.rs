//! Who may depend on whom. The tables are the architecture as data: adding a line is a decision to be reviewed.

use std::collections::BTreeSet;

use super::Finding;
use crate::repository::{Package, Repository};

/// Each crate and the members of this workspace that it may depend on. Development dependencies are free.
const EDGES: &[(&str, &[&str])] = &[
    ("clerk-core", &[]),
    ("clerk-jwt", &["clerk-core"]),
    ("clerk-http", &["clerk-core"]),
    ("clerk-http-fetch", &["clerk-core", "clerk-http"]),
    ("clerk-http-reqwest", &["clerk-core", "clerk-http"]),
    ("clerk-http-ureq", &["clerk-core", "clerk-http"]),
    ("clerk-jwks", &["clerk-core", "clerk-http", "clerk-jwt"]),
    ("clerk-api", &["clerk-core", "clerk-http"]),
    // What nobody gets who does not ask for it: no line below may name it.
    ("clerk-aws-lc", &["clerk-jwt"]),
    ("clerk-webcrypto", &["clerk-jwt", "clerk-webhooks"]),
    ("clerk-webhooks", &["clerk-api", "clerk-core"]),
    ("clerk-webhooks-redis", &["clerk-core", "clerk-webhooks"]),
    // Not `clerk-api`: authentication neither recompiles nor breaks when the API description changes.
    (
        "clerk-auth",
        &["clerk-core", "clerk-http", "clerk-jwks", "clerk-jwt"],
    ),
    ("clerk-tower", &["clerk-auth", "clerk-core", "clerk-http"]),
    (
        "clerk-axum",
        &["clerk-auth", "clerk-core", "clerk-tower", "clerk-webhooks"],
    ),
    (
        "clerk-actix",
        &["clerk-auth", "clerk-core", "clerk-webhooks"],
    ),
    (
        "clerk-rocket",
        &["clerk-auth", "clerk-core", "clerk-webhooks"],
    ),
    (
        "clerk-poem",
        &["clerk-auth", "clerk-core", "clerk-webhooks"],
    ),
    (
        "clerk-emulator",
        &["clerk-core", "clerk-http", "clerk-jwt", "clerk-webhooks"],
    ),
    (
        "clerk-sdk",
        &[
            "clerk-actix",
            "clerk-api",
            "clerk-auth",
            "clerk-axum",
            "clerk-core",
            "clerk-http",
            "clerk-http-fetch",
            "clerk-http-reqwest",
            "clerk-http-ureq",
            "clerk-jwks",
            "clerk-jwt",
            "clerk-poem",
            "clerk-rocket",
            "clerk-tower",
            "clerk-webcrypto",
            "clerk-webhooks",
            "clerk-webhooks-redis",
        ],
    ),
    ("clerk-dev", &["clerk-emulator", "clerk-sdk"]),
];

/// Libraries that do IO or belong to a framework, and the only crates that may name each.
const VOCABULARY: &[(&str, &[&str])] = &[
    (
        "tokio",
        &[
            "clerk-dev",
            "clerk-emulator",
            "clerk-http-reqwest",
            "clerk-poem",
            "clerk-rocket",
            "clerk-tower",
            // It runs on it; only there can a connection be waited for with others, and not for ever.
            "clerk-webhooks-redis",
        ],
    ),
    ("reqwest", &["clerk-http-reqwest"]),
    ("ureq", &["clerk-http-ureq"]),
    ("js-sys", &["clerk-http-fetch", "clerk-webcrypto"]),
    ("wasm-bindgen", &["clerk-http-fetch", "clerk-webcrypto"]),
    (
        "wasm-bindgen-futures",
        &["clerk-http-fetch", "clerk-webcrypto"],
    ),
    ("web-sys", &["clerk-http-fetch"]),
    ("redis", &["clerk-webhooks-redis"]),
    // No IO, and a second library of cryptography, which nobody is to get unasked.
    ("aws-lc-rs", &["clerk-aws-lc"]),
    (
        "rustls",
        &["clerk-emulator", "clerk-http-reqwest", "clerk-http-ureq"],
    ),
    // Below a framework: the emulator has to close a connection without an answer.
    ("hyper", &["clerk-emulator"]),
    ("tower", &["clerk-axum", "clerk-tower"]),
    ("tower-layer", &["clerk-axum", "clerk-tower"]),
    ("tower-service", &["clerk-axum", "clerk-tower"]),
    // What an application has of axum in any case: its patterns of routes are not in `axum-core`.
    ("axum", &["clerk-axum", "clerk-dev", "clerk-emulator"]),
    ("axum-core", &["clerk-axum"]),
    ("actix-web", &["clerk-actix"]),
    ("rocket", &["clerk-rocket"]),
    ("poem", &["clerk-poem"]),
];

/// Crates that stay `no_std` and know no HTTP, with how many foreign packages a user of each may come to compile.
const CORES: &[(&str, usize)] = &[("clerk-core", 3), ("clerk-jwt", 23)];

/// Crates that may know HTTP and stay small all the same. A webhook endpoint is often all there is
/// of a service: with `clerk-core` and itself, `clerk-webhooks` comes to sixteen packages.
const SMALL: &[(&str, usize)] = &[("clerk-webhooks", 14)];

/// What must not be found anywhere below a crate of [`CORES`].
const FOREIGN_TO_CORES: &[&str] = &[
    "async-trait",
    "futures-core",
    "http",
    "hyper",
    "metrics",
    "mio",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "tracing",
    "ureq",
    "url",
];

/// The crates that have a layer. The chores and tests beside them may depend on whatever they need.
fn layered(repository: &Repository) -> impl Iterator<Item = &Package> {
    let packages = repository.packages.iter();
    packages.filter(|package| package.manifest_path.starts_with("crates"))
}

fn budgets() -> impl Iterator<Item = &'static (&'static str, usize)> {
    CORES.iter().chain(SMALL)
}

pub(super) fn measured_crates() -> Vec<&'static str> {
    budgets().map(|(name, _)| *name).collect()
}

fn manifest(package: &Package) -> String {
    package.manifest_path.display().to_string()
}

/// Every dependency between members is one that the table allows.
pub(super) fn edges(repository: &Repository) -> Vec<Finding> {
    let members: BTreeSet<&str> = repository
        .packages
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for package in layered(repository) {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == package.name) else {
            findings.push(Finding::new(
                manifest(package),
                format!("`{}` has no place among the layers; give it a line in EDGES of xtask/src/tidy/layers.rs and describe it in docs/ARCHITECTURE.md", package.name),
            ));
            continue;
        };
        let internal = package
            .dependencies
            .iter()
            .filter(|d| d.ships() && members.contains(d.name.as_str()));
        for dependency in internal.filter(|d| !allowed.contains(&d.name.as_str())) {
            findings.push(Finding::new(
                manifest(package),
                format!("`{}` may not depend on `{}`; move the shared part down a layer, or write an ADR and extend EDGES in xtask/src/tidy/layers.rs", package.name, dependency.name),
            ));
        }
    }
    findings
}

/// Runtimes, HTTP libraries and frameworks are named only by the crates made for them.
pub(super) fn vocabulary(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in layered(repository) {
        for dependency in package.dependencies.iter().filter(|d| d.ships()) {
            let Some((_, allowed)) = VOCABULARY.iter().find(|(name, _)| *name == dependency.name)
            else {
                continue;
            };
            if !allowed.contains(&package.name.as_str()) {
                findings.push(Finding::new(
                    manifest(package),
                    format!("`{}` may not name `{}`, which does IO; take what you need as a value or a trait, and let an adapter provide it", package.name, dependency.name),
                ));
            }
        }
    }
    findings
}

/// Some crates stay small, and the `no_std` ones away from HTTP, through all that they depend on.
pub(super) fn core_closures(repository: &Repository) -> Vec<Finding> {
    let members: BTreeSet<&str> = repository
        .packages
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for (name, budget) in budgets() {
        let is_core = CORES.iter().any(|(core, _)| core == name);
        let Some(closure) = repository.closures.get(*name) else {
            continue;
        };
        let place = format!("crates/{name}/Cargo.toml");
        for release in closure {
            if is_core && FOREIGN_TO_CORES.contains(&release.name.as_str()) {
                findings.push(Finding::new(
                    place.as_str(),
                    format!("`{0}` comes to depend on `{1}`; see `cargo tree --package {name} --invert {1}` and move that part up a layer", name, release.name),
                ));
            }
        }
        let foreign = closure
            .iter()
            .filter(|release| !members.contains(release.name.as_str()));
        let count = foreign.count();
        if count > *budget {
            findings.push(Finding::new(
                place.as_str(),
                format!("users compile {count} foreign packages and the budget is {budget}; see `cargo tree --package {name} --edges normal,build` and drop what is not needed"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{Dependency, Release};

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            manifest_path: format!("crates/{name}/Cargo.toml").into(),
            dependencies: dependencies
                .iter()
                .map(|name| Dependency {
                    name: (*name).to_owned(),
                    ..Dependency::default()
                })
                .collect(),
            ..Package::default()
        }
    }

    fn workspace(packages: Vec<Package>) -> Repository {
        Repository {
            packages,
            ..Repository::default()
        }
    }

    #[test]
    fn an_edge_outside_the_table_is_found_and_a_development_edge_is_not() {
        let mut upward = package("clerk-core", &["clerk-http"]);
        let repository = workspace(vec![upward.clone(), package("clerk-http", &["clerk-core"])]);
        let findings = edges(&repository);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0]
                .advice
                .contains("`clerk-core` may not depend on `clerk-http`")
        );

        upward.dependencies[0].kind = Some("dev".to_owned());
        let repository = workspace(vec![upward, package("clerk-http", &["clerk-core"])]);
        assert_eq!(edges(&repository), []);
    }

    #[test]
    fn a_crate_without_a_layer_is_found() {
        let findings = edges(&workspace(vec![package("clerk-helpers", &[])]));
        assert!(findings[0].advice.contains("no place among the layers"));
    }

    #[test]
    fn a_chore_may_depend_on_anything() {
        let mut chore = package("xtask", &["clerk-core", "tokio"]);
        chore.manifest_path = "xtask/Cargo.toml".into();
        let repository = workspace(vec![chore, package("clerk-core", &[])]);
        assert_eq!(
            (edges(&repository), vocabulary(&repository)),
            (vec![], vec![])
        );
    }

    #[test]
    fn authentication_cannot_reach_the_generated_api() {
        let mut reachable = BTreeSet::from(["clerk-auth"]);
        for _ in EDGES {
            let next = EDGES.iter().filter(|(name, _)| reachable.contains(name));
            let targets: Vec<&str> = next.flat_map(|(_, to)| to.iter().copied()).collect();
            reachable.extend(targets);
        }
        assert!(reachable.contains("clerk-core"));
        assert!(!reachable.contains("clerk-api"));
    }

    #[test]
    fn no_crate_brings_a_library_that_nobody_asked_for() {
        let mut takers = EDGES.iter().filter(|(_, to)| to.contains(&"clerk-aws-lc"));
        assert_eq!(takers.next(), None);
    }

    #[test]
    fn the_table_has_no_cycle_and_names_only_crates_it_knows() {
        let mut placed: BTreeSet<&str> = BTreeSet::new();
        for _ in EDGES {
            let ready = EDGES
                .iter()
                .filter(|(_, to)| to.iter().all(|name| placed.contains(name)));
            placed.extend(ready.map(|(name, _)| *name).collect::<Vec<_>>());
        }
        assert_eq!(placed.len(), EDGES.len());
    }

    #[test]
    fn a_runtime_below_the_edge_is_found() {
        let repository = workspace(vec![
            package("clerk-jwks", &["tokio"]),
            package("clerk-http-reqwest", &["tokio", "reqwest"]),
        ]);
        let findings = vocabulary(&repository);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].place, "crates/clerk-jwks/Cargo.toml");
    }

    #[test]
    fn http_below_a_core_and_a_core_over_its_budget_are_found() {
        let release = |name: &str| Release {
            name: name.to_owned(),
            version: "v1.0.0".to_owned(),
        };
        let mut repository = workspace(vec![package("clerk-core", &[]), package("clerk-jwt", &[])]);
        let closure =
            BTreeSet::from([release("clerk-jwt"), release("clerk-core"), release("http")]);
        repository.closures.insert("clerk-jwt".to_owned(), closure);
        let findings = core_closures(&repository);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].advice.contains("comes to depend on `http`"));

        let many = (0..24).map(|n| release(&format!("part-{n}"))).collect();
        repository.closures.insert("clerk-jwt".to_owned(), many);
        let findings = core_closures(&repository);
        assert!(
            findings[0]
                .advice
                .contains("24 foreign packages and the budget is 23")
        );

        let mut repository = workspace(vec![package("clerk-webhooks", &[])]);
        for (count, expected) in [(13, 0), (14, 1)] {
            let mut closure: BTreeSet<Release> =
                (0..count).map(|n| release(&format!("part-{n}"))).collect();
            closure.extend([release("clerk-webhooks"), release("http")]);
            repository
                .closures
                .insert("clerk-webhooks".to_owned(), closure);
            assert_eq!(core_closures(&repository).len(), expected);
        }
    }
}
