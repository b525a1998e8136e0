//! One question to both programs: a token, the time, and what is asked of it.

use serde::Serialize;
use serde_json::Value;

/// A line of `clerk-dev token verify --batch`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Case {
    pub(super) id: usize,
    /// Seconds.
    now: f64,
    pub(super) token: String,
    pub(super) options: Options,
    /// What was done to the token and to the options.
    #[serde(skip)]
    pub(super) story: Vec<&'static str>,
}

/// `None` leaves an option out.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jwt_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jwks: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audience: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authorized_parties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock_skew_ms: Option<i64>,
}

impl Case {
    pub(super) fn new(now_ms: i64, token: String, options: Options) -> Self {
        Self {
            id: 0,
            now: now_ms as f64 / 1000.0,
            token,
            options,
            story: Vec::new(),
        }
    }

    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_in_seconds_to_the_millisecond() {
        for (millis, text) in [(1_800_000_000_007, "1800000000.007"), (-1_500, "-1.5")] {
            let line = Case::new(millis, String::new(), Options::default()).to_line();
            assert!(line.unwrap().contains(&format!("\"now\":{text},")));
        }
    }

    #[test]
    fn a_line_has_what_was_asked_for_and_nothing_else() {
        let options = Options {
            audience: Some("api".into()),
            ..Options::default()
        };
        let line = Case::new(1_000, "a.b.c".into(), options).to_line().unwrap();
        assert_eq!(
            line,
            r#"{"id":0,"now":1.0,"token":"a.b.c","options":{"audience":"api"}}"#
        );
    }
}
