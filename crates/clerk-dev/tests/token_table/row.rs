//! A row of the table, and the table in the making.

use std::time::Duration;

use clerk::{AuthorizedParties, Policy, UnixTime};
use clerk_emulator::{Emulator, TokenBuilder};
use serde_json::{Value, json};

pub(crate) const NOW_SECS: i64 = 1_800_000_000;
pub(crate) const NOW: UnixTime = UnixTime::from_secs(NOW_SECS);

pub(crate) const OK: &str = "ok";
/// The key that was configured is none: a mistake of ours, not of the token.
pub(crate) const CONFIGURATION: &str = "configuration";
pub(crate) const INVALID: &str = "token-invalid";
pub(crate) const ALGORITHM: &str = "token-invalid-algorithm";
pub(crate) const SIGNATURE: &str = "token-invalid-signature";
pub(crate) const FAILED: &str = "token-verification-failed";
pub(crate) const PARTY: &str = "token-invalid-authorized-parties";
pub(crate) const ISSUER: &str = "token-invalid-issuer";
pub(crate) const EXPIRED: &str = "token-expired";
pub(crate) const EARLY: &str = "token-not-active-yet";
pub(crate) const FUTURE: &str = "token-iat-in-the-future";
pub(crate) const UNKNOWN_KEY: &str = "jwk-kid-mismatch";
pub(crate) const NO_KEY: &str = "jwk-failed-to-resolve";

/// Where the keys come from.
#[derive(Clone, Debug)]
pub(crate) enum Keys {
    /// What the emulator publishes, fetched where a door fetches.
    Published,
    Pem(String),
    Set(String),
    None,
}

/// A token, what is asked of it, and what Node's `verifyToken` says of it, unless we mean to
/// differ.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) expected: &'static str,
    pub(crate) keys: Keys,
    pub(crate) now: UnixTime,
    audiences: Vec<&'static str>,
    authorized_parties: Vec<&'static str>,
    issuers: Vec<&'static str>,
    clock_skew_ms: Option<u64>,
}

impl Row {
    pub(crate) fn keys(&mut self, keys: Keys) -> &mut Self {
        self.keys = keys;
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
        self.now = UnixTime::from_millis(NOW.as_millis() + millis);
        self
    }

    pub(crate) fn audiences(&mut self, audiences: &[&'static str]) -> &mut Self {
        self.audiences = audiences.to_vec();
        self
    }

    pub(crate) fn parties(&mut self, origins: &[&'static str]) -> &mut Self {
        self.authorized_parties = origins.to_vec();
        self
    }

    pub(crate) fn issuers(&mut self, issuers: &[&'static str]) -> &mut Self {
        self.issuers = issuers.to_vec();
        self
    }

    pub(crate) fn skew_ms(&mut self, millis: u64) -> &mut Self {
        self.clock_skew_ms = Some(millis);
        self
    }

    /// What is asked, for the doors that are Rust.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        if !self.audiences.is_empty() {
            policy = policy.audiences(self.audiences.iter().copied());
        }
        if !self.issuers.is_empty() {
            policy = policy.issuers(self.issuers.iter().copied());
        }
        if !self.authorized_parties.is_empty() {
            let origins = self.authorized_parties.iter().copied();
            policy = policy.authorized_parties(AuthorizedParties::require(origins));
        }
        match self.clock_skew_ms {
            Some(millis) => policy.clock_skew(Duration::from_millis(millis)),
            None => policy,
        }
    }

    /// What is asked, for the command line.
    pub(crate) fn line(&self, id: usize, published: &Value) -> String {
        let mut options = json!({
            "audience": one_or_many(&self.audiences),
            "authorized_parties": self.authorized_parties,
            "issuer": one_or_many(&self.issuers),
        });
        if let Some(millis) = self.clock_skew_ms {
            options["clock_skew_ms"] = json!(millis);
        }
        let options = options.to_string();
        let asked = options.strip_suffix('}').unwrap();
        let keys = match &self.keys {
            Keys::Published => format!(",\"jwks\":{published}"),
            // As text, since a `Value` would have no member twice.
            Keys::Set(set) => format!(",\"jwks\":{set}"),
            Keys::Pem(pem) => format!(",\"jwt_key\":{}", json!(pem)),
            Keys::None => String::new(),
        };
        let (now, token) = (self.now, json!(self.token));
        format!("{{\"id\":{id},\"now\":{now},\"token\":{token},\"options\":{asked}{keys}}}}}\n")
    }
}

fn one_or_many(texts: &[&'static str]) -> Value {
    match texts {
        [] => Value::Null,
        [one] => json!(one),
        many => json!(many),
    }
}

/// Rows, and the instance their tokens come from.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) emulator: Emulator,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            emulator: Emulator::builder().deterministic(7).build().unwrap(),
            rows: Vec::new(),
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
            token: token.into(),
            expected,
            keys: Keys::Published,
            now: NOW,
            audiences: Vec::new(),
            authorized_parties: Vec::new(),
            issuers: Vec::new(),
            clock_skew_ms: None,
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
