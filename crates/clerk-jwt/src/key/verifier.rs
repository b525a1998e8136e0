//! What checks signatures with one key, at once or later.

use alloc::{boxed::Box, sync::Arc};
use core::{fmt, future::Future, pin::Pin};

use super::{InvalidKey, RsaPublicKey};
use crate::Algorithm;

/// A cryptography library: turns a public key's numbers into something that verifies.
///
/// `Ring` is the one this crate brings. Implement this for another library.
pub trait Provider: fmt::Debug + Send + Sync {
    /// Prepares an RSA key, whose size and exponent have been checked.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Unsupported`]: the key is good, and this library cannot verify with it.
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey>;
}

impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        (**self).rsa(key)
    }
}

/// One public key, ready to verify with.
#[derive(Clone, Debug)]
pub enum SignatureVerifier {
    /// It answers at once.
    AtOnce(Arc<dyn VerifySignature>),
    /// It has to be awaited, as WebCrypto has. Blocking functions cannot use it.
    Awaited(Arc<dyn VerifySignatureAsync>),
}

impl SignatureVerifier {
    pub(super) fn is_clone_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AtOnce(one), Self::AtOnce(other)) => Arc::ptr_eq(one, other),
            (Self::Awaited(one), Self::Awaited(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// Verifies signatures with one public key.
///
/// A [`Provider`] makes one out of a key's numbers, and may keep whatever it can compute ahead.
pub trait VerifySignature: fmt::Debug + Send + Sync {
    /// Checks that `signature` over `message` was made with this key and `algorithm`.
    ///
    /// # Errors
    ///
    /// It was not, for whatever reason. An implementation does not say why.
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureMismatch>;
}

/// Verifies signatures with one public key, by a library that answers later.
///
/// The answer must depend on the arguments alone. What is prepared once and kept must be a value: two
/// callers share no wait, since the one that is waited for may be gone (a runtime such as
/// Cloudflare's ends what belongs to a request with the request).
pub trait VerifySignatureAsync: fmt::Debug + Send + Sync {
    /// Checks that `signature` over `message` was made with this key and `algorithm`.
    fn verify<'a>(
        &'a self,
        algorithm: Algorithm,
        message: &'a [u8],
        signature: &'a [u8],
    ) -> VerifyingSignature<'a>;
}

/// The answer of [`VerifySignatureAsync::verify`].
pub type VerifyingSignature<'a> =
    Pin<Box<dyn Future<Output = Result<(), SignatureError>> + Send + 'a>>;

/// A signature was not made over this message with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct SignatureMismatch;

/// Why a signature is not vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It was not made over this message with this key.
    #[error("{SignatureMismatch}")]
    Mismatch,
    /// It could not be checked, which says nothing about it: why, and what to do.
    #[error("the signature could not be checked: {0}")]
    Unchecked(&'static str),
}

impl From<SignatureMismatch> for SignatureError {
    fn from(_: SignatureMismatch) -> Self {
        Self::Mismatch
    }
}
