//! What a [`Receiver`] does with a delivery.

use std::future::Future;

use crate::{
    Delivery, Headers, Receiver, Rejection, WorkError,
    delivery::Opening,
    once::{self, Attempt, Change},
};

impl Receiver {
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
    /// `tokio::spawn(async move { delivery.once(…).await })`, with a [lease](crate::Policy::lease) as long as
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
