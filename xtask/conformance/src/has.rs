//! Suite `has`: made-up claims, and what they entitle to by `@clerk/backend` and by us.

mod checks;
mod claims;

use crate::{
    Settings,
    authenticate::{Bench, Draft, Instance, Judged, Mint, Question, Side},
    clients::Node,
    outcome::{Outcome, Passed, Stopped},
    problems::{Problems, Verdict, must_be_left_out},
    random::Random,
    signer::Signers,
};

pub(crate) const NAME: &str = "has";

/// How much each set of claims is asked.
const CHECKS: usize = 20;

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
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
        report.compare(one);
    }
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
    problems: Problems,
}

impl Report {
    fn compare(&mut self, one: &Judged) {
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
        let verdict = |granted: &bool| match granted {
            true => Verdict::Passed,
            false => Verdict::Refused,
        };
        let mut both = theirs.iter().zip(&ours);
        if both.any(|(theirs, ours)| must_be_left_out(verdict(theirs), verdict(ours))) {
            let place = format!("a check of question {}", one.question.id);
            self.problems.withhold(&place, one.story());
        } else {
            self.problems
                .push(format!("the answers differ {}", one.story()));
        }
    }

    fn conclude(self, settings: &Settings) -> Outcome {
        let seed = settings.seed;
        if !self.problems.is_empty() {
            let file = settings.directory.join("has.txt");
            return Err(Stopped::Failed(self.problems.report(seed, &file)?));
        }
        Ok(Passed(format!(
            "{} checks (seed {seed}), {} of them granted: all answers equal",
            self.checks, self.yes,
        )))
    }
}
