use std::fmt;

use crate::{ComputeHmac, Hmac, HmacError};

/// What is hashed. Without a full stop it is the content of no delivery, so no fingerprint is the
/// beginning of a signature.
const CONTENT: &[u8] = b"clerk-webhooks: whose claim it is";

/// A signing secret, for those who may not know it: HMAC-SHA256 under the secret itself, half of it.
///
/// It goes into keys of stores, so whoever reads there can tell whether a secret that they guess is the
/// right one. So can whoever has seen a delivery; secrets are made not to be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u128);

impl Fingerprint {
    pub(crate) fn of(key: &dyn ComputeHmac) -> Self {
        Self::half(&key.compute(&[CONTENT]))
    }

    /// The same, whatever the library.
    pub(crate) async fn awaited(key: &Hmac) -> Result<Self, HmacError> {
        Ok(Self::half(&key.compute(&[CONTENT]).await?))
    }

    fn half(tag: &[u8; 32]) -> Self {
        let half = tag.first_chunk().copied();
        Self(u128::from_be_bytes(half.unwrap_or_default()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
