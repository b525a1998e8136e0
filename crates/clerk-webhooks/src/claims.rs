//! Acting once on what may arrive twice.
//!
//! A claim is a lease: it ends by itself unless the work is reported done. A process that dies
//! between the two, or a caller that hangs up, then costs a delay and not the delivery. A store needs
//! one operation that is atomic, a write that only succeeds where nothing is.
//!
//! It is one endpoint's: Clerk sends a message to all that asked for it, under one id, and what one has
//! done is not done for another.

mod claimant;
mod fingerprint;
mod recent;

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk_core::{MonotonicTime, WithCauses};

pub(crate) use self::fingerprint::Fingerprint;
pub use self::{claimant::Claimant, recent::RecentDeliveries};

/// What a delivery is claimed under: for the endpoint of this name, or else for each secret that it was
/// signed with. An id has no full stop, so the last one ends what stands before.
pub(crate) fn keys(endpoint: Option<&str>, under: &[Fingerprint], id: &str) -> Vec<String> {
    match endpoint {
        Some(name) => vec![format!("{name}.{id}")],
        None => under
            .iter()
            .map(|secret| format!("{secret}.{id}"))
            .collect(),
    }
}

/// What a store knows of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// Nothing, until now: it is the caller's to act on.
    First,
    /// Somebody has claimed it and has not said what became of it. It may yet fail, so the sender
    /// must not be told that all is well.
    InProgress,
    /// It was acted on. Answer with success, so that it is not sent again, and do nothing.
    Done,
}

/// What the methods of a [`ClaimDelivery`] return.
pub type ClaimFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ClaimError>> + Send + 'a>>;

/// Remembers which deliveries are being acted on, and which were, so that none is twice.
///
/// [`Delivery::once`](crate::Delivery::once) makes the calls, in the right order. A store does no
/// more than remember: how long is the caller's to say. Services of several processes have to share
/// one; `clerk-webhooks-redis` is one that they can.
///
/// `key` stands for one delivery to one endpoint. It is text: `{endpoint}.{id}`, where the id has up to
/// 256 visible ASCII characters, and the endpoint is 32 hexadecimal digits, or the name that was
/// [given to it](crate::Receiver::endpoint).
///
/// `now` is the time on the caller's monotonic clock, the same one every time. Stores that have a
/// clock of their own, as servers do, measure with that.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::MonotonicTime;
/// use clerk_webhooks::{Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant};
/// # #[derive(Debug)] struct Database;
/// # impl Database {
/// #     async fn insert_unless_there(&self, _: &str, _: Claimant, _: Duration) -> Result<Option<bool>, std::io::Error> { Ok(None) }
/// #     async fn set_done(&self, _: &str, _: Duration) -> Result<(), std::io::Error> { Ok(()) }
/// #     async fn delete_if_held_by(&self, _: &str, _: Claimant) -> Result<(), std::io::Error> { Ok(()) }
/// # }
///
/// #[derive(Debug)]
/// struct Rows(Database);
///
/// impl ClaimDelivery for Rows {
///     fn claim<'a>(
///         &'a self, key: &'a str, by: Claimant, lease: Duration, _: MonotonicTime,
///     ) -> ClaimFuture<'a, Claim> {
///         Box::pin(async move {
///             let there = self.0.insert_unless_there(key, by, lease).await.map_err(ClaimError::new)?;
///             Ok(match there {
///                 None => Claim::First,
///                 Some(done) => if done { Claim::Done } else { Claim::InProgress },
///             })
///         })
///     }
///
///     fn complete<'a>(&'a self, key: &'a str, keep: Duration, _: MonotonicTime) -> ClaimFuture<'a, ()> {
///         Box::pin(async move { self.0.set_done(key, keep).await.map_err(ClaimError::new) })
///     }
///
///     fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
///         Box::pin(async move { self.0.delete_if_held_by(key, by).await.map_err(ClaimError::new) })
///     }
/// }
/// ```
pub trait ClaimDelivery: fmt::Debug + Send + Sync {
    /// Claims `key` for `by`, for as long as `lease`. Of any number that do so at once, one is told that
    /// it is the first; whoever holds the claim is told so again.
    ///
    /// # Errors
    ///
    /// The store cannot tell.
    fn claim<'a>(
        &'a self,
        key: &'a str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim>;

    /// Remembers for as long as `keep` that `key` was acted on, claimed or not.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. The delivery was acted on all the same.
    fn complete<'a>(
        &'a self,
        key: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()>;

    /// Ends the claim of `by` to `key`, so that the next one is the first. The claim of anybody else, who
    /// may have it by now, stays, and so does what was acted on.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. The claim ends with its lease then.
    fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()>;
}

/// The same as [`ClaimDelivery`] for stores that answer at once, or block a thread.
///
/// ```
/// use std::{sync::Mutex, time::Duration};
/// use clerk_core::{Clock, SystemClock};
/// use clerk_webhooks::{BlockingClaimDelivery, Claim, Claimant, RecentDeliveries};
///
/// let (clock, minute) = (SystemClock::new(), Duration::from_secs(60));
/// let deliveries = Mutex::new(RecentDeliveries::default());
/// let claim = || deliveries.claim("msg_1", Claimant::new()?, minute, clock.monotonic());
/// assert_eq!(claim()?, Claim::First);
/// assert_eq!(claim()?, Claim::InProgress);
///
/// deliveries.complete("msg_1", 60 * minute, clock.monotonic())?;
/// assert_eq!(claim()?, Claim::Done);
/// # Ok::<(), clerk_webhooks::ClaimError>(())
/// ```
pub trait BlockingClaimDelivery: fmt::Debug + Send + Sync {
    /// See [`ClaimDelivery::claim`].
    ///
    /// # Errors
    ///
    /// The store cannot tell.
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> Result<Claim, ClaimError>;

    /// See [`ClaimDelivery::complete`].
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    fn complete(&self, key: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError>;

    /// See [`ClaimDelivery::release`].
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    fn release(&self, key: &str, by: Claimant) -> Result<(), ClaimError>;
}

impl<S: ClaimDelivery + ?Sized> ClaimDelivery for Arc<S> {
    fn claim<'a>(
        &'a self,
        key: &'a str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        (**self).claim(key, by, lease, now)
    }

    fn complete<'a>(
        &'a self,
        key: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        (**self).complete(key, keep, now)
    }

    fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        (**self).release(key, by)
    }
}

impl<S: BlockingClaimDelivery + ?Sized> BlockingClaimDelivery for Arc<S> {
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> Result<Claim, ClaimError> {
        (**self).claim(key, by, lease, now)
    }

    fn complete(&self, key: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        (**self).complete(key, keep, now)
    }

    fn release(&self, key: &str, by: Claimant) -> Result<(), ClaimError> {
        (**self).release(key, by)
    }
}

/// A store of claims could not be asked.
#[derive(Debug)]
pub struct ClaimError(Box<dyn StdError + Send + Sync>);

impl ClaimError {
    /// For stores: what went wrong. It may reach a log, so there should be no credentials in it.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// What went wrong. It is in the text already, and so no [`source`](StdError::source).
    pub fn cause(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = WithCauses(self.cause());
        write!(
            f,
            "the store of webhook deliveries could not be asked: {cause}"
        )
    }
}

impl StdError for ClaimError {}
