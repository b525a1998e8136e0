//! The decision about one request, and where it comes from.

use std::io::{self, Write as _};

use clerk::{
    Fault, UnixTime,
    auth::{Auth, Error, Evidence, PendingSessions, RequestHead, RequestState},
    http::Error as HttpError,
};
use http::{HeaderMap, Uri, header::SET_COOKIE};
use serde_json::{Value, json};

use super::{
    advice::{self, Words},
    auth,
    batch::ask,
    checks::Check,
    evidence,
};
use crate::{
    json::shown,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

/// Everything there is to say about a request.
#[derive(Debug)]
pub(super) struct Explanation<'r> {
    pub(super) evidence: &'r Evidence,
    pub(super) outcome: Result<RequestState, Error>,
    pub(super) pending_sessions: PendingSessions,
    pub(super) checks: Option<Vec<Check>>,
    pub(super) head: &'r RequestHead<'r>,
    pub(super) now: UnixTime,
}

impl Explanation<'_> {
    /// Yes where somebody is signed in; an outage or a mistake in the settings is neither.
    pub(super) fn verdict(&self) -> Result<Verdict, Failure> {
        match &self.outcome {
            Ok(_) => Ok(Verdict::of(self.is_signed_in())),
            Err(error) if error.fault() == Fault::Caller => Ok(Verdict::No),
            Err(error) => {
                let mut text = format!("{}: {}", error.reason(), causes(error));
                let Words { advice, .. } = self.words();
                if !advice.is_empty() {
                    text.push('\n');
                    text.push_str(advice);
                }
                Err(Failure::Setup(text))
            }
        }
    }

    fn auth(&self) -> Option<Auth> {
        self.outcome.as_ref().ok()?.to_auth(self.pending_sessions)
    }

    fn is_signed_in(&self) -> bool {
        matches!(self.auth(), Some(Auth::Session(_) | Auth::Machine(_)))
    }

    fn is_pending(&self) -> bool {
        matches!(self.auth(), Some(Auth::SignedOut(nobody)) if nobody.is_pending())
    }

    fn message(&self) -> String {
        match &self.outcome {
            Ok(RequestState::SignedOut(state)) => state.message().to_owned(),
            Ok(RequestState::Handshake(state)) => state.message().to_owned(),
            Ok(_) => String::new(),
            Err(error) => causes(error),
        }
    }

    fn words(&self) -> Words {
        match &self.outcome {
            Ok(RequestState::SignedOut(state)) if state.is_in_circle() => advice::ON_CIRCLE,
            Ok(state) => match state.reason() {
                Some(reason) => advice::on(reason),
                None => self.words_on_success(state.headers()),
            },
            Err(error) => match error {
                // Their own texts say what to do.
                Error::SignInUrl
                | Error::Handshake(_)
                | Error::Clerk {
                    cause: HttpError::Build { .. },
                    ..
                } => Words {
                    meaning: "It cannot be told with these settings.",
                    advice: "",
                },
                error => advice::on(&error.reason()),
            },
        }
    }

    fn words_on_success(&self, headers: &HeaderMap) -> Words {
        if self.is_pending() {
            return Words {
                meaning: "The session is good, but it is pending: its user has tasks left to do.",
                advice: "Have the frontend lead the user through the tasks. A handler that has \
                         to deal with pending sessions can say so in the settings.",
            };
        }
        let meaning = if self.evidence.header.is_some() {
            "The token in the header is good. Cookies do not count beside it."
        } else if self.evidence.handshake.is_some() {
            "The browser brings a good session from a handshake."
        } else if headers.contains_key(SET_COOKIE) {
            "The session cookie had expired, and was exchanged for a new one."
        } else {
            "The session cookie is good, and the browser's other cookies agree."
        };
        Words {
            meaning,
            advice: "It stays so until the token expires, the session ends and a new token is \
                     asked for, or the settings change.",
        }
    }

    /// What the browser is told besides.
    fn headers(&self) -> HeaderMap {
        match &self.outcome {
            Ok(state) => state.headers().clone(),
            Err(error) => error.headers(),
        }
    }

    /// Where the browser is sent, without the query, which holds tokens.
    fn redirect(&self) -> Option<String> {
        let state = self.outcome.as_ref().ok()?;
        let location: Uri = state.redirect()?.to_str().ok()?.parse().ok()?;
        let (scheme, authority) = (location.scheme_str()?, location.authority()?);
        Some(format!("{scheme}://{authority}{}", location.path()))
    }

    fn cookies_set(&self) -> Vec<String> {
        let headers = self.headers();
        let all = headers.get_all(SET_COOKIE).iter();
        let name = |value: &[u8]| {
            let name = value.split(|byte| *byte == b'=').next().unwrap_or_default();
            String::from_utf8_lossy(name).into_owned()
        };
        let mut names: Vec<String> = all.map(|value| name(value.as_bytes())).collect();
        names.dedup();
        names
    }

    /// What was decided, in a few words.
    fn headline(&self) -> String {
        match &self.outcome {
            Ok(state) => {
                let reason = state.reason().map(|reason| format!(", {reason}"));
                let of = state.token_type().map(|it| format!(" ({it})"));
                let text = match state {
                    _ if self.is_signed_in() => format!("yes: signed in{}", of.unwrap_or_default()),
                    RequestState::SignedIn(_) => "no: signed in, but pending".to_owned(),
                    RequestState::Handshake(_) => "no: to be sent to Clerk first".to_owned(),
                    _ => "no: signed out".to_owned(),
                };
                text + &reason.unwrap_or_default()
            }
            Err(error) => format!("it could not be told, {}", error.reason()),
        }
    }

    pub(super) fn show(&self, output: &mut Output) -> io::Result<()> {
        writeln!(output, "{}\n\nread", shown(&self.headline()))?;
        for (name, text) in evidence::lines(self.evidence, self.head, self.now) {
            writeln!(output, "  {name:<14}  {text}")?;
        }
        let Words { meaning, advice } = self.words();
        writeln!(output, "\ndecided\n  {meaning}")?;
        let message = self.message();
        if !message.is_empty() {
            writeln!(output, "  {}", shown(&message))?;
        }
        if let Some(url) = self.redirect() {
            writeln!(output, "  answer          307 to {}", shown(&url))?;
        }
        let cookies = self.cookies_set();
        if !cookies.is_empty() {
            writeln!(output, "  sets            {}", shown(&cookies.join(", ")))?;
        }
        if let Some(answers) = self.checks() {
            let answers: Vec<&str> = answers
                .iter()
                .map(|yes| if *yes { "yes" } else { "no" })
                .collect();
            writeln!(output, "  has             {}", answers.join(", "))?;
        }
        if !advice.is_empty() {
            writeln!(output, "\nwhat would change it\n  {advice}")?;
        }
        Ok(())
    }

    fn checks(&self) -> Option<Vec<bool>> {
        Some(ask(self.checks.clone()?, &self.auth()?))
    }

    pub(super) fn show_json(&self, output: &mut Output) -> io::Result<()> {
        let Words { meaning, advice } = self.words();
        let state = self.outcome.as_ref().ok();
        let reason = match &self.outcome {
            Ok(state) => state.reason().map(ToString::to_string),
            Err(error) => Some(error.reason().to_string()),
        };
        let shown: Value = json!({
            "signed_in": self.outcome.is_ok().then(|| self.is_signed_in()),
            "status": state.map(RequestState::status),
            "reason": reason,
            "token_type": state.and_then(RequestState::token_type).map(|it| it.as_str()),
            "meaning": meaning,
            "message": self.message(),
            "advice": advice,
            "redirect": self.redirect(),
            "sets": self.cookies_set(),
            "auth": self.auth().as_ref().map(auth::show),
            "has": self.checks(),
            "evidence": evidence::to_json(self.evidence),
        });
        writeln!(output, "{shown}")
    }
}
