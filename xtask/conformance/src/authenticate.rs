//! Suite `authenticate`: made-up requests, authenticated by `@clerk/backend` and by us.
//!
//! Both programs get the same lines, and call the same Backend API. Wherever the answers or the
//! calls differ, an entry of `docs/divergences.md` has to say so.

mod answer;
mod api;
mod chance;
mod coverage;
mod draft;
mod explanations;
mod grid;
mod instance;
mod own_rules;
mod question;
mod rereading;
mod token;

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use crate::{
    Settings,
    clients::Node,
    divergences::{self, Entry},
    outcome::{Outcome, Passed, Stopped},
    problems::{Problems, must_be_left_out},
    programs,
    signer::Signers,
};

pub(crate) use self::{
    answer::Answer,
    api::{Api, Call},
    draft::Draft,
    instance::Instance,
    question::Question,
    token::{Mint, Token},
};

pub(crate) const NAME: &str = "authenticate";

/// An entry explains one in so many answers at most.
const MOST: usize = 20;

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let entries = divergences::read()?;
    let mint = Mint::new(Signers::new()?);
    let mut drafts = grid::all(&mint);
    let made_up = (0..settings.count).map(|index| chance::draft(settings.seed, index, &mint));
    drafts.extend(made_up);
    let bench = Bench::new(&mint, compared(drafts).collect())?;
    let reference = bench.reference(&node)?;

    let (table, missing) = coverage::of(bench.questions(), &reference)?;
    fs::write(settings.directory.join("authenticate-coverage.txt"), table)?;
    if !missing.is_empty() {
        let missing = missing.join(", ");
        let problem = format!("@clerk/backend was never asked what it answers so: {missing}");
        return Err(Stopped::Failed(problem));
    }
    let ours = bench.ours(settings)?;
    let judged = bench.into_judged(reference, ours);
    let (equal, differing): (Vec<Judged>, Vec<Judged>) =
        judged.into_iter().partition(Judged::agrees);
    let signed_in = equal.iter().filter(|one| one.ours.answer.is_signed_in());
    let mut report = Report {
        compared: equal.len() + differing.len(),
        equal: equal.len(),
        signed_in: signed_in.count(),
        ..Report::default()
    };
    let differing = report.without_what_must_be_left_out(differing);
    for (one, read_as) in reread(differing, &node, &mint)? {
        report.compare(&entries, &one, &read_as);
    }
    report.stale(&entries);
    report.sweeping();
    report.conclude(settings)
}

/// The questions that both sides have a rule for.
fn compared(drafts: impl IntoIterator<Item = Draft>) -> impl Iterator<Item = Question> {
    let questions = drafts.into_iter().map(Draft::finish);
    questions.filter(|question| own_rules::deciding(question).is_none())
}

/// Has the reference answer once more, to the requests as we read them, where we say that we read
/// them differently.
fn reread(
    differing: Vec<Judged>,
    node: &Node,
    mint: &Mint,
) -> Result<Vec<(Judged, Vec<&'static str>)>, Stopped> {
    let rewritten: Vec<_> = differing
        .iter()
        .map(|one| rereading::of(&one.question, mint))
        .collect();
    let questions = rewritten
        .iter()
        .flatten()
        .map(|(question, _)| question.clone());
    let bench = Bench::new(mint, questions.collect())?;
    let mut answers = bench.reference(node)?.into_iter();
    let both = differing.into_iter().zip(rewritten);
    let reread = both.map(|(mut one, rewritten)| {
        let Some((_, entries)) = rewritten else {
            return (one, Vec::new());
        };
        if let Some(reference) = answers.next() {
            one.reference = reference;
            one.is_reread = true;
        }
        (one, entries)
    });
    Ok(reread.collect())
}

/// What a program says to a question, and asks the Backend API for it.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) answer: Answer,
    pub(crate) calls: Vec<Call>,
}

/// A question and both sides of it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) question: Question,
    pub(crate) reference: Side,
    pub(crate) ours: Side,
    /// The reference has been asked something else. What it sends along cannot be the same then.
    is_reread: bool,
}

/// Questions, and the Backend API they are answered with.
#[derive(Debug)]
pub(crate) struct Bench {
    api: Api,
    questions: Vec<Question>,
    lines: String,
}

impl Bench {
    pub(crate) fn new(mint: &Mint, mut questions: Vec<Question>) -> Result<Self, Stopped> {
        let api = Api::start(mint.signers())?;
        let mut lines = String::new();
        for (id, question) in questions.iter_mut().enumerate() {
            question.id = id;
            question.options.api_url = Some(api.url(id));
            writeln!(lines, "{}", question.to_line()?)?;
        }
        Ok(Self {
            api,
            questions,
            lines,
        })
    }

    pub(crate) fn questions(&self) -> &[Question] {
        &self.questions
    }

    pub(crate) fn reference(&self, node: &Node) -> Result<Vec<Side>, Stopped> {
        self.side("@clerk/backend", node.script("authenticate_requests.mjs")?)
    }

    pub(crate) fn ours(&self, settings: &Settings) -> Result<Vec<Side>, Stopped> {
        let mut clerk_dev = Command::new(&settings.clerk_dev);
        clerk_dev.args(["request", "authenticate", "--batch"]);
        self.side("clerk-dev", clerk_dev)
            .map_err(|stopped| match stopped {
                Stopped::Failed(why) => Stopped::Failed(format!(
                    "@clerk/backend has answered, but there is nothing to compare with: {why}"
                )),
                skipped => skipped,
            })
    }

