//! What differs from the document on purpose, which a run has to find again.

use std::{fs, path::Path};

use serde::Deserialize;

use super::report::{Finding, Report};
use crate::{clients::SOURCES, outcome::Stopped};

const FILE: &str = "described/known.toml";

/// Stands for whichever operation.
const ANY: &str = "*";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    #[serde(default)]
    differs: Vec<Difference>,
    /// The operations that cannot succeed.
    #[serde(default)]
    never: Vec<Never>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    operation: String,
    what: String,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Never {
    operation: String,
    why: String,
}

impl Known {
    pub(super) fn read() -> Result<Self, Stopped> {
        let path = Path::new(SOURCES).join(FILE);
        Ok(toml::from_str(&fs::read_to_string(path)?)?)
    }

    /// How many of the known differences a document met with.
    pub(super) fn met(&self, report: &Report) -> usize {
        let met = |known: &&Difference| report.found.iter().any(|found| known.is(found));
        self.differs.iter().filter(met).count()
    }

    /// What was found and is not known, and what is known and was not found.
    pub(super) fn problems(&self, reports: &[Report]) -> Vec<String> {
        let mut problems = Vec::new();
        for report in reports {
            let version = &report.version;
            for found in &report.found {
                if !self.differs.iter().any(|known| known.is(found)) {
                    problems.push(format!("{version}: {}: {}", found.operation, found.what));
                }
            }
            for id in &report.never {
                if !self.never.iter().any(|known| known.operation == *id) {
                    problems.push(format!("{version}: {id} never succeeded"));
                }
            }
        }
        for known in &self.differs {
            let mut found = reports.iter().flat_map(|report| &report.found);
            if !found.any(|found| known.is(found)) {
                let Difference {
                    operation,
                    what,
                    why,
                } = known;
                problems.push(format!(
                    "{operation}: {what}: no longer so; take it out of {FILE}: {why}"
                ));
            }
        }
        for Never { operation, why } in &self.never {
            if !reports
                .iter()
                .any(|report| report.never.contains(operation))
            {
                problems.push(format!(
                    "{operation} succeeded; take it out of {FILE}: {why}"
                ));
            }
        }
        problems
    }
}

impl Difference {
    fn is(&self, found: &Finding) -> bool {
        (self.operation == ANY || self.operation == found.operation) && self.what == found.what
    }
}

#[cfg(test)]
mod tests {
    use super::{super::report::report, *};

    fn known() -> Known {
        let text = r#"
            differs = [{ operation = "*", what = "200 has `x`", why = "so it is" }]
            never = [{ operation = "UserPasskeyDelete", why = "nobody has one" }]
        "#;
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_list_is_one_that_can_be_read_and_has_reasons() {
        let known = Known::read().unwrap();
        assert!(known.differs.iter().all(|known| !known.why.is_empty()));
        assert!(known.never.iter().all(|known| !known.why.is_empty()));
    }

    #[test]
    fn what_is_known_is_no_problem() {
        let found = report(
            "2026-05-12",
            &["UserPasskeyDelete"],
            &[("GetUser", "200 has `x`"), ("CreateUser", "200 has `x`")],
        );
        assert_eq!(known().met(&found), 1);
        assert_eq!(known().problems(&[found]), [""; 0]);
    }

    #[test]
    fn what_is_not_known_is_a_problem_for_each_document() {
        let found = || {
            report(
                "2026-05-12",
                &["UserPasskeyDelete", "DeleteTOTP"],
                &[("GetUser", "200 has `x`"), ("GetUser", "status 500")],
            )
        };
        let problems = known().problems(&[found(), found()]);
        let one = [
            "2026-05-12: GetUser: status 500",
            "2026-05-12: DeleteTOTP never succeeded",
        ];
        assert_eq!(problems, [one, one].concat());
    }

    #[test]
    fn what_is_known_and_not_so_is_a_problem() {
        let problems = known().problems(&[report("2026-05-12", &[], &[])]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("200 has `x`: no longer so"));
        assert!(problems[1].contains("UserPasskeyDelete succeeded"));
    }
}
