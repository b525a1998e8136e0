//! What a program says of a case.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{outcome::Stopped, problems::Verdict};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The claims' JSON text.
    Accepted(String),
    /// The reason, in Clerk's words.
    Refused(String),
    /// It does not say: the configuration is not usable, or it broke.
    Failed(String),
}

#[derive(Deserialize)]
struct Line {
    id: usize,
    ok: Option<bool>,
    claims: Option<Box<RawValue>>,
    reason: Option<String>,
    error: Option<String>,
}

impl Answer {
    /// Reads one answer a line, which come in the order of the questions.
    pub(super) fn read_all(who: &str, lines: &str, count: usize) -> Result<Vec<Self>, Stopped> {
        let mut answers = Vec::with_capacity(count);
        for line in lines.lines() {
            let broken =
                |problem: &str| Stopped::Failed(format!("{who} answered {line}: {problem}"));
            let read: Line =
                serde_json::from_str(line).map_err(|error| broken(&error.to_string()))?;
            if read.id != answers.len() {
                return Err(broken("the answers are not in order"));
            }
            answers.push(match (read.ok, read.claims, read.reason, read.error) {
                (Some(true), Some(claims), None, None) => Self::Accepted(claims.get().to_owned()),
                (Some(false), None, Some(reason), None) => Self::Refused(reason),
                (None, None, None, Some(error)) => Self::Failed(error),
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

    pub(super) const fn verdict(&self) -> Verdict {
        match self {
            Self::Accepted(_) => Verdict::Passed,
            Self::Refused(_) => Verdict::Refused,
            Self::Failed(_) => Verdict::Unanswered,
        }
    }

    pub(super) const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    pub(super) const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    pub(super) fn is_refused_for(&self, reason: &str) -> bool {
        matches!(self, Self::Refused(given) if given == reason)
    }

    /// Whether both say the same: the same claims, or the same reason.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Accepted(one), Self::Accepted(other)) => same_claims(one, other),
            (Self::Refused(one), Self::Refused(other)) => one == other,
            (Self::Failed(_), Self::Failed(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(claims) => write!(f, "accepted {claims}"),
            Self::Refused(reason) => write!(f, "refused: {reason}"),
            Self::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}

/// JavaScript has read and rewritten its claims: numbers are doubles, and those beyond all doubles
/// are null. Texts that only JavaScript can hold cannot be compared.
fn same_claims(one: &str, other: &str) -> bool {
    match (Claim::read(one), Claim::read(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// A JSON value as JavaScript has it.
#[derive(Debug, PartialEq)]
enum Claim {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Claim>),
    Object(BTreeMap<String, Claim>),
}

impl Claim {
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Self::of)
    }

    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(bool),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(text),
            Value::Array(values) => Self::List(values.into_iter().map(Self::of).collect()),
            Value::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, Self::of(value)))
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(claims: &str) -> Answer {
        Answer::Accepted(claims.to_owned())
    }

    #[test]
    fn answers_are_read_in_order() {
        let lines = "{\"id\":0,\"ok\":true,\"claims\":{\"a\":1}}\n\
                     {\"id\":1,\"ok\":false,\"reason\":\"token-expired\",\"message\":\"…\"}\n\
                     {\"id\":2,\"error\":\"no\"}\n";
        let answers = Answer::read_all("it", lines, 3).unwrap();
        assert_eq!(answers[0], accepted("{\"a\":1}"));
        assert!(answers[1].is_refused_for("token-expired"));
        assert!(answers[2].is_failed());
        assert!(Answer::read_all("it", lines, 4).is_err());
        let swapped = lines.replacen("\"id\":0", "\"id\":1", 1);
        assert!(Answer::read_all("it", &swapped, 3).is_err());
    }

    #[test]
    fn claims_are_the_same_if_javascript_reads_them_as_the_same() {
        let one = accepted(r#"{"n":9007199254740993,"s":"\u0061","f":1.0}"#);
        assert!(one.agrees_with(&accepted(r#"{"f":1,"s":"a","n":9007199254740992}"#)));
        assert!(!one.agrees_with(&accepted(r#"{"f":2,"s":"a","n":9007199254740992}"#)));
        assert!(!one.agrees_with(&Answer::Refused("token-expired".into())));
    }
}
