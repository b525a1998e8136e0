use std::sync::{Arc, Mutex};

use clerk_core::Clock;

use crate::{ClaimDelivery, Policy, RecentDeliveries, Verifier, lazy_clock::LazySystemClock};
#[cfg(feature = "ring")]
use crate::{InvalidSigningSecret, SigningSecrets};

/// Receives deliveries: verifies each, and sees to it that each is acted on once. Cheap to clone; a
/// clone shares what was received.
///
/// Once for each endpoint, that is: Clerk sends a message to all endpoints that asked for it, and what
/// one has done is not done for another. An endpoint is known by its signing secret, of which each has
/// its own, or by the name that [`Receiver::endpoint`] gives it.
///
/// This is what the extractors of the framework adapters ask. Without one of those, hand it the
/// headers and the body:
///
/// ```
/// use clerk_webhooks::{Receiver, Rejection, SigningSecrets, Verifier};
///
/// # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
/// async fn webhook(
///     receiver: &Receiver,
///     request: http::Request<Vec<u8>>,
/// ) -> Result<(), Rejection> {
///     let (head, body) = request.into_parts();
///     let delivery = receiver.receive(&head.headers, body)?;
///     delivery.once(async || {
///         store(delivery.body()).await?;
///         Ok(())
///     }).await?;
///     Ok(()) // 200; and `Rejection::status` for what did not work out
/// }
/// # let _ = webhook;
/// # let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?;
/// let receiver = Receiver::new(Verifier::new(secrets)); // or `Receiver::from_env()?`
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
///
/// [`blocking::Receiver`](crate::blocking::Receiver) is the same without the `.await`.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) policy: Policy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) endpoint: Option<Arc<str>>,
    pub(crate) deliveries: Arc<dyn ClaimDelivery>,
}

impl Receiver {
    /// A receiver of what `verifier` accepts, which remembers in this process's memory what it has
    /// received. It reads the system's clock, unless it is given [another](Self::clock).
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier: Arc::new(verifier),
            policy: Policy::default(),
            clock: Arc::new(LazySystemClock::default()),
            endpoint: None,
            deliveries: Arc::new(Mutex::new(RecentDeliveries::default())),
        }
    }

    /// A receiver of what is signed with `CLERK_WEBHOOK_SIGNING_SECRET`.
    ///
    /// # Errors
    ///
    /// The variable is not set, or holds something else. Stop then: without the secret there is
    /// nothing to tell Clerk's deliveries from others by.
    #[cfg(feature = "ring")]
    pub fn from_env() -> Result<Self, InvalidSigningSecret> {
        Ok(Self::new(Verifier::new(SigningSecrets::from_env()?)))
    }

    /// Remembers in `deliveries` what was received: a store that the replicas of a service share.
    #[must_use]
    pub fn deliveries(mut self, deliveries: impl ClaimDelivery + 'static) -> Self {
        self.deliveries = Arc::new(deliveries);
        self
    }

    /// Calls the endpoint by this name: receivers of one name and one store act on a message once
    /// between them, and those of two names once each, whatever it is signed with.
    ///
    /// Without a name, each signing secret stands for an endpoint. That tells apart what Clerk tells
    /// apart, in one receiver or in several. Give names where one secret is used for two things, such as
    /// two routes that a delivery is copied to, or where a message must not be acted on again although
    /// the one secret took the other's place between two attempts.
    ///
    /// ```
    /// # use clerk_webhooks::{Receiver, SigningSecrets, Verifier};
    /// # let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?;
    /// let receiver = Receiver::new(Verifier::new(secrets));
    /// let (mail, audit) = (receiver.clone().endpoint("mail"), receiver.endpoint("audit"));
    /// # drop((mail, audit));
    /// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
    /// ```
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<Arc<str>>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// How long a body may be, and how long what is remembered.
    #[must_use]
    pub const fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Reads the time from `clock`: for tests, and where the system has none that programs may read.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The most bytes that a body may have. For whoever reads it: stop there, and answer with
    /// [`Rejection::too_large`](crate::Rejection::too_large).
    pub const fn body_limit(&self) -> usize {
        self.policy.body_limit
    }
}
