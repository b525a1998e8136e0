//! Suite `has`: made-up claims, and what they entitle to by `@clerk/backend` and by us.

mod checks;
mod claims;
mod explanations;

use std::{collections::BTreeMap, fmt::Write as _, fs};

use crate::{
    Settings,
    authenticate::{Bench, Draft, Instance, Judged, Mint, Question, Side},
    clients::Node,
    divergences::{self, Entry},
    outcome::{Outcome, Passed, Stopped},
    random::Random,
    signer::Signers,
};

pub(crate) const NAME: &str = "has";

/// How much each set of claims is asked.
const CHECKS: usize = 20;

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let entries = divergences::read()?;
    let mint = Mint::new(Signers::new()?);
    let mut questions: Vec<Question> = claims::odd(&mint)
        .iter()
        .map(|token| asked_all(token))
        .collect();
    let made_up = settings.count.div_ceil(CHECKS);
    questions.extend((0..made_up).map(|index| made_up_question(settings.seed, index, &mint)));
    let bench = Bench::new(&mint, questions)?;
    let reference = bench.reference(&node)?;
    let asked = bench.questions().iter().map(|question| question.has.len());
    varied(asked.sum(), &reference)?;
    let ours = bench.ours(settings)?;
    let mut report = Report::default();
    for one in &bench.into_judged(reference, ours) {
        report.compare(&entries, one);
    }
    report.stale(&entries);
    report.conclude(settings)
}

fn made_up_question(seed: u64, index: usize, mint: &Mint) -> Question {
    let random = &mut Random::of_case(seed, index);
    let token = claims::token(random).sign(mint);
    let mut draft = Draft::call(Instance::Production, &token);
    draft.treat_pending_as_signed_out = random.pick(&[None, Some(false)]);
    draft.has = (0..CHECKS).map(|_| checks::check(random)).collect();
    draft.finish()
}

/// Everything that can be asked on its own.
fn asked_all(token: &str) -> Question {
    let mut draft = Draft::call(Instance::Production, token);
    draft.has = checks::all();
    draft.finish()
}

/// A comparison of answers that are all the same would prove nothing.
fn varied(asked: usize, reference: &[Side]) -> Result<(), Stopped> {
    let answers = reference.iter().filter_map(|side| side.answer.state());
    let answers = answers.filter_map(|state| state.has.as_ref()).flatten();
    let yes = answers.filter(|answer| **answer).count();
    if asked < 3_000 || yes < asked / 20 || yes > asked / 2 {
        let problem = format!("of {asked} checks, @clerk/backend says yes to {yes}");
        return Err(Stopped::Failed(problem));
    }
    Ok(())
}

#[derive(Default)]
struct Report {
    checks: usize,
    yes: usize,
    explained: BTreeMap<&'static str, usize>,
    problems: Vec<String>,
}

impl Report {
    fn compare(&mut self, entries: &[Entry], one: &Judged) {
        self.checks += one.question.has.len();
        let granted = |side: &Side| -> Vec<bool> {
            let has = side.answer.state().and_then(|state| state.has.clone());
            has.unwrap_or_else(|| vec![false; one.question.has.len()])
        };
        let (theirs, ours) = (granted(&one.reference), granted(&one.ours));
        self.yes += ours.iter().filter(|answer| **answer).count();
        // The rest of the auth object is compared elsewhere.
        if one.reference.answer.is_failed() == one.ours.answer.is_failed() && theirs == ours {
            return;
        }
        // No entry may explain this one.
        if theirs
            .iter()
            .zip(&ours)
            .any(|(theirs, ours)| *ours && !theirs)
        {
            return self.problem("we grant what @clerk/backend does not", one);
        }
        match explanations::explain(one) {
            Some(id) if entries.iter().any(|entry| entry.id == id) => {
                *self.explained.entry(id).or_default() += 1;
            }
            Some(id) => self.problem(&format!("docs/divergences.md has no `{id}`"), one),
            None => self.problem("nothing explains this difference", one),
        }
    }

    /// Finds the entries that this suite is said to hold, and that explain nothing in it.
    fn stale(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.is_held_by(NAME)) {
            if !self.explained.contains_key(entry.id.as_str()) {
                let id = &entry.id;
                let problem = format!(
                    "docs/divergences.md says that this suite holds `{id}`, which explains nothing in it"
                );
                self.problems.push(problem);
            }
        }
    }

    fn problem(&mut self, what: &str, one: &Judged) {
        self.problems.push(format!("{what} {}", one.story()));
    }

    fn conclude(self, settings: &Settings) -> Outcome {
        let seed = settings.seed;
        if !self.problems.is_empty() {
            let file = settings.directory.join("has.txt");
            fs::write(&file, self.problems.join("\n\n"))?;
            let (count, first) = (self.problems.len(), self.problems[0].as_str());
            let place = file.display();
            return Err(Stopped::Failed(format!(
                "{count} problems with seed {seed}, all of them in {place}; the first:\n{first}"
            )));
        }
        let mut text = format!(
            "{} checks (seed {seed}), {} of them granted: all answers equal",
            self.checks, self.yes,
        );
        for (id, count) in &self.explained {
            write!(text, "\n          {count:>5} tokens aside  {id}")?;
        }
        Ok(Passed(text))
    }
}
