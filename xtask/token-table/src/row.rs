//! A row of the table, and the table in the making.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clerk_core::UnixTime;
use clerk_emulator::{Builder, Emulator, TokenBuilder};
use serde_json::{Value, json};

pub(crate) use crate::{CONFIGURATION, Keys, NO_KEY, UNKNOWN_KEY};
use crate::{Question, Said, on_one_line};

pub(crate) const NOW_SECS: i64 = 1_800_000_000;
/// When most tokens are judged, and all of them made.
pub const NOW: UnixTime = UnixTime::from_secs(NOW_SECS);

pub(crate) const OK: &str = "ok";
pub(crate) const INVALID: &str = "token-invalid";
pub(crate) const ALGORITHM: &str = "token-invalid-algorithm";
pub(crate) const SIGNATURE: &str = "token-invalid-signature";
pub(crate) const FAILED: &str = "token-verification-failed";
pub(crate) const PARTY: &str = "token-invalid-authorized-parties";
pub(crate) const ISSUER: &str = "token-invalid-issuer";
pub(crate) const EXPIRED: &str = "token-expired";
pub(crate) const EARLY: &str = "token-not-active-yet";
pub(crate) const FUTURE: &str = "token-iat-in-the-future";

/// A question, and its answer.
#[derive(Debug)]
pub struct Row {
    /// What the row is about.
    pub name: String,
    /// What is asked.
    pub question: Question,
    /// `ok`, or the reason: what Node's `verifyToken` says, unless we mean to differ.
    pub expected: &'static str,
    /// Whether we mean to differ from Node, or decide by a rule of our own.
    pub differs: bool,
}

impl Row {
    pub(crate) fn keys(&mut self, keys: Keys) -> &mut Self {
        self.question.keys = keys;
        self
    }

    pub(crate) fn pem(&mut self, pem: impl Into<String>) -> &mut Self {
        self.keys(Keys::Pem(pem.into()))
    }

    pub(crate) fn set(&mut self, set: &Value) -> &mut Self {
        self.keys(Keys::Set(set.to_string()))
    }

    /// Judged so many milliseconds later.
    pub(crate) fn later_ms(&mut self, millis: i64) -> &mut Self {
        self.question.now_ms = NOW.as_millis() + millis;
        self
    }

    pub(crate) fn audiences(&mut self, audiences: &[&str]) -> &mut Self {
        self.question.audiences = owned(audiences);
        self
    }

    pub(crate) fn parties(&mut self, origins: &[&str]) -> &mut Self {
        self.question.authorized_parties = owned(origins);
        self
    }

    pub(crate) fn issuers(&mut self, issuers: &[&str]) -> &mut Self {
        self.question.issuers = owned(issuers);
        self
    }

    pub(crate) fn skew_ms(&mut self, millis: u64) -> &mut Self {
        self.question.clock_skew_ms = Some(millis);
        self
    }

    /// What every door says: of a token that is accepted, what stands in it.
    pub fn answer(&self) -> Said {
        if self.expected != OK {
            return Err(self.expected.to_owned());
        }
        let payload = self.question.token.split('.').nth(1).unwrap_or_default();
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload);
        let payload = payload.map_err(|error| error.to_string())?;
        Ok(on_one_line(&String::from_utf8_lossy(&payload)))
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().copied().map(str::to_owned).collect()
}

/// The instance that the tokens come from; each time the same.
pub fn instance() -> Builder {
    Emulator::builder().deterministic(7)
}

/// Rows, and the instance their tokens come from.
#[derive(Debug)]
pub struct Table {
    /// The instance.
    pub emulator: Emulator,
    /// The rows, each by its own name.
    pub rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            emulator: instance().build().unwrap(),
            rows: Vec::new(),
        }
    }

    /// The rows that `add` adds are those in which we mean to differ.
    pub(crate) fn differing(&mut self, add: fn(&mut Self)) {
        let before = self.rows.len();
        add(self);
        for row in &mut self.rows[before..] {
            row.differs = true;
        }
    }

    /// A row of which nothing is asked but that the token be good, with the keys that are
    /// published.
    pub(crate) fn row(
        &mut self,
        name: impl Into<String>,
        token: impl Into<String>,
        expected: &'static str,
    ) -> &mut Row {
        self.rows.push(Row {
            name: name.into(),
            question: Question {
                token: token.into(),
                keys: Keys::Published,
                now_ms: NOW.as_millis(),
                audiences: Vec::new(),
                authorized_parties: Vec::new(),
                issuers: Vec::new(),
                clock_skew_ms: None,
            },
            expected,
            differs: false,
        });
        self.rows.last_mut().unwrap()
    }

    /// A session token in the making.
    pub(crate) fn token(&self) -> TokenBuilder {
        self.emulator.token()
    }

    /// A session token as it should be.
    pub(crate) fn good(&self) -> String {
        self.token().sign(NOW)
    }

    /// A session token with one claim of another value.
    pub(crate) fn claim(&self, name: &str, value: Value) -> String {
        self.token().claim(name, value).sign(NOW)
    }

    /// A session token with one header parameter of another value.
    pub(crate) fn header(&self, name: &str, value: Value) -> String {
        self.token().header(name, value).sign(NOW)
    }

    /// This very payload, signed.
    pub(crate) fn payload(&self, payload: impl AsRef<[u8]>) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.emulator.key_id() });
        self.emulator.sign(&header, payload.as_ref())
    }

    /// The key that signs, as it is published.
    pub(crate) fn jwk(&self) -> Value {
        self.emulator.jwks_json()["keys"][0].take()
    }

    /// A key set of nothing but that key, after `change` was made to it.
    pub(crate) fn set_with(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut jwk = self.jwk();
        change(&mut jwk);
        json!({ "keys": [jwk] })
    }
}
