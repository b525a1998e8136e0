#[cfg(feature = "ring")]
mod ring;

use std::{fmt, future::Future, pin::Pin, sync::Arc};

#[cfg(feature = "ring")]
pub use self::ring::Ring;

/// The bytes in an HMAC-SHA256.
pub(crate) const TAG_LENGTH: usize = 32;

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) with one secret.
///
/// A [`Provider`] makes one out of a secret's bytes, and may keep whatever it can compute ahead. Comparing is not
/// its business.
///
/// It cannot fail: a library that can is a [`ComputeHmacAsync`]. Anything but the HMAC, a constant above all, would
/// let everybody in.
pub trait ComputeHmac: fmt::Debug + Send + Sync {
    /// The HMAC of what `message` consists of, one part after the other.
    fn compute(&self, message: &[&[u8]]) -> [u8; 32];
}

/// The same by a library that answers later, or can fail.
///
/// The answer must depend on the arguments alone, and be the HMAC: the keys of claims are made of it, too, in stores
/// that services with other libraries share. What is prepared once and kept must be a value: two callers share
/// no wait, since the one that is waited for may be gone (a runtime such as Cloudflare's ends what belongs to a
/// request with the request).
pub trait ComputeHmacAsync: fmt::Debug + Send + Sync {
    /// The HMAC of what `message` consists of, one part after the other.
    fn compute<'a>(&'a self, message: &'a [&'a [u8]]) -> ComputingHmac<'a>;
}

/// The answer of [`ComputeHmacAsync::compute`].
pub type ComputingHmac<'a> = Pin<Box<dyn Future<Output = Result<[u8; 32], HmacError>> + Send + 'a>>;

/// A library could not compute an HMAC, which says nothing about the delivery: why, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HmacError(&'static str);

impl HmacError {
    /// For libraries. Operators read it, and senders do not.
    pub const fn new(why: &'static str) -> Self {
        Self(why)
    }

    /// Why, and what to do.
    pub const fn why(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for HmacError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the HMAC could not be computed: {}", self.0)
    }
}

impl std::error::Error for HmacError {}

/// A secret that is ready to hash with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Hmac {
    /// By a library that answers at once.
    AtOnce(Arc<dyn ComputeHmac>),
    /// It has to be awaited, as WebCrypto has. Blocking functions cannot use it.
    Awaited(Arc<dyn ComputeHmacAsync>),
}

impl Hmac {
    pub(crate) async fn compute(&self, message: &[&[u8]]) -> Result<[u8; 32], HmacError> {
        match self {
            Self::AtOnce(key) => Ok(key.compute(message)),
            Self::Awaited(key) => key.compute(message).await,
        }
    }
}

/// A cryptography library: what deliveries are signed with, and what claims are told apart by.
///
/// `Ring` is the one this crate brings. Tags are compared here, in a time that tells nothing of them.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_webhooks::{Hmac, NoRandomness, Provider, SigningSecrets, Verifier};
///
/// /// A library that is there already.
/// #[derive(Debug)]
/// struct MyLibrary;
///
/// impl Provider for MyLibrary {
///     fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
///         // What your library makes of it, as `Hmac::AtOnce`; here it is ring again.
///         clerk_webhooks::Ring.hmac_sha256(secret)
///     }
///
///     fn random(&self) -> Result<[u8; 16], NoRandomness> {
/// #       clerk_webhooks::Ring.random()
///     }
/// }
///
/// let secret = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
/// let verifier = Verifier::new(SigningSecrets::new_with(secret, MyLibrary)?);
/// # drop(verifier);
/// # }
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
pub trait Provider: fmt::Debug + Send + Sync {
    /// Prepares a secret, which has one byte or more. The caller erases it afterwards; erase what you copy
    /// of it once it is no longer needed.
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac;

    /// Bytes that nobody else has, from a random number generator that the operating system seeds: who
    /// holds a [claim](crate::Claimant) is told from all others by them. Asked for each time a delivery
    /// is acted on.
    ///
    /// # Errors
    ///
    /// There are none. The delivery is not acted on, and is sent again.
    fn random(&self) -> Result<[u8; 16], NoRandomness>;
}

/// There are no random bytes to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gives no random bytes")
    }
}

impl std::error::Error for NoRandomness {}
