//! Acting once on what may arrive twice.
//!
//! Two traits are planned for, because waiting is part of a signature: this one, for stores that
//! answer at once or block a thread, and an asynchronous one of the same two calls for stores
//! behind a network. A shared store fits both calls: claiming is a write that only succeeds where
//! nothing is (Redis: `SET id 1 NX EX seconds`), releasing is a deletion. Its own clock then
//! measures how long, which is why `now` is a hint to stores that have none.

use std::{
    collections::{HashMap, VecDeque},
    error::Error as StdError,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clerk_core::MonotonicTime;

/// Whether a delivery is the first of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has claimed this id: act on it.
    First,
    /// Somebody has. Answer with success, so that it is not sent again, and do nothing.
    Repeated,
}

/// Remembers which deliveries were acted on, so that none is twice.
///
/// Claim the id of a [`Verified`](crate::Verified) delivery, of no other: anybody can make up ids.
/// If acting on it fails, release it, and then report the failure: Clerk sends the delivery again
/// under the same id, and that must count as the first.
///
/// ```
/// use std::sync::Mutex;
/// use clerk_core::{Clock, SystemClock};
/// use clerk_webhooks::{BlockingClaimDelivery, Claim, RecentDeliveries};
///
/// let clock = SystemClock::new();
/// let deliveries = Mutex::new(RecentDeliveries::default());
/// assert_eq!(deliveries.claim("msg_1", clock.monotonic())?, Claim::First);
/// assert_eq!(deliveries.claim("msg_1", clock.monotonic())?, Claim::Repeated);
///
/// deliveries.release("msg_1")?; // acting on it failed
/// assert_eq!(deliveries.claim("msg_1", clock.monotonic())?, Claim::First);
/// # Ok::<(), clerk_webhooks::ClaimError>(())
/// ```
pub trait BlockingClaimDelivery: fmt::Debug + Send + Sync {
    /// Claims `id`. Of any number that do so at once, one is told that it is the first.
    ///
    /// `now` is the time on the caller's monotonic clock, the same one every time.
    ///
    /// # Errors
    ///
    /// The store cannot tell. Report a failure, so that the delivery is sent again.
    fn claim(&self, id: &str, now: MonotonicTime) -> Result<Claim, ClaimError>;

    /// Forgets that `id` was claimed.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. The delivery will then count as acted on until the store
    /// forgets it by itself.
    fn release(&self, id: &str) -> Result<(), ClaimError>;
}

/// A store of claims could not be asked.
#[derive(Debug)]
pub struct ClaimError(Box<dyn StdError + Send + Sync>);

impl ClaimError {
    /// For stores: what went wrong. It may reach a log, so there should be no credentials in it.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of webhook deliveries could not be asked")
    }
}

impl StdError for ClaimError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

/// The deliveries of one process, in memory, up to a number of them and for a time.
///
/// It is a plain value; behind a `Mutex` it is a [`BlockingClaimDelivery`]. When it is full, the
/// oldest claim makes room: there is no claim without a right signature, so strangers cannot push
/// others out. A service of several processes, or one that must remember over restarts, needs a
/// store that they share.
#[derive(Debug)]
pub struct RecentDeliveries {
    keep: Duration,
    capacity: usize,
    /// Claimed ids, each with the number of its claim.
    claims: HashMap<Arc<str>, u64>,
    /// Every claim that was made, oldest first, those that were released as well.
    made: VecDeque<Made>,
    count: u64,
}

#[derive(Debug)]
struct Made {
    id: Arc<str>,
    number: u64,
    at: MonotonicTime,
}

impl RecentDeliveries {
    /// Remembers `capacity` claims, at least one, for `keep` each.
    ///
    /// To keep recordings from being played back, `keep` has to be twice the verifier's tolerance
    /// at least; to notice what Clerk sends again by itself, as long as it goes on doing that.
    pub fn new(capacity: usize, keep: Duration) -> Self {
        Self {
            keep,
            capacity: capacity.max(1),
            claims: HashMap::new(),
            made: VecDeque::new(),
            count: 0,
        }
    }

    /// Claims `id` at the time `now`.
    pub fn claim(&mut self, id: &str, now: MonotonicTime) -> Claim {
        while self
            .made
            .front()
            .is_some_and(|oldest| now.saturating_duration_since(oldest.at) > self.keep)
        {
            self.forget_oldest();
        }
        if self.claims.contains_key(id) {
            return Claim::Repeated;
        }
        if self.made.len() >= self.capacity {
            self.forget_oldest();
        }
        let (id, number) = (Arc::<str>::from(id), self.count);
        self.count = number.wrapping_add(1);
        self.claims.insert(Arc::clone(&id), number);
        self.made.push_back(Made {
            id,
            number,
            at: now,
        });
        Claim::First
    }

    /// Forgets that `id` was claimed.
    pub fn release(&mut self, id: &str) {
        self.claims.remove(id);
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.made.pop_front() else {
            return;
        };
        // The id may have been released and claimed anew since.
        if self.claims.get(&oldest.id) == Some(&oldest.number) {
            self.claims.remove(&oldest.id);
        }
    }
}

impl Default for RecentDeliveries {
    /// Ten thousand claims, for two days each: longer than Clerk goes on sending, and about a megabyte.
    fn default() -> Self {
        Self::new(10_000, Duration::from_secs(2 * 24 * 60 * 60))
    }
}

impl BlockingClaimDelivery for Mutex<RecentDeliveries> {
    fn claim(&self, id: &str, now: MonotonicTime) -> Result<Claim, ClaimError> {
        let mut deliveries = self.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(deliveries.claim(id, now))
    }

    fn release(&self, id: &str) -> Result<(), ClaimError> {
        let mut deliveries = self.lock().unwrap_or_else(PoisonError::into_inner);
        deliveries.release(id);
        Ok(())
    }
}

impl<S: BlockingClaimDelivery + ?Sized> BlockingClaimDelivery for Arc<S> {
    fn claim(&self, id: &str, now: MonotonicTime) -> Result<Claim, ClaimError> {
        (**self).claim(id, now)
    }

    fn release(&self, id: &str) -> Result<(), ClaimError> {
        (**self).release(id)
    }
}

#[cfg(test)]
mod tests;
