use std::sync::Arc;

use clerk_core::MonotonicTime;
use clerk_jwt::{KeyId, VerifyingKey};

use crate::{KeySet, ResolveError};

/// What a [`KeySetCache`](crate::KeySetCache) answers for a while, whatever happens meanwhile.
///
/// It lets readers go without asking the cache, which only one can do at a time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) keys: Arc<KeySet>,
    /// Until when keys are a hit.
    pub(super) until: MonotonicTime,
    /// Until when no key that is not there is looked for.
    pub(super) unknown_until: Option<MonotonicTime>,
}

impl Snapshot {
    /// Until when the keys are a hit; what else the snapshot knows may end sooner.
    pub const fn until(&self) -> MonotonicTime {
        self.until
    }

    /// Whether [`at_hand`](Self::at_hand) would give `key`.
    pub(crate) fn has(&self, id: &KeyId, key: &VerifyingKey, now: MonotonicTime) -> bool {
        let found = self.keys.find(id).filter(|_| now < self.until);
        matches!(found, Some(Ok(current)) if current.is_same_as(key))
    }

    /// The cache's answer at the time `now` for a token that names the key `id`, or `None` where the
    /// cache has to be asked.
    pub fn at_hand(
        &self,
        id: &KeyId,
        now: MonotonicTime,
    ) -> Option<Result<VerifyingKey, ResolveError>> {
        if now >= self.until {
            return None;
        }
        match self.keys.find(id) {
            Some(Ok(key)) => Some(Ok(key.clone())),
            // Once keys have expired, it depends on whether others can be fetched.
            Some(Err(_)) => None,
            None if self.unknown_until.is_some_and(|until| now < until) => {
                Some(Err(ResolveError::UnknownKey))
            }
            None => None,
        }
    }
}
