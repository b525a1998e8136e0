//! What a program says of a question.
//!
//! `auth` has, for each kind of token, these members, and null for each that has no value:
//!
//! - `session_token`, signed in or not: `user_id`, `session_id`, `org_id`, `org_slug`, `org_role`,
//!   `org_permissions`, `factor_verification_age`, `session_status`, `actor`
//! - `api_key`: `id`, `subject`, `name`, `claims`, `scopes`, `user_id`, `org_id`
//! - `m2m_token`: `id`, `subject`, `claims`, `scopes`, `machine_id`
//! - `oauth_token`: `id`, `subject`, `scopes`, `user_id`, `client_id`
//!
//! It is `{}` for a token of a kind that was not asked for, and null in a handshake.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::{outcome::Stopped, problems::Verdict};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    State(State),
    /// It does not say: the configuration is not usable, or it broke.
    Failed(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) token_type: Option<String>,
    /// Sorted by name; those of one name in the order they were given.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) auth: Value,
    pub(crate) has: Option<Vec<bool>>,
}

#[derive(Deserialize)]
struct Line {
    id: usize,
    status: Option<String>,
    reason: Option<String>,
    token_type: Option<String>,
    headers: Option<Vec<(String, String)>>,
    auth: Option<Value>,
    has: Option<Vec<bool>>,
    error: Option<String>,
}

/// The header with the sentence that says what is wrong, which is everybody's own.
pub(super) const MESSAGE: &str = "x-clerk-auth-message";

impl Answer {
    /// Reads one answer a line, which come in the order of the questions.
    pub(crate) fn read_all(who: &str, lines: &str, count: usize) -> Result<Vec<Self>, Stopped> {
        let mut answers = Vec::with_capacity(count);
        for line in lines.lines() {
            let broken =
                |problem: &str| Stopped::Failed(format!("{who} answered {line}: {problem}"));
            let read: Line =
                serde_json::from_str(line).map_err(|error| broken(&error.to_string()))?;
            if read.id != answers.len() {
                return Err(broken("the answers are not in order"));
            }
            answers.push(match (read.status, read.headers, read.error) {
                (Some(status), Some(mut headers), None) => {
                    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
                    Self::State(State {
                        status,
                        reason: read.reason,
                        token_type: read.token_type,
                        headers,
                        auth: numbers_as_in_javascript(read.auth.unwrap_or_default()),
                        has: read.has,
                    })
                }
                (None, None, Some(error)) => Self::Failed(error),
                _ => return Err(broken("that is not an answer")),
            });
        }
        if answers.len() == count {
            Ok(answers)
        } else {
            let found = answers.len();
            let problem = format!("{who} answered {found} of {count} questions");
            Err(Stopped::Failed(problem))
        }
    }

    pub(crate) const fn state(&self) -> Option<&State> {
        match self {
            Self::State(state) => Some(state),
            Self::Failed(_) => None,
        }
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.state()
            .is_some_and(|state| state.status == "signed-in")
    }

    pub(crate) fn is_handshake(&self) -> bool {
        self.state()
            .is_some_and(|state| state.status == "handshake")
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.state()?.reason.as_deref()
    }

    pub(crate) const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// A pending session that counts for nothing has let nobody in.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Failed(_) => Verdict::Unanswered,
            Self::State(state) if self.is_signed_in() && !state.is_of_nobody() => Verdict::Passed,
            Self::State(_) => Verdict::Refused,
        }
    }

    /// In a few words: `signed-out token-expired`.
    pub(crate) fn summary(&self) -> String {
        match self {
            Self::State(State { status, reason, .. }) => match reason {
                Some(reason) => format!("{status} {reason}"),
                None => status.clone(),
            },
            Self::Failed(_) => "error".to_owned(),
        }
    }

    /// Whether both say the same. Only that something failed is compared, not how it is put.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::State(one), Self::State(other)) => one.differences(other).is_empty(),
            (Self::Failed(_), Self::Failed(_)) => true,
            _ => false,
        }
    }
}

impl State {
    /// The parts in which two states differ.
    pub(crate) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("status", self.status == other.status),
            ("reason", self.reason == other.reason),
            ("token_type", self.token_type == other.token_type),
            ("headers", self.comparable() == other.comparable()),
            ("auth", self.auth == other.auth),
            ("has", self.has == other.has),
        ];
        let differing = parts.into_iter().filter(|(_, equal)| !equal);
        differing.map(|(part, _)| part).collect()
    }

    fn is_of_nobody(&self) -> bool {
        self.token_type.as_deref() == Some("session_token")
            && self.auth.get("user_id").is_none_or(Value::is_null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The headers with the wording taken out: of a message, only that there is one is compared.
    /// Which pages may read an answer is a rule of our own.
    pub(crate) fn comparable(&self) -> Vec<(&str, &str)> {
        let is_compared =
            |(name, _): &&(String, String)| !name.starts_with("access-control-allow-");
        let headers = self
            .headers
            .iter()
            .filter(is_compared)
            .map(|(name, value)| {
                let value = if name == MESSAGE { "" } else { value.as_str() };
                (name.as_str(), value)
            });
        headers.collect()
    }
}

/// JavaScript does not tell 1 from 1.0.
fn numbers_as_in_javascript(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(values) => values.into_iter().map(numbers_as_in_javascript).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| (name, numbers_as_in_javascript(value)))
                .collect()
        }
        other => other,
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => {
                let token_type = state.token_type.as_deref().unwrap_or("null");
                write!(f, "{} ({token_type}) auth {}", self.summary(), state.auth)?;
                if let Some(has) = &state.has {
                    write!(f, " has {has:?}")?;
                }
                for (name, value) in &state.headers {
                    write!(f, "\n    {name}: {value}")?;
                }
                Ok(())
            }
            Self::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}
