use clerk::webhooks::Error;
use serde::Serialize;

/// What is said of a delivery.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Answer {
    pub(super) fn of(refused: Option<&Error>) -> Self {
        Self {
            ok: refused.is_none(),
            reason: refused.map(Error::reason),
            message: refused.map(Error::to_string),
        }
    }
}
