use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clerk_core::MonotonicTime;

use super::{BlockingClaimDelivery, Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant};

/// The deliveries of one process, in memory, up to a number of them.
///
/// It is a plain value; behind a `Mutex` it is a [`ClaimDelivery`] and a [`BlockingClaimDelivery`].
/// When it is full, the oldest claim makes room: there is no claim without a right signature, so
/// strangers cannot push others out. A service of several processes, or one that must remember over
/// restarts, needs a store that they share.
pub struct RecentDeliveries {
    capacity: usize,
    claims: HashMap<Arc<str>, Held>,
    /// Claims in the order in which they were made, with some that have ended since.
    made: VecDeque<(Arc<str>, u64)>,
    count: u64,
}

struct Held {
    /// Which of the claims that were ever made it is.
    number: u64,
    /// `None` once the delivery was acted on.
    by: Option<Claimant>,
    until: MonotonicTime,
}

impl RecentDeliveries {
    /// Remembers `capacity` claims, at least one.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            claims: HashMap::new(),
            made: VecDeque::new(),
            count: 0,
        }
    }

    /// Claims `key` for `by` at the time `now`, for as long as `lease`.
    pub fn claim(&mut self, key: &str, by: Claimant, lease: Duration, now: MonotonicTime) -> Claim {
        match self.claims.get(key) {
            Some(held) if held.until >= now => match held.by {
                None => Claim::Done,
                Some(holder) if holder == by => Claim::First,
                Some(_) => Claim::InProgress,
            },
            _ => {
                self.hold(key, Some(by), lease, now);
                Claim::First
            }
        }
    }

    /// Remembers from `now` on, for as long as `keep`, that `key` was acted on.
    pub fn complete(&mut self, key: &str, keep: Duration, now: MonotonicTime) {
        self.hold(key, None, keep, now);
    }

    /// Ends the claim of `by` to `key`. That of anybody else stays, and so does what was acted on.
    pub fn release(&mut self, key: &str, by: Claimant) {
        if self.claims.get(key).is_some_and(|held| held.by == Some(by)) {
            self.claims.remove(key);
        }
    }

    fn hold(&mut self, key: &str, by: Option<Claimant>, time: Duration, now: MonotonicTime) {
        self.claims.remove(key);
        self.make_room(now);
        let (key, number) = (Arc::<str>::from(key), self.count);
        self.count = number.wrapping_add(1);
        let until = now.saturating_add(time);
        self.claims
            .insert(Arc::clone(&key), Held { number, by, until });
        self.made.push_back((key, number));
    }

    fn make_room(&mut self, now: MonotonicTime) {
        while let Some((key, number)) = self.made.front() {
            let held = self.claims.get(key).filter(|held| held.number == *number);
            let is_full = self.claims.len() >= self.capacity;
            match held {
                Some(held) if held.until >= now && !is_full => break,
                Some(_) => drop(self.claims.remove(&Arc::clone(key))),
                None => {}
            }
            self.made.pop_front();
        }
        // Behind one that lasts, those that have ended would pile up.
        if self.made.len() >= self.capacity.saturating_mul(2) {
            let claims = &self.claims;
            self.made.retain(|(key, number)| {
                let held = claims.get(key);
                held.is_some_and(|held| held.number == *number)
            });
        }
    }
}

/// How many there are: who they are would fill a log.
impl fmt::Debug for RecentDeliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecentDeliveries")
            .field("capacity", &self.capacity)
            .field("claims", &self.claims.len())
            .finish_non_exhaustive()
    }
}

impl Default for RecentDeliveries {
    /// Ten thousand claims: about two megabytes.
    fn default() -> Self {
        Self::new(10_000)
    }
}

fn lock(deliveries: &Mutex<RecentDeliveries>) -> MutexGuard<'_, RecentDeliveries> {
    deliveries.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BlockingClaimDelivery for Mutex<RecentDeliveries> {
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> Result<Claim, ClaimError> {
        Ok(lock(self).claim(key, by, lease, now))
    }

    fn complete(&self, key: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        lock(self).complete(key, keep, now);
        Ok(())
    }

    fn release(&self, key: &str, by: Claimant) -> Result<(), ClaimError> {
        lock(self).release(key, by);
        Ok(())
    }
}

impl ClaimDelivery for Mutex<RecentDeliveries> {
    fn claim<'a>(
        &'a self,
        key: &'a str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        let claim = BlockingClaimDelivery::claim(self, key, by, lease, now);
        Box::pin(ready(claim))
    }

    fn complete<'a>(
        &'a self,
        key: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::complete(self, key, keep, now)))
    }

    fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::release(self, key, by)))
    }
}

#[cfg(test)]
mod tests;
