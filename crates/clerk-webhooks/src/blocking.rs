//! The same for services without an async runtime.

use std::sync::{Arc, Mutex};

use clerk_core::Clock;

use crate::{
    BlockingClaimDelivery, Headers, Policy, RecentDeliveries, Rejection, Verifier, WorkError,
    delivery::Opening,
    lazy_clock::LazySystemClock,
    once::{self, Attempt, Change},
};
#[cfg(feature = "ring")]
use crate::{InvalidSigningSecret, SigningSecrets};

/// A delivery that a [`blocking::Receiver`](Receiver) has received.
pub type Delivery = crate::Delivery<Receiver>;

/// Receives deliveries: verifies each, and sees to it that each is acted on once. Cheap to clone.
///
/// ```
/// use clerk_webhooks::{Rejection, SigningSecrets, Verifier, blocking::Receiver};
///
/// # fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
/// fn webhook(receiver: &Receiver, request: http::Request<Vec<u8>>) -> Result<(), Rejection> {
///     let (head, body) = request.into_parts();
///     let delivery = receiver.receive(&head.headers, body)?;
///     delivery.once(|| {
///         store(delivery.body())?;
///         Ok(())
///     })?;
///     Ok(()) // 200; and `Rejection::status` for what did not work out
/// }
/// # let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?;
/// let receiver = Receiver::new(Verifier::new(secrets)); // or `Receiver::from_env()?`
/// # assert_eq!(webhook(&receiver, http::Request::default()).unwrap_err().status(), 400);
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
#[derive(Clone, Debug)]
pub struct Receiver {
    verifier: Arc<Verifier>,
    policy: Policy,
    clock: Arc<dyn Clock>,
    endpoint: Option<Arc<str>>,
    deliveries: Arc<dyn BlockingClaimDelivery>,
}

impl Receiver {
    /// See [`Receiver::new`](crate::Receiver::new).
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier: Arc::new(verifier),
            policy: Policy::default(),
            clock: Arc::new(LazySystemClock::default()),
            endpoint: None,
            deliveries: Arc::new(Mutex::new(RecentDeliveries::default())),
        }
    }

    /// See [`Receiver::from_env`](crate::Receiver::from_env).
    ///
    /// # Errors
    ///
    /// The variable is not set, or holds something else.
    #[cfg(feature = "ring")]
    pub fn from_env() -> Result<Self, InvalidSigningSecret> {
        Ok(Self::new(Verifier::new(SigningSecrets::from_env()?)))
    }

    /// See [`Receiver::deliveries`](crate::Receiver::deliveries).
    #[must_use]
    pub fn deliveries(mut self, deliveries: impl BlockingClaimDelivery + 'static) -> Self {
        self.deliveries = Arc::new(deliveries);
        self
    }

    /// See [`Receiver::endpoint`](crate::Receiver::endpoint).
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<Arc<str>>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// See [`Receiver::policy`](crate::Receiver::policy).
    #[must_use]
    pub const fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// See [`Receiver::clock`](crate::Receiver::clock).
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// See [`Receiver::body_limit`](crate::Receiver::body_limit).
    pub const fn body_limit(&self) -> usize {
        self.policy.body_limit
    }

    /// See [`Receiver::receive`](crate::Receiver::receive).
    ///
    /// # Errors
    ///
    /// It is not from Clerk, or is too large. [`Rejection::status`] says how to answer. [`Rejection::Unchecked`]:
    /// the cryptography library [answers later](crate::SigningSecrets::is_awaited), and nobody here can wait for it.
    pub fn receive<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: impl Into<Vec<u8>>,
    ) -> Result<Delivery, Rejection> {
        self.opening().open(headers, body.into())
    }

    fn opening(&self) -> Opening<'_, Self> {
        Opening {
            verifier: &self.verifier,
            policy: self.policy,
            clock: &*self.clock,
            endpoint: self.endpoint.as_deref(),
            receiver: self,
        }
    }
}

impl Delivery {
    /// Does `work`, unless this delivery was acted on before: `None` if it was.
    ///
    /// See [the async one](crate::Delivery#method.once), which is the same.
    ///
    /// # Errors
    ///
    /// Answer with any of them, and Clerk sends the delivery again: [`Rejection::InProgress`],
    /// [`Rejection::Undecided`] where the store cannot be asked, and [`Rejection::Failed`] with what
    /// `work` failed with.
    pub fn once<T>(
        &self,
        work: impl FnOnce() -> Result<T, WorkError>,
    ) -> Result<Option<T>, Rejection> {
        let Receiver {
            policy,
            clock,
            deliveries,
            verifier,
            ..
        } = &self.receiver;
        let mut attempt = Attempt::new(self.id(), &self.keys, verifier.claimant())?;
        let by = attempt.by();
        while let Some(key) = attempt.to_claim() {
            attempt.claimed(deliveries.claim(key, by, policy.lease, clock.monotonic()));
        }
        let outcome = attempt.is_first().then(work);
        let now = clock.monotonic();
        for key in attempt.held() {
            attempt.recorded(match once::change(&outcome) {
                Change::Complete => deliveries.complete(key, policy.keep, now),
                Change::Release => deliveries.release(key, by),
            });
        }
        attempt.conclude(outcome)
    }
}
