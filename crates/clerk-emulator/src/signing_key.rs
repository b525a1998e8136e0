use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair},
};

use crate::pem;

/// What comes before the PKCS#1 public key in the SPKI form of every RSA key of 2048 bits
/// (RFC 8017 §A.1, RFC 5280 §4.1): the lengths and the algorithm identifier never differ.
const SPKI_PREFIX: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
];
/// What surrounds the modulus in the PKCS#1 form of every such key with the exponent 65537.
const PKCS1_PREFIX: [u8; 9] = [0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];
const PKCS1_SUFFIX: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// An RSA key of the one shape that all of Clerk's SDKs can use: 2048 bits, exponent 65537.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    modulus: Vec<u8>,
}

/// The digest of an RSASSA-PKCS1-v1_5 signature (RFC 7518 §3.3).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// The digest that a header's `alg` names; SHA-256 where it names none of these.
    pub(crate) fn of_algorithm(algorithm: Option<&str>) -> Self {
        match algorithm {
            Some("RS384") => Self::Sha384,
            Some("RS512") => Self::Sha512,
            _ => Self::Sha256,
        }
    }
}

impl SigningKey {
    /// Reads a key from PKCS#8 in PEM.
    pub(crate) fn from_pkcs8_pem(pem: &str) -> Result<Self, InvalidSigningKey> {
        let body = pem
            .split_once("-----BEGIN PRIVATE KEY-----")
            .and_then(|(_, rest)| rest.split_once("-----END PRIVATE KEY-----"))
            .map(|(body, _)| body.split_ascii_whitespace().collect::<String>())
            .ok_or(InvalidSigningKey::Pem)?;
        let der = STANDARD.decode(body).map_err(|_| InvalidSigningKey::Pem)?;
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| InvalidSigningKey::Rsa)?;
        let modulus = pair
            .public()
            .as_ref()
            .strip_prefix(&PKCS1_PREFIX)
            .and_then(|rest| rest.strip_suffix(&PKCS1_SUFFIX))
            .ok_or(InvalidSigningKey::Shape)?
            .to_vec();
        Ok(Self { pair, modulus })
    }

    /// An RSASSA-PKCS1-v1_5 signature of `message`.
    pub(crate) fn sign(&self, digest: Digest, message: &[u8]) -> Vec<u8> {
        let encoding: &'static dyn RsaEncoding = match digest {
            Digest::Sha256 => &RSA_PKCS1_SHA256,
            Digest::Sha384 => &RSA_PKCS1_SHA384,
            Digest::Sha512 => &RSA_PKCS1_SHA512,
        };
        let mut signature = vec![0; self.pair.public().modulus_len()];
        // ring asks for randomness to blind the computation; the signature does not depend on it.
        // It refuses only where the operating system gives none or the key is smaller than the
        // digest, which a key of 2048 bits is not. An empty signature verifies nowhere.
        match self
            .pair
            .sign(encoding, &SystemRandom::new(), message, &mut signature)
        {
            Ok(()) => signature,
            Err(_) => Vec::new(),
        }
    }

    /// The modulus as JSON Web Keys have it: unsigned, big-endian, base64url (RFC 7518 §6.3.1.1).
    pub(crate) fn modulus_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.modulus)
    }

    /// The public half as SPKI in PEM: what goes into `CLERK_JWT_KEY`.
    pub(crate) fn public_pem(&self) -> String {
        let mut der = SPKI_PREFIX.to_vec();
        der.extend_from_slice(self.pair.public().as_ref());
        pem::write("PUBLIC KEY", &der)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// Why a text is no signing key for the emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSigningKey {
    /// There is no PEM block `PRIVATE KEY`, or it is damaged.
    #[error(
        "the signing key is not PKCS#8 in PEM; make one with \
         `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
    )]
    Pem,
    /// The PEM block holds no RSA key that can sign.
    #[error("the signing key is not an RSA key in PKCS#8 form, or its parts do not fit together")]
    Rsa,
    /// Clerk's keys have 2048 bits and the exponent 65537; some of its SDKs read no others.
    #[error("the signing key must have 2048 bits and the public exponent 65537, as Clerk's have")]
    Shape,
}
