//! What was checked, and what did not hold.

use std::{collections::BTreeSet, fmt::Debug};

use crate::{
    divergences::Entry,
    outcome::{Outcome, Passed, Stopped},
};

#[derive(Debug, Default)]
pub(crate) struct Checks {
    passed: usize,
    failures: Vec<String>,
    shown: BTreeSet<&'static str>,
}

impl Checks {
    pub(crate) fn that(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.passed += 1;
        } else {
            self.failures.push(what());
        }
    }

    pub(crate) fn equal<T: PartialEq + Debug>(&mut self, what: &str, is: &T, should: &T) {
        let holds = is == should;
        self.that(holds, || format!("{what}: {is:?} instead of {should:?}"));
    }

    /// An entry of `docs/divergences.md` was met here.
    pub(crate) fn shows(&mut self, id: &'static str) {
        self.shown.insert(id);
    }

    /// Passes if all checks held, and the entries met are those that name this suite.
    pub(crate) fn conclude(mut self, suite: &str, entries: &[Entry]) -> Outcome {
        for entry in entries.iter().filter(|entry| entry.is_held_by(suite)) {
            let id = entry.id.as_str();
            let met = self.shown.contains(id);
            self.that(met, || {
                format!(
                    "docs/divergences.md says that this suite holds `{id}`, which it does not meet"
                )
            });
        }
        for id in std::mem::take(&mut self.shown) {
            let listed = entries.iter().any(|entry| entry.id == id);
            self.that(listed, || format!("docs/divergences.md has no `{id}`"));
        }
        if self.failures.is_empty() {
            Ok(Passed(format!("{} checks", self.passed)))
        } else {
            let failed = self.failures.join("\n          ");
            let (count, all) = (self.failures.len(), self.failures.len() + self.passed);
            Err(Stopped::Failed(format!(
                "{count} of {all} checks:\n          {failed}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergences::{Direction, Holder};

    fn entry(id: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            direction: Direction::Different,
            held_by: vec![Holder::Suite("suite".to_owned())],
        }
    }

    #[test]
    fn a_listed_entry_has_to_be_met_and_a_met_one_listed() {
        let met = |ids: &[&'static str]| {
            let mut checks = Checks::default();
            ids.iter().for_each(|id| checks.shows(id));
            checks.conclude("suite", &[entry("a")]).is_ok()
        };
        assert!(met(&["a"]));
        assert!(!met(&[]));
        assert!(!met(&["a", "b"]));
    }

    #[test]
    fn one_failure_is_enough() {
        let mut checks = Checks::default();
        checks.equal("one", &1, &1);
        checks.equal("two", &1, &2);
        let Err(Stopped::Failed(why)) = checks.conclude("suite", &[]) else {
            panic!("it passed");
        };
        assert!(why.contains("1 of 2 checks") && why.contains("two: 1 instead of 2"));
    }
}
