use std::time::Duration;

use clerk_core::UnixTime;
use clerk_jwt::{AuthorizedParties, Policy};
use serde::{Deserialize, Serialize};

/// Where the keys come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// What the instance publishes, fetched where a door fetches.
    Published,
    /// This text, as `CLERK_JWT_KEY` has it.
    Pem(String),
    /// This JSON. As text, since a value would have no member twice.
    Set(String),
    /// There is none.
    None,
}

/// A token, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Question {
    /// The token, or what was sent in its place.
    pub token: String,
    /// Where the keys come from.
    pub keys: Keys,
    /// When it is judged, in milliseconds since 1970.
    pub now_ms: i64,
    /// Of which it is to name one; none asks nothing.
    pub audiences: Vec<String>,
    /// Of which it is to name one; none asks nothing.
    pub authorized_parties: Vec<String>,
    /// Of which it is to name one; none asks nothing.
    pub issuers: Vec<String>,
    /// How far clocks may be apart, in milliseconds, where it is not as far as by default.
    pub clock_skew_ms: Option<u64>,
}

/// What is said of a question: the payload of a token that is accepted, [on one line](on_one_line), or else the
/// reason.
pub type Said = Result<String, String>;

impl Question {
    /// When the token is judged.
    #[must_use]
    pub const fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.now_ms)
    }

    /// What is asked, for the doors that are Rust.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        if !self.audiences.is_empty() {
            policy = policy.audiences(self.audiences.iter().cloned());
        }
        if !self.issuers.is_empty() {
            policy = policy.issuers(self.issuers.iter().cloned());
        }
        if !self.authorized_parties.is_empty() {
            let origins = self.authorized_parties.iter().cloned();
            policy = policy.authorized_parties(AuthorizedParties::require(origins));
        }
        match self.clock_skew_ms {
            Some(millis) => policy.clock_skew(Duration::from_millis(millis)),
            None => policy,
        }
    }
}

/// The payload as it was, but for line breaks: some doors answer in lines.
#[must_use]
pub fn on_one_line(payload: &str) -> String {
    payload.trim().replace(['\n', '\r'], " ")
}
