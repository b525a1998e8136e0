//! Suite `tokens`: made-up tokens, judged by `@clerk/backend` and by us.
//!
//! Both programs get the same lines. Wherever the answers differ, an entry of
//! `docs/divergences.md` has to say so.

mod answer;
mod case;
mod draft;
mod exhibits;
mod explanations;
mod facts;
mod grid;
mod mutations;
mod own_rules;

use std::{collections::BTreeMap, fmt::Write as _, process::Command};

use crate::{
    Settings,
    clients::Node,
    divergences::{self, Direction, Entry},
    outcome::{Outcome, Passed, Stopped},
    problems::{Problems, must_be_left_out},
    programs, random,
    signer::{self, Signers},
};

use self::{
    answer::Answer,
    case::Case,
    exhibits::{Exhibit, Expected},
    explanations::Difference,
    facts::Facts,
};

pub(crate) const NAME: &str = "tokens";

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let entries = divergences::read()?;
    let signers = Signers::new()?;
    let exhibits = exhibits::all(&signers);
    let made_up = (0..settings.count).map(|index| mutations::case(settings.seed, index, &signers));
    let mut cases: Vec<Case> = exhibits
        .iter()
        .map(|exhibit| exhibit.case.clone())
        .collect();
    cases.extend(
        exhibits
            .iter()
            .filter_map(|exhibit| exhibit.control.clone()),
    );
    let fixed = cases.len();
    cases.extend(compared(grid::all(&signers).into_iter().chain(made_up)));
    let judged = judge(settings, &node, cases)?;

    let mut report = Report::default();
    report.exhibits(&entries, &exhibits, &judged[..fixed]);
    for one in &judged[fixed..] {
        report.compare(&entries, one);
    }
    report.unmet(&entries);
    report.conclude(settings)
}

/// The cases that both sides have a rule for.
fn compared(cases: impl Iterator<Item = Case>) -> impl Iterator<Item = Case> {
    cases.filter(|case| own_rules::deciding(&Facts::of(case)).is_none())
}

/// A case and what both programs say of it.
struct Judged {
    case: Case,
    reference: Answer,
    ours: Answer,
}

fn judge(settings: &Settings, node: &Node, mut cases: Vec<Case>) -> Result<Vec<Judged>, Stopped> {
    let mut lines = String::new();
    for (id, case) in cases.iter_mut().enumerate() {
        case.id = id;
        writeln!(lines, "{}", case.to_line()?)?;
    }
    let mut clerk_dev = Command::new(&settings.clerk_dev);
    clerk_dev.args(["token", "verify", "--batch"]);
    let ours = programs::answers(clerk_dev, &lines)?;
    let ours = Answer::read_all("clerk-dev", &ours, cases.len())?;
    let reference = programs::answers(node.script("verify_tokens.mjs")?, &lines)?;
    let reference = Answer::read_all("@clerk/backend", &reference, cases.len())?;
    let answers = reference.into_iter().zip(ours);
    Ok(cases
        .into_iter()
        .zip(answers)
        .map(|(case, (reference, ours))| Judged {
            case,
            reference,
            ours,
        })
        .collect())
}

#[derive(Default)]
struct Report {
    compared: usize,
    accepted: usize,
    explained: BTreeMap<&'static str, usize>,
    shown: BTreeMap<&'static str, usize>,
    problems: Problems,
}

impl Report {
    /// Holds each exhibit against the answers it announces. The controls stand behind them.
    fn exhibits(&mut self, entries: &[Entry], exhibits: &[Exhibit], judged: &[Judged]) {
        let (shown, controls) = judged.split_at(exhibits.len());
        let mut controls = controls.iter();
        for (exhibit, one) in exhibits.iter().zip(shown) {
            *self.shown.entry(exhibit.id).or_default() += 1;
            let control = exhibit.control.as_ref().and_then(|_| controls.next());
            let held = exhibit.reference.is(&one.reference) && exhibit.ours.is(&one.ours);
            let listed = entries.iter().find(|entry| entry.id == exhibit.id);
            // What explains nothing in the comparison of made-up tokens proves nothing here.
            let explained = match control {
                Some(control) => {
                    listed.is_some_and(|entry| entry.direction == Direction::Looser)
                        && control.reference.is_accepted()
                        && control.ours.is_accepted()
                }
                None => listed.is_some() && explanation(one) == Some(exhibit.id),
            };
            if !held || !explained {
                let id = exhibit.id;
                self.problem(&format!("`{id}` is not as announced:"), one);
            }
        }
    }

    fn compare(&mut self, entries: &[Entry], one: &Judged) {
        self.compared += 1;
        self.accepted += usize::from(one.ours.is_accepted());
        if one.reference.agrees_with(&one.ours) {
            return;
        }
        match explanation(one) {
            Some(id) if entries.iter().any(|entry| entry.id == id) => {
                *self.explained.entry(id).or_default() += 1;
            }
            Some(id) => self.problem(&format!("docs/divergences.md has no `{id}`"), one),
            None if must_be_left_out(one.reference.verdict(), one.ours.verdict()) => {
                let place = format!("case {} ({})", one.case.id, one.case.story.join(", "));
                self.problems.withhold(&place, one.told());
            }
            None if one.ours.is_accepted() && !one.reference.is_accepted() => {
                self.problem("we accept what @clerk/backend refuses", one);
            }
            None => self.problem("nothing explains this difference", one),
        }
    }

    /// Finds the entries that are said to be held by this suite, and are not met in it.
    fn unmet(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.is_held_by(NAME)) {
            if !self.shown.contains_key(entry.id.as_str()) {
                let id = &entry.id;
                let problem = format!(
                    "docs/divergences.md says that this suite holds `{id}`, of which it has no case"
                );
                self.problems.push(problem);
            }
        }
    }

    fn problem(&mut self, what: &str, one: &Judged) {
        self.problems.push(format!("{what} {}", one.told()));
    }

    fn conclude(self, settings: &Settings) -> Outcome {
        let differing: usize = self.explained.values().sum();
        let seed = settings.seed;
        if !self.problems.is_empty() {
            let file = settings.directory.join("tokens.txt");
            return Err(Stopped::Failed(self.problems.report(seed, &file)?));
        }
        let mut text = format!(
            "{} tokens (seed {seed}), {} of them good: {} answers equal, {differing} differ as documented",
            self.compared,
            self.accepted,
            self.compared - differing,
        );
        for (id, shown) in &self.shown {
            let met = self.explained.get(id).copied().unwrap_or(0);
            write!(text, "\n          {met:>5} and {shown} by hand  {id}")?;
        }
        Ok(Passed(text))
    }
}

impl Judged {
    fn told(&self) -> String {
        let Self {
            case,
            reference,
            ours,
        } = self;
        let line = case.to_line().unwrap_or_else(|error| error.to_string());
        let story = case.story.join(", ");
        format!("({story})\n  @clerk/backend {reference}\n  clerk-dev      {ours}\n  {line}")
    }
}

fn explanation(one: &Judged) -> Option<&'static str> {
    explanations::explain(&Difference {
        facts: &Facts::of(&one.case),
        reference: &one.reference,
        ours: &one.ours,
    })
}

impl Expected {
    fn is(self, answer: &Answer) -> bool {
        match self {
            Self::Accepted => answer.is_accepted(),
            Self::Refused(reason) => answer.is_refused_for(reason),
            Self::Failed => answer.is_failed(),
        }
    }
}
