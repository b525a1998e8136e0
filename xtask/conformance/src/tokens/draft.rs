//! A token in the making: every step from claims to text can be interfered with.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{
    case::{Case, Options},
    random::Random,
    signer::{KEY_ID, PEM, Signers, Who},
};

/// The time of tokens that nobody moves, in seconds.
pub(super) const NOW: i64 = 1_800_000_000;

pub(super) const AUDIENCE: &str = "https://api.example.com";
pub(super) const PARTY: &str = "https://example.com";
pub(super) const ISSUER: &str = "https://clerk.example.com";

#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) now_ms: i64,
    pub(super) header: Members,
    pub(super) payload: Members,
    pub(super) who: Who,
    /// What the signature is made with, where that is not what the header says.
    pub(super) signed_as: Option<&'static str>,
    pub(super) keys: Keys,
    pub(super) options: Options,
    /// What is done to a part's JSON.
    pub(super) bytes: Vec<(Part, Spoil<Vec<u8>>)>,
    /// What is done to a part's base64, which is then signed.
    pub(super) segments: Vec<(Part, Spoil<String>)>,
    /// What is done to the signed token.
    pub(super) text: Vec<Spoil<String>>,
    pub(super) story: Vec<&'static str>,
}

/// Does something odd to a text on its way.
pub(super) type Spoil<T> = fn(&mut Random, &mut T);

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Header,
    Payload,
}

/// Where a verifier gets the key.
#[derive(Clone, Debug)]
pub(super) enum Keys {
    Nowhere,
    Pem(String),
    Jwks(Vec<Value>),
}

/// A JSON object as the texts of its names and values, so that it can be written in any way.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(pub(super) Vec<(String, String)>);

impl Members {
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        let quoted = format!("\"{name}\"");
        match self.0.iter_mut().find(|(known, _)| *known == quoted) {
            Some((_, old)) => *old = value,
            None => self.0.push((quoted, value)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let quoted = format!("\"{name}\"");
        self.0.retain(|(known, _)| *known != quoted);
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let quoted = format!("\"{name}\"");
        let found = self.0.iter().find(|(known, _)| *known == quoted);
        found.map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        let members: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

impl From<Value> for Members {
    fn from(object: Value) -> Self {
        let members = object.as_object().cloned().unwrap_or_default();
        let quoted = |(name, value): (String, Value)| (format!("\"{name}\""), value.to_string());
        Self(members.into_iter().map(quoted).collect())
    }
}

impl Draft {
    /// A session token of which nothing is wrong.
    pub(super) fn session(signers: &Signers) -> Self {
        let header = json!({
            "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": KEY_ID, "typ": "JWT",
        });
        let payload = json!({
            "azp": PARTY, "exp": NOW + 60, "fva": [0, -1], "iat": NOW, "iss": ISSUER,
            "nbf": NOW - 10, "sid": "sess_1", "sts": "active", "sub": "user_1", "v": 2,
        });
        Self {
            now_ms: NOW * 1000,
            header: header.into(),
            payload: payload.into(),
            who: Who::Ours,
            signed_as: None,
            keys: Keys::Jwks(vec![signers.jwk(Who::Ours, KEY_ID).into()]),
            options: Options::default(),
            bytes: Vec::new(),
            segments: Vec::new(),
            text: Vec::new(),
            story: Vec::new(),
        }
    }

    /// The key set's first key, where there is a key set.
    pub(super) fn first_jwk(&mut self) -> Option<&mut Map<String, Value>> {
        match &mut self.keys {
            Keys::Jwks(keys) => keys.first_mut()?.as_object_mut(),
            Keys::Nowhere | Keys::Pem(_) => None,
        }
    }

    pub(super) fn verified_with_pem(&mut self) {
        self.keys = Keys::Pem(PEM.to_owned());
    }

    /// Writes, signs and spoils the token.
    pub(super) fn finish(self, random: &mut Random, signers: &Signers) -> Case {
        let mut header = self.header.text().into_bytes();
        let mut payload = self.payload.text().into_bytes();
        for (part, spoil) in &self.bytes {
            match part {
                Part::Header => spoil(random, &mut header),
                Part::Payload => spoil(random, &mut payload),
            }
        }
        let mut header = URL_SAFE_NO_PAD.encode(header);
        let mut payload = URL_SAFE_NO_PAD.encode(payload);
        for (part, spoil) in &self.segments {
            match part {
                Part::Header => spoil(random, &mut header),
                Part::Payload => spoil(random, &mut payload),
            }
        }
        let stated = self.header.value("alg").unwrap_or_default();
        let alg = self.signed_as.unwrap_or(stated.trim_matches('"'));
        let message = format!("{header}.{payload}");
        let signature = signers.sign(self.who, alg, message.as_bytes());
        let mut token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        for spoil in &self.text {
            spoil(random, &mut token);
        }
        let mut options = self.options;
        match self.keys {
            Keys::Nowhere => {}
            Keys::Pem(pem) => options.jwt_key = Some(pem),
            Keys::Jwks(keys) => options.jwks = Some(json!({ "keys": keys })),
        }
        let mut case = Case::new(self.now_ms, token, options);
        case.story = self.story;
        case
    }
}
