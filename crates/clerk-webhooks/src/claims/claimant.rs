use std::fmt;

#[cfg(feature = "ring")]
use crate::{ClaimError, Provider as _, Ring};

/// Who holds a claim: one attempt to act on a delivery, told from all others, wherever they run.
///
/// Its text is 32 hexadecimal digits, for stores that keep texts.
///
/// ```
/// use clerk_webhooks::Claimant;
///
/// let (one, other) = (Claimant::new()?, Claimant::new()?);
/// assert_ne!(one, other);
/// assert_eq!(one.to_string().len(), 32);
/// # Ok::<(), clerk_webhooks::ClaimError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claimant(u128);

impl Claimant {
    /// One of 16 bytes that nobody else has: random ones, as a [`Provider`](crate::Provider) has them.
    pub const fn from_bytes(random: [u8; 16]) -> Self {
        Self(u128::from_ne_bytes(random))
    }

    /// A new one, at random, by ring.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness to give.
    #[cfg(feature = "ring")]
    pub fn new() -> Result<Self, ClaimError> {
        let random = Ring.random().map_err(ClaimError::new)?;
        Ok(Self::from_bytes(random))
    }
}

impl fmt::Display for Claimant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
