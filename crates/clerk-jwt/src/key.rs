//! Public keys: what they are read from, and what verifies with them.

mod invalid;
mod jwk;
mod rsa;
mod spki;
mod verifier;

#[cfg(feature = "ring")]
mod ring;

use alloc::sync::Arc;
use core::fmt;

#[cfg(feature = "ring")]
pub use self::ring::Ring;
pub use self::{
    invalid::InvalidKey,
    jwk::{InvalidJwkSet, Jwk, JwkSet, PublishedKey},
    rsa::RsaPublicKey,
    verifier::{
        Provider, SignatureError, SignatureMismatch, SignatureVerifier, VerifySignature,
        VerifySignatureAsync, VerifyingSignature,
    },
};

use crate::{Algorithm, VerifyError};

/// The name of a key (`kid`, RFC 7515 §4.1.4). Clerk names a key after its instance: `ins_…`. Cheap
/// to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// The key id `name`.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::borrow::Borrow<str> for KeyId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key together with what it may be used for.
///
/// The key decides the algorithm. A token's header can only agree with it, so a token never
/// chooses how it is verified.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwt::{Algorithm, VerifyingKey};
///
/// # let pem = include_str!("../tests/keys/a.public.pem");
/// let key = VerifyingKey::from_pem(pem)?.with_algorithm(Algorithm::Rs256);
/// assert_eq!(key.algorithm(), Some(Algorithm::Rs256));
/// # }
/// # Ok::<(), clerk_jwt::InvalidKey>(())
/// ```
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    algorithm: Option<Algorithm>,
    verifier: SignatureVerifier,
    /// What it was made of, where it was made here.
    numbers: Option<Arc<RsaPublicKey>>,
}

impl VerifyingKey {
    /// A key that verifies with `verifier`, for every RSASSA-PKCS1-v1_5 algorithm.
    pub fn new(verifier: Arc<dyn VerifySignature>) -> Self {
        SignatureVerifier::AtOnce(verifier).into()
    }

    /// Reads a public key from PEM, to be verified with by `provider`.
    ///
    /// What Clerk's dashboard shows as the JWKS public key, in any of the forms environment
    /// variables leave it in: with or without the `BEGIN` and `END` lines, on one line, with line
    /// breaks written as `\n` however often the backslash is doubled, with CRLF, in quotes, behind
    /// the name of the variable, or whole in base64 once more.
    ///
    /// # Errors
    ///
    /// It is not an RSA public key of 2048 to 8192 bits in SubjectPublicKeyInfo form
    /// (RFC 5280 §4.1.2.7); the error says what it looks like instead. Or `provider` cannot verify
    /// with it.
    pub fn from_pem_with(pem: &str, provider: &dyn Provider) -> Result<Self, InvalidKey> {
        Self::of_numbers(spki::read_pem(pem)?, provider)
    }

    pub(crate) fn of_numbers(
        numbers: RsaPublicKey,
        provider: &dyn Provider,
    ) -> Result<Self, InvalidKey> {
        let verifier = provider.rsa(numbers.clone())?;
        Ok(Self {
            numbers: Some(Arc::new(numbers)),
            ..verifier.into()
        })
    }

    /// Reads a public key from PEM, to be verified with by ring.
    ///
    /// # Errors
    ///
    /// Those of [`from_pem_with`](Self::from_pem_with).
    #[cfg(feature = "ring")]
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        Self::from_pem_with(pem, &Ring)
    }

    /// Reads a public key from the JSON text of a JWK (RFC 7517), to be verified with by ring.
    ///
    /// # Errors
    ///
    /// Those of [`Jwk::from_json`].
    #[cfg(feature = "ring")]
    pub fn from_jwk(json: &str) -> Result<Self, InvalidKey> {
        Jwk::from_json(json)?.into_verifying_key(&Ring)
    }

    /// The same key, for `algorithm` alone.
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// The one algorithm this key is for, or `None` where it is for RS256, RS384 and RS512 alike.
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Whether signatures have to be awaited, so that blocking functions cannot use this key.
    pub const fn is_awaited(&self) -> bool {
        matches!(self.verifier, SignatureVerifier::Awaited(_))
    }

    /// Whether `other` is the same public key, for the same algorithm, and as soon there with its answer.
    /// By which library it verifies, is not looked at. Of keys that were made [of a verifier](Self::new),
    /// which is not asked what it verifies with, only clones are the same.
    pub fn is_same_as(&self, other: &Self) -> bool {
        if self.algorithm != other.algorithm || self.is_awaited() != other.is_awaited() {
            return false;
        }
        if self.verifier.is_clone_of(&other.verifier) {
            return true;
        }
        match (&self.numbers, &other.numbers) {
            (Some(numbers), Some(others)) => numbers == others,
            _ => false,
        }
    }

    pub(crate) fn verify(
        &self,
        header: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        self.check_algorithm(header)?;
        match &self.verifier {
            SignatureVerifier::AtOnce(verifier) => verifier
                .verify(header, message, signature)
                .map_err(|SignatureMismatch| VerifyError::Signature),
            SignatureVerifier::Awaited(_) => Err(VerifyError::Unchecked(NOT_AWAITED)),
        }
    }

    pub(crate) async fn verify_async(
        &self,
        header: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match &self.verifier {
            SignatureVerifier::AtOnce(_) => self.verify(header, message, signature),
            SignatureVerifier::Awaited(verifier) => {
                self.check_algorithm(header)?;
                verifier
                    .verify(header, message, signature)
                    .await
                    .map_err(|error| match error {
                        SignatureError::Mismatch => VerifyError::Signature,
                        SignatureError::Unchecked(why) => VerifyError::Unchecked(why),
                    })
            }
        }
    }

    fn check_algorithm(&self, header: Algorithm) -> Result<(), VerifyError> {
        match self.algorithm {
            Some(key) if key != header => Err(VerifyError::KeyAlgorithm { header, key }),
            _ => Ok(()),
        }
    }
}

/// For every RSASSA-PKCS1-v1_5 algorithm.
impl From<SignatureVerifier> for VerifyingKey {
    fn from(verifier: SignatureVerifier) -> Self {
        Self {
            algorithm: None,
            verifier,
            numbers: None,
        }
    }
}

const NOT_AWAITED: &str = "the key's library answers later, and nothing here can wait for it; call what \
                           is async, or give the key to another `Provider`";
