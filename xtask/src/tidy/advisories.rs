//! Nothing that users or CI compile is older than the versions that fix published advisories.

use super::Finding;
use crate::advisories::{Advisories, LIST, Version, is_fixed, locked};
use crate::repository::Repository;

/// The list is one that can be held to: in order, with a fix and an advisory in each entry.
pub(super) fn list(repository: &Repository) -> Vec<Finding> {
    let list = match read(repository) {
        Ok(list) => list,
        Err(error) => return vec![Finding::new(LIST, error)],
    };
    let mut findings = Vec::new();
    let minimum = list
        .minimum
        .iter()
        .map(|m| (&m.package, &m.fixed, &m.advisories));
    let awaited = list
        .awaited
        .iter()
        .map(|a| (&a.package, &a.fixed, &a.advisories));
    for (package, fixed, advisories) in minimum.chain(awaited) {
        let mut say = |advice| findings.push(Finding::new(LIST, format!("`{package}`: {advice}")));
        if fixed.is_empty() || !fixed.is_sorted() {
            say("list the first fixed version of each line, in order");
        }
        if advisories.is_empty() || !advisories.iter().all(|id| is_an_id(id)) {
            say("name the advisories by their ids, as RUSTSEC-, GHSA- or CVE-");
        }
        let lock = repository.file("Cargo.lock").map_or("", |lock| &lock.text);
        if !lock.is_empty() && !locked(lock).any(|(name, _)| name == package) {
            say("nothing depends on it any more, so remove the entry");
        }
    }
    if !list.minimum.is_sorted_by_key(|entry| &entry.package) {
        findings.push(Finding::new(LIST, "sort the entries by package"));
    }
    findings
}

fn is_an_id(id: &str) -> bool {
    let kinds = ["CVE-", "GHSA-", "RUSTSEC-"];
    kinds.iter().any(|kind| id.starts_with(kind))
}

/// No lock file has anything older, nor has it what is awaited.
pub(super) fn lock_files(repository: &Repository) -> Vec<Finding> {
    let Ok(list) = read(repository) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let locks = repository.files.iter();
    for lock in locks.filter(|file| file.path.ends_with("Cargo.lock")) {
        for below in list.below(locked(&lock.text)) {
            findings.push(Finding::new(
                lock.path.as_str(),
                format!("{below}, with `cargo update`"),
            ));
        }
        for arrived in list.arrived(locked(&lock.text)) {
            findings.push(Finding::new(lock.path.as_str(), arrived));
        }
    }
    findings
}

/// No manifest allows anything older: users resolve by those. What comes by way of others is for
/// `cargo xtask ci latest` to see.
pub(super) fn requirements(repository: &Repository) -> Vec<Finding> {
    let Ok(list) = read(repository) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for package in &repository.packages {
        for dependency in &package.dependencies {
            let entries = list.minimum.iter();
            for entry in entries.filter(|entry| entry.package == dependency.name) {
                let least = Version::least(&dependency.req);
                if least.is_some_and(|least| is_fixed(&entry.fixed, least)) {
                    continue;
                }
                let (name, requirement) = (&dependency.name, &dependency.req);
                findings.push(Finding::new(
                    package.manifest_path.display().to_string(),
                    format!(
                        "`{name} = \"{requirement}\"` allows what has {}; {LIST} says from which version on that is fixed",
                        entry.advisories.join(", ")
                    ),
                ));
            }
        }
    }
    findings
}

/// What has no fix that could be required.
pub(super) fn awaited(repository: &Repository) -> Vec<String> {
    let list = read(repository).unwrap_or_default();
    let awaited = list.awaited.iter().map(|entry| {
        let (package, advisories) = (&entry.package, entry.advisories.join(", "));
        format!(
            "{package}: a fix of {advisories} is awaited; {}",
            entry.reason
        )
    });
    awaited.collect()
}

fn read(repository: &Repository) -> Result<Advisories, String> {
    let file = repository.file(LIST).ok_or("commit it")?;
    Advisories::parse(&file.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{Dependency, Package};

    const TIME: &str = "[[minimum]]\npackage = \"time\"\nfixed = [\"0.3.47\"]\n\
                        advisories = [\"RUSTSEC-2026-0009\"]\n";

    fn lock(version: &str) -> String {
        format!("[[package]]\nname = \"time\"\nversion = \"{version}\"\n")
    }

    fn requiring(requirement: &str) -> Repository {
        let dependency = Dependency {
            name: "time".to_owned(),
            req: requirement.to_owned(),
            ..Dependency::default()
        };
        let package = Package {
            dependencies: vec![dependency],
            ..Package::default()
        };
        Repository {
            packages: vec![package],
            ..Repository::of_files(&[(LIST, TIME)])
        }
    }

    #[test]
    fn an_old_version_in_any_lock_file_is_found() {
        for (path, version, findings) in [
            ("Cargo.lock", "0.3.47", 0),
            ("Cargo.lock", "0.3.46", 1),
            ("fuzz/Cargo.lock", "0.3.46", 1),
        ] {
            let repository = Repository::of_files(&[(LIST, TIME), (path, &lock(version))]);
            assert_eq!(lock_files(&repository).len(), findings, "{path} {version}");
        }
    }

    #[test]
    fn a_requirement_that_allows_an_old_version_is_found() {
        for (requirement, findings) in [
            ("^0.3.47", 0),
            ("^0.3.50", 0),
            ("^0.3", 1),
            ("^0.3.46", 1),
            ("*", 1),
        ] {
            assert_eq!(
                requirements(&requiring(requirement)).len(),
                findings,
                "{requirement}"
            );
        }
    }

    #[test]
    fn what_is_awaited_and_there_is_found() {
        let text = format!(
            "{TIME}[[awaited]]\npackage = \"time\"\nfixed = [\"0.3.60\"]\n\
             advisories = [\"CVE-1\"]\nreason = \"because\"\n"
        );
        let with = |version| Repository::of_files(&[(LIST, &text), ("Cargo.lock", &lock(version))]);
        assert_eq!(lock_files(&with("0.3.59")), []);
        assert_eq!(lock_files(&with("0.3.60")).len(), 1);
        assert_eq!(
            awaited(&with("0.3.59")),
            ["time: a fix of CVE-1 is awaited; because"]
        );
    }

    #[test]
    fn a_list_that_cannot_be_held_to_is_found() {
        let found = |text: &str| list(&Repository::of_files(&[(LIST, text)])).len();
        assert_eq!(found(TIME), 0);
        assert_eq!(found(&TIME.replace("RUSTSEC-2026-0009", "an advisory")), 1);
        assert_eq!(found(&TIME.replace("\"0.3.47\"", "")), 1);
        assert_eq!(found("minimum = 1"), 1);
        let unsorted = format!("{TIME}{}", TIME.replace("time", "ring"));
        assert_eq!(found(&unsorted), 1);
        assert_eq!(list(&Repository::default()).len(), 1);
        let unused = [(LIST, TIME), ("Cargo.lock", "name = \"ring\"")];
        assert_eq!(list(&Repository::of_files(&unused)).len(), 1);
    }
}
