//! Verified tokens of whatever claims a test is about. Their signatures are not looked at.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_core::UnixTime;
use clerk_jwt::{
    Algorithm, MachineScopes, Policy, SessionClaims, SignatureMismatch, TokenClaims,
    UnverifiedToken, Verified, VerifySignature, VerifyingKey,
};
use serde_json::{Value, json};

use crate::SessionAuth;

pub(crate) const NOW: i64 = 1_800_000_000;

#[derive(Debug)]
struct AnySignature;

impl VerifySignature for AnySignature {
    fn verify(&self, _: Algorithm, _: &[u8], _: &[u8]) -> Result<(), SignatureMismatch> {
        Ok(())
    }
}

/// A token of this header and payload, which need not make sense together.
pub(crate) fn verified<C: TokenClaims>(header: &Value, payload: &Value) -> (Verified<C>, String) {
    let segment = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let token = format!("{}.{}.c2ln", segment(header), segment(payload));
    let key = VerifyingKey::new(Arc::new(AnySignature));
    let now = UnixTime::from_secs(NOW);
    let policy = Policy::default()
        .types(["JWT", "at+jwt"])
        .machine_scopes(MachineScopes::Ignore);
    let unverified = UnverifiedToken::parse(&token).unwrap();
    (unverified.verify(&key, now, &policy).unwrap(), token)
}

/// The object `base` with the members of `changes`; those that are null are taken out.
pub(crate) fn with(mut base: Value, changes: &Value) -> Value {
    let members = base.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    base
}

fn session_payload() -> Value {
    json!({
        "exp": NOW + 60, "fva": [0, -1], "iat": NOW, "iss": "https://clerk.example.com",
        "nbf": NOW - 10, "sid": "sess_1", "sts": "active", "sub": "user_1", "v": 2,
    })
}

/// The claims of a session token, but for these changes.
pub(crate) fn claims(changes: &Value) -> SessionClaims {
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let (verified, _) = verified(&header, &with(session_payload(), changes));
    verified.into_claims()
}

/// The session of such a token.
pub(crate) fn session(changes: &Value) -> SessionAuth {
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let (verified, token) = verified(&header, &with(session_payload(), changes));
    SessionAuth::new(verified, token)
}
