use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use clerk_core::Clock;

use crate::{
    ClaimDelivery, Delivery, Headers, Policy, RecentDeliveries, Rejection, Verifier, WorkError,
    delivery::Opening,
    lazy_clock::LazySystemClock,
    once::{self, Attempt, Change},
};
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
    verifier: Arc<Verifier>,
    policy: Policy,
    clock: Arc<dyn Clock>,
    endpoint: Option<Arc<str>>,
    deliveries: Arc<dyn ClaimDelivery>,
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
    /// [`Rejection::too_large`].
    pub const fn body_limit(&self) -> usize {
        self.policy.body_limit
    }

    /// The delivery, if it is one from Clerk.
    ///
    /// `body` is the body as it arrived, before anything has decoded it.
    ///
    /// # Errors
    ///
    /// It is not, or is too large. [`Rejection::status`] says how to answer. [`Rejection::Unchecked`]: the
    /// cryptography library [answers later](crate::SigningSecrets::is_awaited), as WebCrypto does. It has to be
    /// awaited, by [`receive_async`](Self::receive_async), as the extractors of the frameworks do.
    pub fn receive<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: impl Into<Vec<u8>>,
    ) -> Result<Delivery, Rejection> {
        self.opening().open(headers, body.into())
    }

    /// [`receive`](Self::receive), with a cryptography library that may answer later. With one that answers at once,
    /// it is `receive`.
    ///
    /// # Errors
    ///
    /// Those of [`receive`](Self::receive); [`Rejection::Unchecked`] where the library failed.
    pub async fn receive_async<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: impl Into<Vec<u8>>,
    ) -> Result<Delivery, Rejection> {
        let body = body.into();
        self.opening().open_async(headers, body).await
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
    /// Clerk sends a delivery again when it has not heard that all went well, and whoever recorded
    /// one can send it, too. Of several that arrive at once, one does the work; the others are told
    /// to come back. If the work fails, or nothing comes of it because this process ends or the
    /// caller hangs up, the next attempt of Clerk's is the first again.
    ///
    /// So the work is done **at least once, and once if nothing goes wrong**: a process that ends
    /// between the work and the note that it is done leaves it to be done again. What must never
    /// happen twice writes its effect and the [id](Self::id) in one transaction, with the endpoint's
    /// name where there are several.
    ///
    /// Call it once for a delivery, around all of the work: a second call finds it done. Inside of
    /// `work`, `?` takes errors of every type that is `Send + Sync`; a [`WorkError`] is made of each. So
    /// a function that has an error type of its own is called with `?`, be it the last thing there is to do:
    /// `async || Ok(store(delivery.body()).await?)`.
    ///
    /// Clerk waits 15 seconds. Servers that are built on hyper, such as axum's, then drop the handler,
    /// and with it this. What may take longer belongs into a queue, or on a task of its own:
    /// `tokio::spawn(async move { delivery.once(…).await })`, with a [lease](Policy::lease) as long as
    /// that.
    ///
    /// ```
    /// # use clerk_webhooks::{Delivery, Rejection};
    /// # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
    /// # async fn handle(delivery: Delivery) -> Result<(), Rejection> {
    /// let stored = delivery.once(async || Ok(store(delivery.body()).await?)).await?;
    /// println!("{}", if stored.is_some() { "stored" } else { "known already" });
    /// # Ok(())
    /// # }
    /// # let _ = handle;
    /// ```
    ///
    /// # Errors
    ///
    /// Answer with any of them, and Clerk sends the delivery again: [`Rejection::InProgress`],
    /// [`Rejection::Undecided`] where the store cannot be asked, and [`Rejection::Failed`] with what
    /// `work` failed with.
    pub async fn once<T, F>(&self, work: impl FnOnce() -> F) -> Result<Option<T>, Rejection>
    where
        F: Future<Output = Result<T, WorkError>>,
    {
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
            let now = clock.monotonic();
            attempt.claimed(deliveries.claim(key, by, policy.lease, now).await);
        }
        let outcome = match attempt.is_first() {
            true => Some(work().await),
            false => None,
        };
        let now = clock.monotonic();
        for key in attempt.held() {
            attempt.recorded(match once::change(&outcome) {
                Change::Complete => deliveries.complete(key, policy.keep, now).await,
                Change::Release => deliveries.release(key, by).await,
            });
        }
        attempt.conclude(outcome)
    }
}
