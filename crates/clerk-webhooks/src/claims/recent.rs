use std::{
    collections::{HashMap, VecDeque},
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clerk_core::MonotonicTime;

use super::{BlockingClaimDelivery, Claim, ClaimDelivery, ClaimError, ClaimFuture};

/// The deliveries of one process, in memory, up to a number of them.
///
/// It is a plain value; behind a `Mutex` it is a [`ClaimDelivery`] and a [`BlockingClaimDelivery`].
/// When it is full, the oldest claim makes room: there is no claim without a right signature, so
/// strangers cannot push others out. A service of several processes, or one that must remember over
/// restarts, needs a store that they share.
#[derive(Debug)]
pub struct RecentDeliveries {
    capacity: usize,
    claims: HashMap<Arc<str>, Held>,
    /// Every claim that was made, oldest first, those that were released as well.
    made: VecDeque<(Arc<str>, u64)>,
    count: u64,
}

#[derive(Debug)]
struct Held {
    /// Which of the claims to this id it is.
    number: u64,
    is_done: bool,
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

    /// Claims `id` at the time `now`, for as long as `lease`.
    pub fn claim(&mut self, id: &str, lease: Duration, now: MonotonicTime) -> Claim {
        self.forget_ended(now);
        match self.claims.get(id) {
            Some(held) if held.until >= now => match held.is_done {
                true => Claim::Done,
                false => Claim::InProgress,
            },
            _ => {
                self.hold(id, false, now.saturating_add(lease));
                Claim::First
            }
        }
    }

    /// Remembers from `now` on, for as long as `keep`, that `id` was acted on.
    pub fn complete(&mut self, id: &str, keep: Duration, now: MonotonicTime) {
        let until = now.saturating_add(keep);
        match self.claims.get_mut(id) {
            Some(held) => {
                held.is_done = true;
                held.until = until;
            }
            None => self.hold(id, true, until),
        }
    }

    /// Ends the claim to `id`. What was acted on stays so.
    pub fn release(&mut self, id: &str) {
        if self.claims.get(id).is_some_and(|held| !held.is_done) {
            self.claims.remove(id);
        }
    }

    fn hold(&mut self, id: &str, is_done: bool, until: MonotonicTime) {
        if self.made.len() >= self.capacity {
            self.forget_oldest();
        }
        let (id, number) = (Arc::<str>::from(id), self.count);
        self.count = number.wrapping_add(1);
        let held = Held {
            number,
            is_done,
            until,
        };
        self.claims.insert(Arc::clone(&id), held);
        self.made.push_back((id, number));
    }

    fn forget_ended(&mut self, now: MonotonicTime) {
        while self.made.front().is_some_and(|(id, number)| {
            let held = self.claims.get(id).filter(|held| held.number == *number);
            held.is_none_or(|held| held.until < now)
        }) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((id, number)) = self.made.pop_front() else {
            return;
        };
        // The id may have been released and claimed anew since.
        if self
            .claims
            .get(&id)
            .is_some_and(|held| held.number == number)
        {
            self.claims.remove(&id);
        }
    }
}

impl Default for RecentDeliveries {
    /// Ten thousand claims: about a megabyte.
    fn default() -> Self {
        Self::new(10_000)
    }
}

fn lock(deliveries: &Mutex<RecentDeliveries>) -> MutexGuard<'_, RecentDeliveries> {
    deliveries.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BlockingClaimDelivery for Mutex<RecentDeliveries> {
    fn claim(&self, id: &str, lease: Duration, now: MonotonicTime) -> Result<Claim, ClaimError> {
        Ok(lock(self).claim(id, lease, now))
    }

    fn complete(&self, id: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        lock(self).complete(id, keep, now);
        Ok(())
    }

    fn release(&self, id: &str) -> Result<(), ClaimError> {
        lock(self).release(id);
        Ok(())
    }
}

impl ClaimDelivery for Mutex<RecentDeliveries> {
    fn claim<'a>(
        &'a self,
        id: &'a str,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        Box::pin(ready(BlockingClaimDelivery::claim(self, id, lease, now)))
    }

    fn complete<'a>(
        &'a self,
        id: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::complete(self, id, keep, now)))
    }

    fn release<'a>(&'a self, id: &'a str) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::release(self, id)))
    }
}

#[cfg(test)]
mod tests;
