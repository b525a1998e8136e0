//! Signs whatever a test needs signed, with keys that protect nothing.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod awaited;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use clerk_core::UnixTime;
use clerk_jwt::VerifyingKey;
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair},
};
use serde_json::{Value, json};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
pub(crate) const NOW_SECS: i64 = NOW.as_secs();

pub(crate) const PUBLIC_A: &str = include_str!("../keys/a.public.pem");
pub(crate) const PUBLIC_B: &str = include_str!("../keys/b.public.pem");

pub(crate) fn key_a() -> VerifyingKey {
    VerifyingKey::from_pem(PUBLIC_A).unwrap()
}

/// The same key, whose signatures have to be awaited.
pub(crate) fn key_a_awaited() -> VerifyingKey {
    VerifyingKey::from_pem_with(PUBLIC_A, &awaited::Later).unwrap()
}

pub(crate) struct Signer(RsaKeyPair);

impl Signer {
    pub(crate) fn a() -> Self {
        Self::from_pem(include_str!("../keys/a.private.pem"))
    }

    pub(crate) fn b() -> Self {
        Self::from_pem(include_str!("../keys/b.private.pem"))
    }

    fn from_pem(pem: &str) -> Self {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self(RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap())
    }

    /// The JWK of the public half, without `alg`.
    pub(crate) fn jwk(&self) -> Value {
        let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(self.0.public());
        json!({
            "kty": "RSA",
            "kid": "ins_a",
            "use": "sig",
            "n": b64(public.n),
            "e": b64(public.e),
        })
    }

    /// The signature over `message` by the algorithm `alg`, RS256 where it is none we sign with.
    pub(crate) fn signature(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let padding = match alg {
            "RS384" => &RSA_PKCS1_SHA384,
            "RS512" => &RSA_PKCS1_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(padding, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        signature
    }

    /// A compact token of a header and a payload that need not make sense.
    pub(crate) fn sign_text(&self, header: &str, payload: impl AsRef<[u8]>) -> String {
        let alg = serde_json::from_str::<Value>(header)
            .ok()
            .and_then(|header| Some(header.get("alg")?.as_str()?.to_owned()))
            .unwrap_or_default();
        let message = format!("{}.{}", b64(header), b64(payload));
        let signature = b64(self.signature(&alg, message.as_bytes()));
        format!("{message}.{signature}")
    }

    pub(crate) fn sign(&self, header: &Value, payload: &Value) -> String {
        self.sign_text(&header.to_string(), payload.to_string())
    }
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn session_header() -> Value {
    json!({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_a", "typ": "JWT"})
}

pub(crate) fn session_payload() -> Value {
    json!({
        "azp": "https://example.com",
        "exp": NOW_SECS + 60,
        "fva": [0, -1],
        "iat": NOW_SECS,
        "iss": "https://clerk.example.com",
        "nbf": NOW_SECS - 10,
        "sid": "sess_1",
        "sts": "active",
        "sub": "user_1",
        "v": 2,
    })
}

/// The object with `name` set to `value`, or without it where that is `None`.
pub(crate) fn with(mut object: Value, name: &str, value: Option<Value>) -> Value {
    let members = object.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.into(), value),
        None => members.remove(name),
    };
    object
}
