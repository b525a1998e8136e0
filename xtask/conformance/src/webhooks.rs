//! Suite `webhooks`: what `svix` and `standardwebhooks` sign, and what they, `@clerk/backend` and
//! we make of it.
//!
//! Signatures have to be equal to the last byte, so whatever one side sends the other accepts.
//! Deliveries are then varied and damaged, and every receiver has to say the same.

mod delivery;
mod exhibits;

use std::{collections::BTreeMap, fmt::Write as _, process::Command};

use clerk::{UnixTime, webhooks::SigningSecrets};
use serde_json::{Value, json};

use self::delivery::{Delivery, Message};
use crate::{
    Settings,
    clients::{Node, Python},
    divergences,
    outcome::{Outcome, Passed, Stopped},
    problems::{Problems, Verdict, must_be_left_out},
    programs,
    random::Random,
};

pub(crate) const NAME: &str = "webhooks";

/// What Clerk's own SDK is called in its answers.
const REFERENCE: &str = "@clerk/backend";
const OURS: &str = "clerk-dev";

pub(crate) fn run(settings: &Settings) -> Outcome {
    let clients = Clients {
        node: Node::set_up(&settings.directory)?,
        python: Python::set_up(&settings.directory)?,
        settings,
    };
    let mut problems = Problems::default();

    let mut randoms: Vec<Random> = (0..settings.count)
        .map(|index| Random::of_case(settings.seed, index))
        .collect();
    let messages: Vec<Message> = randoms.iter_mut().map(Message::made_up).collect();
    let signatures = clients.sign(&messages, &mut problems)?;

    let exhibits = exhibits::all()?;
    let made_up = messages.iter().zip(&signatures).zip(&mut randoms);
    let made_up =
        made_up.map(|((message, signature), random)| message.delivered(signature).varied(random));
    let mut deliveries: Vec<Delivery> = exhibits.iter().map(|one| one.delivery.clone()).collect();
    deliveries.extend(made_up);
    let answers = clients.verify(&deliveries)?;

    let (shown, rest) = answers.split_at(exhibits.len());
    for (exhibit, answers) in exhibits.iter().zip(shown) {
        if (answers.is(REFERENCE), answers.is(OURS)) != (Some(false), Some(true)) {
            let what = format!("`{}` is not as announced", exhibit.id);
            problems.push(answers.problem(&what, &exhibit.delivery));
        }
    }
    let mut good = 0;
    for (index, (delivery, answers)) in deliveries[exhibits.len()..].iter().zip(rest).enumerate() {
        good += usize::from(delivery.good);
        let all_agree = answers
            .0
            .values()
            .all(|answer| answer["ok"] == delivery.good);
        if all_agree {
            continue;
        }
        if answers.must_be_left_out() {
            let place = format!("delivery {index} ({})", delivery.story);
            problems.withhold(&place, answers.problem("it differs", delivery));
        } else {
            problems.push(answers.problem("not all receivers agree", delivery));
        }
    }
    let ids: Vec<&str> = exhibits.iter().map(|exhibit| exhibit.id).collect();
    hold_entries(&ids, &mut problems)?;
    conclude(settings, &ids, good, &problems)
}

/// Every exhibit has its entry, and every entry said to be held here its exhibit.
fn hold_entries(ids: &[&str], problems: &mut Problems) -> Result<(), Stopped> {
    let entries = divergences::read()?;
    for id in ids {
        if !entries
            .iter()
            .any(|entry| entry.id == *id && entry.is_held_by(NAME))
        {
            problems.push(format!(
                "docs/divergences.md has no `{id}` held by this suite"
            ));
        }
    }
    for entry in entries.iter().filter(|entry| entry.is_held_by(NAME)) {
        if !ids.contains(&entry.id.as_str()) {
            let id = &entry.id;
            problems.push(format!(
                "docs/divergences.md says that this suite holds `{id}`, of which it has no case"
            ));
        }
    }
    Ok(())
}

