use std::fmt;

use clerk_core::{Clock, UnixTime};

use crate::{Headers, Policy, Receiver, Rejection, Verifier, claims, report};

/// A delivery whose signature is right, to keep. [`Receiver::receive`] alone makes one, so a
/// function that takes it need not ask.
#[derive(Clone)]
pub struct Delivery<R = Receiver> {
    id: Box<str>,
    timestamp: UnixTime,
    body: Vec<u8>,
    /// What it is claimed under.
    pub(crate) keys: Vec<String>,
    pub(crate) receiver: R,
}

impl<R> Delivery<R> {
    pub(crate) fn open<H: Headers + ?Sized>(
        verifier: &Verifier,
        policy: Policy,
        clock: &dyn Clock,
        endpoint: Option<&str>,
        headers: &H,
        body: Vec<u8>,
        receiver: &R,
    ) -> Result<Self, Rejection>
    where
        R: Clone,
    {
        let limit = policy.body_limit;
        if body.len() > limit {
            return Err(Rejection::too_large(limit));
        }
        let (verified, under) = verifier
            .verify_under(headers, &body, clock.now())
            .map_err(|error| report::refused(Rejection::Refused(error)))?;
        Ok(Self {
            keys: claims::keys(endpoint, &under, verified.id()),
            id: verified.id().into(),
            timestamp: verified.timestamp(),
            receiver: receiver.clone(),
            body,
        })
    }

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
