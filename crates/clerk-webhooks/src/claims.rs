//! Acting once on what may arrive twice.
//!
//! A claim is a lease: it ends by itself unless the work is reported done. A process that dies
//! between the two, or a caller that hangs up, then costs a delay and not the delivery. A store needs
//! one operation that is atomic, a write that only succeeds where nothing is.

mod recent;

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk_core::MonotonicTime;

pub use self::recent::RecentDeliveries;

/// What a store knows of a delivery's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
/// `now` is the time on the caller's monotonic clock, the same one every time. Stores that have a
/// clock of their own, as servers do, measure with that.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::MonotonicTime;
/// use clerk_webhooks::{Claim, ClaimDelivery, ClaimError, ClaimFuture};
/// # #[derive(Debug)] struct Database;
/// # impl Database {
/// #     async fn insert_unless_there(&self, _: &str, _: Duration) -> Result<Option<bool>, std::io::Error> { Ok(None) }
/// #     async fn set_done(&self, _: &str, _: Duration) -> Result<(), std::io::Error> { Ok(()) }
/// #     async fn delete_unless_done(&self, _: &str) -> Result<(), std::io::Error> { Ok(()) }
/// # }
///
/// #[derive(Debug)]
/// struct Rows(Database);
///
/// impl ClaimDelivery for Rows {
///     fn claim<'a>(&'a self, id: &'a str, lease: Duration, _: MonotonicTime) -> ClaimFuture<'a, Claim> {
///         Box::pin(async move {
///             let there = self.0.insert_unless_there(id, lease).await.map_err(ClaimError::new)?;
///             Ok(match there {
///                 None => Claim::First,
///                 Some(done) => if done { Claim::Done } else { Claim::InProgress },
///             })
///         })
///     }
///
///     fn complete<'a>(&'a self, id: &'a str, keep: Duration, _: MonotonicTime) -> ClaimFuture<'a, ()> {
///         Box::pin(async move { self.0.set_done(id, keep).await.map_err(ClaimError::new) })
///     }
///
///     fn release<'a>(&'a self, id: &'a str) -> ClaimFuture<'a, ()> {
///         Box::pin(async move { self.0.delete_unless_done(id).await.map_err(ClaimError::new) })
///     }
/// }
/// ```
pub trait ClaimDelivery: fmt::Debug + Send + Sync {
    /// Claims `id` for as long as `lease`. Of any number that do so at once, one is told that it is
    /// the first.
    ///
    /// # Errors
    ///
    /// The store cannot tell.
    fn claim<'a>(
        &'a self,
        id: &'a str,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim>;

    /// Remembers for as long as `keep` that `id` was acted on, claimed or not.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. The delivery was acted on all the same.
    fn complete<'a>(
        &'a self,
        id: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()>;

    /// Ends the claim to `id`, so that the next one is the first. What was acted on stays so.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. The claim ends with its lease then.
    fn release<'a>(&'a self, id: &'a str) -> ClaimFuture<'a, ()>;
}

/// The same as [`ClaimDelivery`] for stores that answer at once, or block a thread.
///
/// ```
/// use std::{sync::Mutex, time::Duration};
/// use clerk_core::{Clock, SystemClock};
/// use clerk_webhooks::{BlockingClaimDelivery, Claim, RecentDeliveries};
///
/// let (clock, minute) = (SystemClock::new(), Duration::from_secs(60));
/// let deliveries = Mutex::new(RecentDeliveries::default());
/// assert_eq!(deliveries.claim("msg_1", minute, clock.monotonic())?, Claim::First);
/// assert_eq!(deliveries.claim("msg_1", minute, clock.monotonic())?, Claim::InProgress);
///
/// deliveries.complete("msg_1", 60 * minute, clock.monotonic())?;
/// assert_eq!(deliveries.claim("msg_1", minute, clock.monotonic())?, Claim::Done);
/// # Ok::<(), clerk_webhooks::ClaimError>(())
/// ```
pub trait BlockingClaimDelivery: fmt::Debug + Send + Sync {
    /// See [`ClaimDelivery::claim`].
    ///
    /// # Errors
    ///
    /// The store cannot tell.
    fn claim(&self, id: &str, lease: Duration, now: MonotonicTime) -> Result<Claim, ClaimError>;

    /// See [`ClaimDelivery::complete`].
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    fn complete(&self, id: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError>;

    /// See [`ClaimDelivery::release`].
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    fn release(&self, id: &str) -> Result<(), ClaimError>;
}

impl<S: ClaimDelivery + ?Sized> ClaimDelivery for Arc<S> {
    fn claim<'a>(
        &'a self,
        id: &'a str,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        (**self).claim(id, lease, now)
    }

    fn complete<'a>(
        &'a self,
        id: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        (**self).complete(id, keep, now)
    }

    fn release<'a>(&'a self, id: &'a str) -> ClaimFuture<'a, ()> {
        (**self).release(id)
    }
}

impl<S: BlockingClaimDelivery + ?Sized> BlockingClaimDelivery for Arc<S> {
    fn claim(&self, id: &str, lease: Duration, now: MonotonicTime) -> Result<Claim, ClaimError> {
        (**self).claim(id, lease, now)
    }

    fn complete(&self, id: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        (**self).complete(id, keep, now)
    }

    fn release(&self, id: &str) -> Result<(), ClaimError> {
        (**self).release(id)
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