fn conclude(settings: &Settings, ids: &[&str], good: usize, problems: &Problems) -> Outcome {
    let seed = settings.seed;
    if !problems.is_empty() {
        let file = settings.directory.join("webhooks.txt");
        return Err(Stopped::Failed(problems.report(seed, &file)?));
    }
    let mut shown = BTreeMap::<&str, usize>::new();
    for id in ids {
        *shown.entry(id).or_default() += 1;
    }
    let mut text = format!(
        "{} deliveries (seed {seed}), {good} of them good: five signers and six receivers agree",
        settings.count
    );
    for (id, count) in shown {
        write!(text, "\n          {count:>5} by hand  {id}")?;
    }
    Ok(Passed(text))
}

struct Clients<'s> {
    node: Node,
    python: Python,
    settings: &'s Settings,
}

impl Clients<'_> {
    /// The signature of each message, on which all signers have to agree.
    fn sign(&self, messages: &[Message], problems: &mut Problems) -> Result<Vec<String>, Stopped> {
        let questions: Vec<Value> = messages.iter().map(|one| json!({ "sign": one })).collect();
        let theirs = self.ask_both(&questions)?;
        let mut signatures = Vec::with_capacity(messages.len());
        for (message, theirs) in messages.iter().zip(theirs) {
            let time = UnixTime::from_secs(message.timestamp);
            let secrets = SigningSecrets::new(&message.secret)?;
            let signed = secrets.sign(&message.id, time, message.body.as_bytes())?;
            let ours = signed.svix()[2].1.to_owned();
            if theirs.0.len() != 4 || theirs.0.values().any(|other| *other != ours) {
                problems.push(format!(
                    "signers differ: {message:?}\n  ours {ours}\n  {:?}",
                    theirs.0
                ));
            }
            signatures.push(ours);
        }
        Ok(signatures)
    }

    /// What every receiver says of each delivery.
    fn verify(&self, deliveries: &[Delivery]) -> Result<Vec<Answers>, Stopped> {
        let indexed = deliveries.iter().enumerate();
        let questions: Vec<Value> = indexed.map(|(id, one)| one.question(id)).collect();
        let mut command = Command::new(&self.settings.clerk_dev);
        command.args(["webhook", "verify", "--batch"]);
        let ours = ask(OURS, command, &questions)?;
        let questions: Vec<Value> = questions
            .into_iter()
            .map(|one| json!({ "verify": one }))
            .collect();
        let mut all = self.ask_both(&questions)?;
        for (answers, ours) in all.iter_mut().zip(ours) {
            answers
                .0
                .insert(OURS.to_owned(), Value::Object(ours.0.into_iter().collect()));
        }
        Ok(all)
    }

    fn ask_both(&self, questions: &[Value]) -> Result<Vec<Answers>, Stopped> {
        let mut all = ask("Node", self.node.script("webhooks.mjs")?, questions)?;
        let python = ask("Python", self.python.script("webhooks.py"), questions)?;
        for (answers, more) in all.iter_mut().zip(python) {
            answers.0.extend(more.0);
        }
        Ok(all)
    }
}

/// By the name of who answers.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Answers(BTreeMap<String, Value>);

impl Answers {
    fn is(&self, name: &str) -> Option<bool> {
        self.0.get(name)?["ok"].as_bool()
    }

    /// Whether one of the others accepts what we refuse.
    fn must_be_left_out(&self) -> bool {
        let verdict = |is_good: Option<bool>| match is_good {
            Some(true) => Verdict::Passed,
            _ => Verdict::Refused,
        };
        let ours = verdict(self.is(OURS));
        let mut all = self.0.keys();
        all.any(|who| must_be_left_out(verdict(self.is(who)), ours))
    }

    fn problem(&self, what: &str, delivery: &Delivery) -> String {
        let Delivery { story, good, .. } = delivery;
        let mut text = format!("{what} ({story}, good: {good})");
        for (name, answer) in &self.0 {
            text.push_str(&format!("\n  {name:<17}{answer}"));
        }
        format!("{text}\n  {}", delivery.question(0))
    }
}

fn ask(who: &str, command: Command, questions: &[Value]) -> Result<Vec<Answers>, Stopped> {
    let lines: String = questions.iter().map(|line| format!("{line}\n")).collect();
    let answers: Vec<Answers> = programs::answers(command, &lines)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    if answers.len() == questions.len() {
        Ok(answers)
    } else {
        let (found, count) = (answers.len(), questions.len());
        Err(Stopped::Failed(format!(
            "{who} answered {found} of {count} questions"
        )))
    }
}