    fn side(&self, who: &str, program: Command) -> Result<Vec<Side>, Stopped> {
        let answers = programs::answers(program, &self.lines)?;
        let answers = Answer::read_all(who, &answers, self.questions.len())?;
        let mut calls = self.api.take_calls();
        let sides = answers.into_iter().enumerate().map(|(id, answer)| Side {
            answer,
            calls: calls.remove(&id).unwrap_or_default(),
        });
        Ok(sides.collect())
    }

    pub(crate) fn into_judged(self, reference: Vec<Side>, ours: Vec<Side>) -> Vec<Judged> {
        let sides = reference.into_iter().zip(ours);
        let judged = self.questions.into_iter().zip(sides);
        judged
            .map(|(question, (reference, ours))| Judged {
                question,
                reference,
                ours,
                is_reread: false,
            })
            .collect()
    }
}

#[derive(Default)]
struct Report {
    compared: usize,
    equal: usize,
    signed_in: usize,
    explained: BTreeMap<&'static str, usize>,
    problems: Problems,
}

impl Report {
    /// By the answers to what was asked, before any of it is read in another way.
    fn without_what_must_be_left_out(&mut self, differing: Vec<Judged>) -> Vec<Judged> {
        let is_left_out = |one: &Judged| {
            must_be_left_out(one.reference.answer.verdict(), one.ours.answer.verdict())
        };
        let (left_out, others): (Vec<Judged>, Vec<Judged>) =
            differing.into_iter().partition(is_left_out);
        for one in left_out {
            let question = &one.question;
            let place = format!("question {} ({})", question.id, question.story.join(", "));
            self.problems.withhold(&place, one.story());
        }
        others
    }

    /// `read_as` are the entries by which the reference has been asked something else.
    fn compare(&mut self, entries: &[Entry], one: &Judged, read_as: &[&'static str]) {
        self.signed_in += usize::from(one.ours.answer.is_signed_in());
        let mut ids = read_as.to_vec();
        if !one.agrees() {
            // No entry may explain this one.
            if one.ours.answer.is_signed_in() && !one.reference.answer.is_signed_in() {
                return self.problem("we sign in whom @clerk/backend does not", one);
            }
            match explanations::explain(one) {
                Some(id) => ids.push(id),
                None => return self.problem("nothing explains this difference", one),
            }
        }
        for id in ids {
            if entries.iter().any(|entry| entry.id == id) {
                *self.explained.entry(id).or_default() += 1;
            } else {
                self.problem(&format!("docs/divergences.md has no `{id}`"), one);
            }
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

    /// Finds the entries that explain so much that they may hide something.
    fn sweeping(&mut self) {
        let most = self.compared / MOST;
        for (id, count) in self.explained.iter().filter(|(_, count)| **count > most) {
            let problem = format!("`{id}` explains {count} differences, which is more than {most}");
            self.problems.push(problem);
        }
    }

    fn conclude(self, settings: &Settings) -> Outcome {
        let seed = settings.seed;
        let mut entries = String::new();
        for (id, count) in &self.explained {
            write!(entries, "\n          {count:>5}  {id}")?;
        }
        if !self.problems.is_empty() {
            let file = settings.directory.join("authenticate.txt");
            let problems = self.problems.report(seed, &file)?;
            let (compared, equal) = (self.compared, self.equal);
            return Err(Stopped::Failed(format!(
                "{compared} requests, {equal} answers equal, but {problems}\nAs documented differ{entries}"
            )));
        }
        Ok(Passed(format!(
            "{} requests (seed {seed}), {} of them signed in: {} answers equal, {} differ as documented{entries}",
            self.compared,
            self.signed_in,
            self.equal,
            self.compared - self.equal,
        )))
    }
}

impl Judged {
    /// Whether both answer the same, and call for the same.
    fn agrees(&self) -> bool {
        self.reference.answer.agrees_with(&self.ours.answer) && self.calls_agree()
    }

    fn calls_agree(&self) -> bool {
        let operations = |side: &Side| -> Vec<(String, String)> {
            let path = |call: &Call| call.target.split('?').next().unwrap_or_default().to_owned();
            let calls = side.calls.iter();
            calls.map(|call| (call.verb.clone(), path(call))).collect()
        };
        if self.is_reread {
            operations(&self.reference) == operations(&self.ours)
        } else {
            self.reference.calls == self.ours.calls
        }
    }

    /// The parts in which the answers differ, and the calls if they do.
    fn differences(&self) -> Vec<&'static str> {
        let mut differences = match (self.reference.answer.state(), self.ours.answer.state()) {
            (Some(reference), Some(ours)) => reference.differences(ours),
            (None, None) => Vec::new(),
            _ => vec!["error"],
        };
        if !self.calls_agree() {
            differences.push("calls");
        }
        differences
    }

    pub(crate) fn story(&self) -> String {
        let line = self.question.to_line();
        let line = line.unwrap_or_else(|error| error.to_string());
        let mut text = format!(
            "in {} ({})\n  @clerk/backend {}\n  clerk-dev      {}",
            self.differences().join(" and "),
            self.question.story.join(", "),
            self.reference.answer,
            self.ours.answer,
        );
        if self.is_reread {
            text.push_str("\n  (@clerk/backend was asked as we read it: see docs/divergences.md)");
        }
        if !self.calls_agree() {
            let _ = write!(text, "\n  @clerk/backend calls {:?}", self.reference.calls);
            let _ = write!(text, "\n  clerk-dev      calls {:?}", self.ours.calls);
        }
        format!("{text}\n  {line}")
    }
}
