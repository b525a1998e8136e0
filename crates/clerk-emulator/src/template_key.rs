use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A key that somebody has the tokens of a JWT template signed with, in place of the instance's own.
#[derive(Clone)]
pub(crate) struct TemplateKey {
    algorithm: &'static str,
    /// As it was given.
    text: Arc<str>,
    kind: Arc<Kind>,
}

enum Kind {
    Secret(hmac::Key),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
}

impl TemplateKey {
    /// The algorithms (RFC 7518 §3.1) that there are keys for.
    pub(crate) const ALGORITHMS: [&str; 8] = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384",
    ];

    /// Reads a key for an algorithm: a secret as it stands, a private key as PEM, in PKCS#8 or, for RSA, PKCS#1.
    /// The error says what was expected.
    pub(crate) fn read(algorithm: &str, text: &str) -> Result<Self, &'static str> {
        let mut known = Self::ALGORITHMS.into_iter();
        let algorithm = known
            .find(|known| *known == algorithm)
            .ok_or("a key for another algorithm")?;
        let kind = match algorithm {
            "HS256" => secret(hmac::HMAC_SHA256, text)?,
            "HS384" => secret(hmac::HMAC_SHA384, text)?,
            "HS512" => secret(hmac::HMAC_SHA512, text)?,
            "RS256" => Kind::Rsa(rsa(text)?, &RSA_PKCS1_SHA256),
            "RS384" => Kind::Rsa(rsa(text)?, &RSA_PKCS1_SHA384),
            "RS512" => Kind::Rsa(rsa(text)?, &RSA_PKCS1_SHA512),
            "ES256" => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, text)?,
            _ => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, text)?,
        };
        Ok(Self {
            algorithm,
            text: text.into(),
            kind: Arc::new(kind),
        })
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The signature. It is empty, which verifies nowhere, where the operating system has no randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &*self.kind {
            Kind::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
            Kind::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let signed = pair.sign(*encoding, &random, message, &mut signature);
                signed.map_or_else(|_| Vec::new(), |()| signature)
            }
            Kind::Ecdsa(pair) => {
                let signature = pair.sign(&random, message);
                signature.map_or_else(|_| Vec::new(), |signature| signature.as_ref().to_vec())
            }
        }
    }
}

impl Serialize for TemplateKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.algorithm, &*self.text).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TemplateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (algorithm, text) = <(String, String)>::deserialize(deserializer)?;
        Self::read(&algorithm, &text)
            .map_err(|expected| D::Error::custom(format!("this is not {expected}")))
    }
}

fn secret(algorithm: hmac::Algorithm, text: &str) -> Result<Kind, &'static str> {
    match text.is_empty() {
        false => Ok(Kind::Secret(hmac::Key::new(algorithm, text.as_bytes()))),
        true => Err("a secret, not an empty one"),
    }
}

fn rsa(text: &str) -> Result<RsaKeyPair, &'static str> {
    let pair = match der(text, "PRIVATE KEY") {
        Some(der) => RsaKeyPair::from_pkcs8(&der).ok(),
        None => der(text, "RSA PRIVATE KEY").and_then(|der| RsaKeyPair::from_der(&der).ok()),
    };
    pair.ok_or("an RSA private key in PEM, of 2048 bits or more")
}

fn ecdsa(
    algorithm: &'static ring::signature::EcdsaSigningAlgorithm,
    text: &str,
) -> Result<Kind, &'static str> {
    der(text, "PRIVATE KEY")
        .and_then(|der| EcdsaKeyPair::from_pkcs8(algorithm, &der, &SystemRandom::new()).ok())
        .map(Kind::Ecdsa)
        .ok_or("a private key of the algorithm's curve, as PKCS#8 in PEM")
}

/// What a PEM block with this label holds (RFC 7468).
fn der(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// Without the key.
impl fmt::Debug for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
