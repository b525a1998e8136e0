use std::fmt;

use clerk_core::{Clock, UnixTime};

use crate::{
    Error, Headers, Policy, Receiver, Rejection, Verified, Verifier,
    claims::{self, Fingerprint},
    metrics, report,
};

/// A delivery whose signature is right, to keep. A [`Receiver`] alone makes one, so a function that takes it need
/// not ask.
#[derive(Clone)]
pub struct Delivery<R = Receiver> {
    id: Box<str>,
    timestamp: UnixTime,
    body: Vec<u8>,
    /// What it is claimed under.
    pub(crate) keys: Vec<String>,
    pub(crate) receiver: R,
}

/// What a receiver goes by.
pub(crate) struct Opening<'r, R> {
    pub(crate) verifier: &'r Verifier,
    pub(crate) policy: Policy,
    pub(crate) clock: &'r dyn Clock,
    pub(crate) endpoint: Option<&'r str>,
    pub(crate) receiver: &'r R,
}

impl<R: Clone> Opening<'_, R> {
    pub(crate) fn open<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: Vec<u8>,
    ) -> Result<Delivery<R>, Rejection> {
        self.check_length(&body)?;
        let judged = self.verifier.verify_under(headers, &body, self.clock.now());
        let delivery = self.delivery(judged)?;
        Ok(Delivery { body, ..delivery })
    }

    pub(crate) async fn open_async<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: Vec<u8>,
    ) -> Result<Delivery<R>, Rejection> {
        self.check_length(&body)?;
        let now = self.clock.now();
        let judged = self.verifier.verify_under_async(headers, &body, now).await;
        let delivery = self.delivery(judged)?;
        Ok(Delivery { body, ..delivery })
    }

    fn check_length(&self, body: &[u8]) -> Result<(), Rejection> {
        let limit = self.policy.body_limit;
        match body.len() > limit {
            true => Err(Rejection::too_large(limit)),
            false => Ok(()),
        }
    }

    /// Without its body, which is still lent to what was judged.
    fn delivery(
        &self,
        judged: Result<(Verified<'_>, Vec<Fingerprint>), Error>,
    ) -> Result<Delivery<R>, Rejection> {
        let (verified, under) = judged.map_err(|error| match Rejection::from(error) {
            ours @ Rejection::Unchecked(_) => report::misconfigured(ours),
            theirs => report::refused(theirs),
        })?;
        metrics::verified();
        Ok(Delivery {
            keys: claims::keys(self.endpoint, &under, verified.id()),
            id: verified.id().into(),
            timestamp: verified.timestamp(),
            receiver: self.receiver.clone(),
            body: Vec::new(),
        })
    }
}

impl<R> Delivery<R> {
    /// What the sender calls this message: `msg_…`. It stays the same when the message is sent
    /// again, and when it is sent to another endpoint.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this attempt to deliver it was signed, in whole seconds.
    pub const fn timestamp(&self) -> UnixTime {
        self.timestamp
    }

    /// The bytes that were signed.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes that were signed, to keep.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// What the body tells. Once for a delivery: each call reads the body again.
    ///
    /// # Errors
    ///
    /// [`Rejection::NoEvent`]: the body is no event, though it was signed as one.
    /// [`Rejection::Unreadable`]: it is one whose data this version cannot read, so no handler could
    /// act on it. Answered with this, Clerk sends it again, and nothing is lost meanwhile. Types that
    /// this version does not know are no error. To take whatever comes, read
    /// [`Event::from_slice`](crate::events::Event::from_slice) of the [body](Self::body).
    #[cfg(feature = "events")]
    pub fn event(&self) -> Result<crate::events::Event, Rejection> {
        use crate::events::{Event, EventData};

        let event = Event::from_slice(&self.body).map_err(Rejection::NoEvent);
        let event = event.and_then(|event| match event.data() {
            EventData::Unreadable(error) => Err(Rejection::Unreadable(error.clone())),
            _ => Ok(event),
        });
        event.map_err(|rejection| report::failed(rejection, &self.id))
    }
}

impl<R> fmt::Debug for Delivery<R> {
    /// Without the body, in which there are people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
