use std::{fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::{Request, StatusCode};

use super::{
    endpoint::Endpoint,
    log::WebhookAttempt,
    outbox::{Message, Taken},
};
use crate::Emulator;

/// A webhook to be sent now, from [`Emulator::next_webhook`].
///
/// Whoever sends it says what came of it. If they drop it instead, it counts as sent and not
/// answered.
#[must_use = "send `.request()` and say what was answered; dropped, it was not answered"]
pub struct WebhookDelivery {
    emulator: Emulator,
    number: u64,
    attempt: usize,
    message: Arc<Message>,
    endpoint: Arc<Endpoint>,
    request: Request<Bytes>,
    taken_at: UnixTime,
    is_reported: bool,
}

impl WebhookDelivery {
    pub(super) fn new(emulator: Emulator, taken: Taken, now: UnixTime) -> Self {
        Self {
            emulator,
            number: taken.number,
            attempt: taken.attempt,
            message: taken.message,
            endpoint: taken.endpoint,
            request: taken.request,
            taken_at: now,
            is_reported: false,
        }
    }

    /// The id of the message, `msg_…`: the same in all attempts and at all endpoints.
    pub fn id(&self) -> &str {
        &self.message.id
    }

    /// What it tells of: `user.created`.
    pub fn event_type(&self) -> &'static str {
        self.message.event_type
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> usize {
        self.attempt
    }

    /// What is to be sent: a `POST` to the endpoint's URL, with the headers of this attempt.
    pub fn request(&self) -> &Request<Bytes> {
        &self.request
    }

    /// Says that the endpoint answered. Any status but 2xx is a failure, and another attempt
    /// follows if there is one left.
    pub fn answered(mut self, status: StatusCode, now: UnixTime) {
        self.report(Some(status), None, now);
    }

    /// The same, with how the answer's body begins.
    pub(crate) fn answered_with(mut self, status: StatusCode, body: &[u8], now: UnixTime) {
        let answer = (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned());
        self.report(Some(status), answer, now);
    }

    /// Says that no answer came.
    pub fn unanswered(mut self, now: UnixTime) {
        self.report(None, None, now);
    }

    /// Where the URL leads to, the likelier address first.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.endpoint.addresses
    }

    fn report(&mut self, status: Option<StatusCode>, answer: Option<String>, now: UnixTime) {
        if !self.is_reported {
            self.is_reported = true;
            let attempt = WebhookAttempt {
                at: now,
                status,
                answer,
            };
            self.emulator.report_webhook(self.number, attempt);
        }
    }
}

impl Drop for WebhookDelivery {
    fn drop(&mut self) {
        self.report(None, None, self.taken_at);
    }
}

impl fmt::Debug for WebhookDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookDelivery")
            .field("id", &self.id())
            .field("event_type", &self.event_type())
            .field("attempt", &self.attempt)
            .field("uri", self.request.uri())
            .finish_non_exhaustive()
    }
}
