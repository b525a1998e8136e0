//! What every row is given: the token and the webhook to verify, the user to fetch.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_core::{Clock, SystemClock, UnixTime};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::json;

use crate::{Delivery, loopback, users};

/// A session token as Clerk makes them, signed with a key that protects nothing.
pub struct Fixture {
    /// Compact form, about 1,030 bytes: RS256 with 2,048 bits, claims of version 2, an organization.
    pub token: String,
    /// When it was made: now, because other libraries read the clock themselves.
    pub now: UnixTime,
    /// The name of the key.
    pub kid: &'static str,
    /// The modulus, big-endian.
    pub modulus: Vec<u8>,
    /// The public exponent, big-endian.
    pub exponent: Vec<u8>,
    /// Among how many others a token is recognised.
    pub live_tokens: usize,
    api: OnceLock<String>,
}

impl Fixture {
    /// Who the token says it is from.
    pub const ISSUER: &str = "https://clerk.example.com";
    /// Whose token it is.
    pub const USER: &str = "user_2abcdefghijklmnopqrstuvwxyz";
    /// The origin the token was made for.
    pub const PARTY: &str = "https://app.example.com";

    /// Signs a token that is valid for the next hour.
    pub fn new() -> Self {
        let now = SystemClock::new().now();
        let kid = "ins_2abcdefghijklmnopqrstuvwxyz";
        let key = test_key();
        let PublicKeyComponents { n, e } = PublicKeyComponents::from(key.public());
        Self {
            token: sign(&key, kid, &claims(now.as_secs())),
            now,
            kid,
            modulus: n,
            exponent: e,
            live_tokens: 4096,
            api: OnceLock::new(),
        }
    }

    /// A token like [`token`](Self::token), which differs from it.
    pub fn another(&self, number: usize) -> String {
        let mut claims = claims(self.now.as_secs());
        claims["jti"] = format!("{number:024}").into();
        sign(&test_key(), self.kid, &claims)
    }

    /// Where a server on the loopback interface answers everything with [`users(1)`](users)'s user.
    ///
    /// It starts when it is first asked for, and is the same for all rows.
    pub fn api(&self) -> &str {
        self.api
            .get_or_init(|| loopback::start(&users(1)[0].to_string()))
    }

    /// A webhook that was signed when the token was.
    pub fn delivery(&self) -> Delivery {
        Delivery::new(self.now)
    }

    /// What was signed, and the signature's bytes.
    pub fn signed_parts(&self) -> (&str, Vec<u8>) {
        let (signed, signature) = self.token.rsplit_once('.').expect("made of three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("encoded above");
        (signed, signature)
    }

    /// The public key's components in base64url, as a JWK has them.
    pub fn encoded_components(&self) -> (String, String) {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        (encode(&self.modulus), encode(&self.exponent))
    }

    /// The public key as a JSON Web Key.
    pub fn jwk(&self) -> serde_json::Value {
        let (n, e) = self.encoded_components();
        json!({ "use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256", "n": n, "e": e })
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

fn sign(key: &KeyPair, kid: &str, claims: &serde_json::Value) -> String {
    let header = json!({ "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": kid, "typ": "JWT" });
    let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .expect("a 2,048-bit key signs a digest");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims(now: i64) -> serde_json::Value {
    json!({
        "azp": Fixture::PARTY,
        "exp": now + 3600,
        "fea": "o:dashboard,o:teams",
        "fva": [3, -1],
        "iat": now,
        "iss": Fixture::ISSUER,
        "jti": "1f3c5a7e9b2d4f6081a3c5e7",
        "nbf": now - 10,
        "o": {
            "fpm": "3,1",
            "id": "org_2abcdefghijklmnopqrstuvwxyz",
            "per": "read,manage",
            "rol": "admin",
            "slg": "acme-incorporated",
        },
        "pla": "o:pro",
        "sid": "sess_2abcdefghijklmnopqrstuvwxyz",
        "sts": "active",
        "sub": Fixture::USER,
        "v": 2,
    })
}

fn test_key() -> KeyPair {
    let pem = include_str!("../../../crates/clerk-jwt/tests/keys/a.private.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).expect("PEM is base64");
    KeyPair::from_pkcs8(&der).expect("a key in PKCS #8")
}
