use std::fmt;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::ClaimError;

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
    /// A new one, at random.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness to give.
    pub fn new() -> Result<Self, ClaimError> {
        let mut bytes = [0; 16];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| ClaimError::new("the operating system gives no random bytes"))?;
        Ok(Self(u128::from_ne_bytes(bytes)))
    }
}

impl fmt::Display for Claimant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
