//! Suite `described`: Clerk's own description of its Backend API judges what our emulator answers.
//!
//! `clients/described` asks for every operation of a document, first as a scene that somebody thought of and then at
//! random, and holds each answer against the document. `known.toml` there says what differs on purpose.

mod known;
mod report;

use std::{fs, path::Path};

use serde_json::json;

use self::{known::Known, report::Report};
use crate::{
    Settings,
    clients::{Python, SetUp},
    methods::Scene,
    outcome::{Outcome, Passed, Stopped},
    programs::answers,
};

pub(crate) const NAME: &str = "described";

pub(crate) const NO_DOCUMENT: &str = "no document; give one with --document FILE";

/// What has to be there before the network is gone.
pub(crate) const CLIENTS: SetUp = |target| Python::set_up_described(target).map(drop);

/// At least so many are made up for each document: fewer miss what is known.
const REQUESTS: usize = 20_000;

/// One mistake can be in every operation.
const SHOWN: usize = 20;

pub(crate) fn run(settings: &Settings) -> Outcome {
    if settings.documents.is_empty() {
        return Err(Stopped::Skipped(NO_DOCUMENT.to_owned()));
    }
    let python = Python::set_up_described(&settings.directory)?;
    let mut reports = Vec::new();
    for document in &settings.documents {
        reports.push(judge(document, &python, settings)?);
    }
    let path = settings.directory.join("described.md");
    fs::write(&path, report::page(&reports))?;
    let known = Known::read()?;
    let summaries = reports
        .iter()
        .map(|report| report.summary(known.met(report)));
    let text = summaries.collect::<Vec<_>>().join("; ");
    let problems = known.problems(&reports);
    if problems.is_empty() {
        return Ok(Passed(text));
    }
    let (count, place) = (problems.len(), path.display());
    let shown = problems[..count.min(SHOWN)].join("\n  ");
    Err(Stopped::Failed(format!(
        "{text}\n{count} problems, of which the first are:\n  {shown}\n{place} has an example of each difference"
    )))
}

/// Each document has an emulator of its own.
fn judge(document: &Path, python: &Python, settings: &Settings) -> Result<Report, Stopped> {
    fs::metadata(document)
        .map_err(|error| Stopped::Failed(format!("{}: {error}", document.display())))?;
    let scene = Scene::set()?;
    let question = json!({
        "document": document,
        "url": scene.url(),
        "secret_key": scene.secret_key(),
        "newest": clerk_http::API_VERSION,
        "given": scene.given(),
        "requests": settings.count.max(REQUESTS),
        "seed": settings.seed,
    });
    let mut script = python.script("described/main.py");
    // What Python compiles would lie among the sources.
    script.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(serde_json::from_str(&answers(
        script,
        &question.to_string(),
    )?)?)
}
