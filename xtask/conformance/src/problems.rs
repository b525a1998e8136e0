//! What did not hold in a suite.

use std::{fs, path::Path};

use crate::outcome::Stopped;

/// How a check ended for a made-up input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Refused,
    /// There is no answer: the configuration is not usable, or the program broke.
    Unanswered,
}

/// Whether the input passes a check of somebody else's software, and not ours.
///
/// Such an input stays out of this repository, and so does a sentence on it: no entry of
/// `docs/divergences.md` explains it, and whoever meets one leaves it out of what is made up.
pub(crate) const fn must_be_left_out(theirs: Verdict, ours: Verdict) -> bool {
    matches!((theirs, ours), (Verdict::Passed, Verdict::Refused))
}

/// What must not be shown is written into the directory of the suites, which is never committed.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

#[derive(Debug)]
struct Problem {
    headline: String,
    input: Option<String>,
}

impl Problems {
    /// A problem as people may read it, in the output of CI too.
    pub(crate) fn push(&mut self, text: impl Into<String>) {
        self.0.push(Problem {
            headline: text.into(),
            input: None,
        });
    }

    /// An input that [must be left out](must_be_left_out). Only where it was met is shown.
    pub(crate) fn withhold(&mut self, place: &str, input: impl Into<String>) {
        self.0.push(Problem {
            headline: format!(
                "{place} passes a check of somebody else's and not ours: leave such inputs out of \
                 what is made up, and keep our own test of the rule (docs/CONTRIBUTING.md)"
            ),
            input: Some(input.into()),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes all of them to `file`, and says how many there are and what the first is.
    pub(crate) fn report(&self, seed: u64, file: &Path) -> Result<String, Stopped> {
        let whole = |one: &Problem| match &one.input {
            Some(input) => format!("{}\n{input}", one.headline),
            None => one.headline.clone(),
        };
        let texts: Vec<String> = self.0.iter().map(whole).collect();
        fs::write(file, texts.join("\n\n"))?;
        let first = self.0.first().map_or("", |first| first.headline.as_str());
        let (count, place) = (self.0.len(), file.display());
        Ok(format!(
            "{count} problems with seed {seed}, all of them in {place}; the first:\n{first}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_elsewhere_and_not_here_is_left_out() {
        use Verdict::{Passed, Refused, Unanswered};
        let left_out = [(Passed, Refused)];
        for theirs in [Passed, Refused, Unanswered] {
            for ours in [Passed, Refused, Unanswered] {
                let expected = left_out.contains(&(theirs, ours));
                assert_eq!(
                    must_be_left_out(theirs, ours),
                    expected,
                    "{theirs:?} {ours:?}"
                );
            }
        }
    }

    #[test]
    fn what_must_be_left_out_is_in_the_file_alone() {
        let mut problems = Problems::default();
        problems.withhold("case 7", "the input");
        problems.push("another");
        let file = std::env::temp_dir().join(format!("problems-{}", std::process::id()));
        let report = problems.report(3, &file).unwrap();
        let written = fs::read_to_string(&file).unwrap();
        fs::remove_file(file).unwrap();
        assert!(written.contains("the input") && written.contains("another"));
        assert!(report.contains("2 problems with seed 3") && report.contains("case 7"));
        assert!(!report.contains("the input"), "{report}");
    }
}
