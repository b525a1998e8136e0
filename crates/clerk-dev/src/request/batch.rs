//! `clerk-dev request authenticate --batch`: what Node's `authenticateRequest` says of each
//! request.

use std::io::Read;

use clerk::auth::{Auth, Error, PendingSessions, RequestHead, RequestState, SignedOutAuth};
use clerk::http::Error as HttpError;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{auth, checks::Check, options::Options};
use crate::{
    batch::{self, Object},
    members::Now,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

pub(crate) fn run(input: impl Read, output: &mut Output) -> Result<Verdict, Failure> {
    batch::answer_lines(input, output, answer)?;
    Ok(Verdict::Yes)
}

/// One line of input.
#[derive(Debug, Deserialize)]
pub(super) struct Question {
    pub(super) now: Option<Now>,
    pub(super) request: Object<Request>,
    pub(super) options: Option<Object<Options>>,
    treat_pending_as_signed_out: Option<bool>,
    pub(super) has: Option<Vec<Check>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Request {
    pub(super) method: Option<String>,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
}

impl Question {
    pub(super) const fn pending_sessions(&self) -> PendingSessions {
        match self.treat_pending_as_signed_out {
            Some(false) => PendingSessions::SignedIn,
            _ => PendingSessions::SignedOut,
        }
    }
}

/// One line of output, beside the id.
#[derive(Debug, Serialize)]
struct Answer {
    status: &'static str,
    reason: Option<String>,
    token_type: Option<&'static str>,
    headers: Vec<(String, String)>,
    auth: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has: Option<Option<Vec<bool>>>,
}

fn answer(question: Question) -> Result<Answer, String> {
    let pending = question.pending_sessions();
    let Object(options) = question.options.unwrap_or_default();
    let clerk = options.into_clerk(question.now)?;
    let authenticator = clerk.authenticator().map_err(|error| causes(&error))?;
    let Object(request) = question.request;
    let method = request.method.as_deref().unwrap_or("GET");
    let mut head = RequestHead::new(method, &request.url);
    for (name, value) in &request.headers {
        head = head.header(name, value.as_bytes());
    }
    match authenticator.authenticate(&head) {
        Ok(state) => Ok(decided(&state, pending, question.has)),
        Err(error) => match &error {
            // Nothing was sent: a key is missing to ask Clerk with.
            Error::Clerk {
                cause: HttpError::Build { .. },
                ..
            } => Err(causes(&error)),
            Error::Keys { .. } | Error::Clerk { .. } => Ok(undecided(&error, question.has)),
            _ => Err(causes(&error)),
        },
    }
}

fn decided(state: &RequestState, pending: PendingSessions, checks: Option<Vec<Check>>) -> Answer {
    let auth = state.to_auth(pending);
    Answer {
        status: state.status(),
        reason: state.reason().map(ToString::to_string),
        token_type: state.token_type().map(|token_type| token_type.as_str()),
        headers: show_headers(state.headers()),
        has: checks.map(|checks| Some(ask(checks, auth.as_ref()?))),
        auth: auth.as_ref().map(auth::show),
    }
}

/// Node's SDK has no third answer: who could not be judged is signed out.
fn undecided(error: &Error, checks: Option<Vec<Check>>) -> Answer {
    let nobody = Auth::SignedOut(SignedOutAuth::new(Some(error.token_type())));
    Answer {
        status: "signed-out",
        reason: Some(error.reason().to_string()),
        token_type: Some(error.token_type().as_str()),
        headers: show_headers(&error.headers()),
        has: checks.map(|checks| Some(ask(checks, &nobody))),
        auth: Some(auth::show(&nobody)),
    }
}

pub(super) fn ask(checks: Vec<Check>, auth: &Auth) -> Vec<bool> {
    checks.into_iter().map(|check| check.answer(auth)).collect()
}

fn show_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
        .collect()
}
