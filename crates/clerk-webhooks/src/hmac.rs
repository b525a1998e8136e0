#[cfg(feature = "ring")]
mod ring;

use std::{fmt, sync::Arc};

#[cfg(feature = "ring")]
pub use self::ring::Ring;

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) with one secret.
///
/// A [`Provider`] makes one out of a secret's bytes, and may keep whatever it can compute ahead. Comparing is not
/// its business.
///
/// It cannot fail: a library that can, such as a service that has to be asked, is not for this. Anything but the HMAC,
/// a constant above all, would let everybody in.
pub trait ComputeHmac: fmt::Debug + Send + Sync {
    /// The HMAC of what `message` consists of, one part after the other.
    fn compute(&self, message: &[&[u8]]) -> [u8; 32];
}

/// A secret that is ready to hash with.
///
/// More ways may come to be ready, such as that of a library which answers later.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Hmac {
    /// By a library that answers at once.
    AtOnce(Arc<dyn ComputeHmac>),
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
