//! The keys that tokens are signed with. They protect nothing: their private halves are published.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair},
};
use serde_json::{Map, Value, json};

use crate::outcome::Stopped;

macro_rules! test_key {
    ($name:literal) => {
        include_str!(concat!("../../../crates/clerk-jwt/tests/keys/", $name))
    };
}

pub(crate) const PEM: &str = test_key!("a.public.pem");
pub(crate) const FOREIGN_PEM: &str = test_key!("b.public.pem");

/// The `kid` of our own key.
pub(crate) const KEY_ID: &str = "ins_a";

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Ours,
    Foreign,
}

#[derive(Debug)]
pub(crate) struct Signers {
    ours: RsaKeyPair,
    foreign: RsaKeyPair,
}

impl Signers {
    pub(crate) fn new() -> Result<Self, Stopped> {
        Ok(Self {
            ours: read(test_key!("a.private.pem"))?,
            foreign: read(test_key!("b.private.pem"))?,
        })
    }

    /// The signature of `message` by the algorithm `alg`; RS256 where it is none we sign with.
    pub(crate) fn sign(&self, who: Who, alg: &str, message: &[u8]) -> Vec<u8> {
        let encoding: &dyn RsaEncoding = match alg {
            "RS384" => &RSA_PKCS1_SHA384,
            "RS512" => &RSA_PKCS1_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let pair = match who {
            Who::Ours => &self.ours,
            Who::Foreign => &self.foreign,
        };
        let mut signature = vec![0; pair.public().modulus_len()];
        match pair.sign(encoding, &SystemRandom::new(), message, &mut signature) {
            Ok(()) => signature,
            // Then nothing is accepted, which both programs' answers will show.
            Err(_) => Vec::new(),
        }
    }

    /// The public half as Clerk publishes it.
    pub(crate) fn jwk(&self, who: Who, kid: &str) -> Map<String, Value> {
        let pair = match who {
            Who::Ours => &self.ours,
            Who::Foreign => &self.foreign,
        };
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        let jwk = json!({
            "use": "sig",
            "kty": "RSA",
            "kid": kid,
            "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(public.n),
            "e": URL_SAFE_NO_PAD.encode(public.e),
        });
        jwk.as_object().cloned().unwrap_or_default()
    }
}

fn read(pem: &str) -> Result<RsaKeyPair, Stopped> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body)?;
    RsaKeyPair::from_pkcs8(&der)
        .map_err(|error| Stopped::Failed(format!("a test key cannot be read: {error}")))
}
