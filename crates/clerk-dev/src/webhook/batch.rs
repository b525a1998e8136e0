//! `clerk-dev webhook verify --batch`.

use std::io::Read;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk::{
    Clock as _, SystemClock,
    webhooks::{SigningSecrets, Verifier},
};
use serde::Deserialize;

use super::answer::Answer;
use crate::{
    batch,
    members::{Now, OneOrMany},
    outcome::{Failure, Verdict},
    output::Output,
};

/// One line of input, beside the id.
#[derive(Debug, Deserialize)]
struct Question {
    now: Option<Now>,
    secret: OneOrMany,
    headers: Vec<(String, String)>,
    body_base64: String,
}

pub(super) fn run(input: impl Read, output: &mut Output) -> Result<Verdict, Failure> {
    let clock = SystemClock::new();
    batch::answer_lines(input, output, |question: Question| {
        let now = question.now.map_or_else(|| clock.now(), |Now(now)| now);
        let body = STANDARD
            .decode(question.body_base64)
            .map_err(|_| "body_base64: expected base64".to_owned())?;
        let verifier = Verifier::new(secrets(question.secret)?);
        let delivery = verifier.verify(&question.headers, &body, now);
        Ok(Answer::of(delivery.as_ref().err()))
    })?;
    Ok(Verdict::Yes)
}

fn secrets(given: OneOrMany) -> Result<SigningSecrets, String> {
    let mut texts = given.into_named().into_iter();
    let first = texts.next().unwrap_or_default();
    SigningSecrets::new(first)
        .and_then(|first| texts.try_fold(first, SigningSecrets::also))
        .map_err(|error| format!("secret: {error}"))
}
