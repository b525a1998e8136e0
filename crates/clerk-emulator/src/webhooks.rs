//! Webhooks: which events there are, who is told of them, and when again.
//!
//! The outbox knows what is due when, and sends nothing: the server does, or a test.

mod bell;
mod defect;
mod delivery;
mod endpoint;
mod event;
mod log;
mod outbox;

pub(crate) use bell::Bell;
pub use defect::{UnknownWebhookDefect, WebhookDefect};
pub use delivery::WebhookDelivery;
pub(crate) use endpoint::Endpoint;
pub use endpoint::{InvalidWebhook, WebhookEndpoint};
pub(crate) use event::{Cause, Event, EventType};
pub use log::{LoggedWebhook, WebhookAttempt};
pub(crate) use outbox::Outbox;

use std::time::Duration;

use clerk_core::UnixTime;

use crate::{Emulator, state::State};

/// Webhooks. A [`Server`](crate::Server) sends them by itself; in process, a test takes them:
///
/// ```
/// use clerk_core::UnixTime;
/// use clerk_emulator::Emulator;
/// use clerk_webhooks::{SigningSecrets, Verifier};
///
/// let now = UnixTime::from_secs(1_800_000_000);
/// let emulator = Emulator::builder().webhook("http://localhost:3000/webhooks").build()?;
/// # let mut request = http::Request::delete("/v1/users/user_0bobExampleMemberOfAcme0000").body(bytes::Bytes::new())?;
/// # request.headers_mut().insert("authorization", "Bearer sk_test_emulator".parse()?);
/// # emulator.handle(request, now);
/// // … Bob was deleted, by way of the API.
///
/// let delivery = emulator.next_webhook(now).ok_or("nothing was sent")?;
/// assert_eq!(delivery.event_type(), "user.deleted");
///
/// // The application under test answers, here by verifying alone.
/// let request = delivery.request();
/// let verifier = Verifier::new(SigningSecrets::new(emulator.webhook_secret())?);
/// verifier.verify(request.headers(), request.body(), now)?;
/// delivery.answered(http::StatusCode::NO_CONTENT, now);
/// assert!(emulator.next_webhook(now).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Emulator {
    /// What goes into `CLERK_WEBHOOK_SIGNING_SECRET`: the secret of endpoints that have none of
    /// their own. It is the same in every emulator, and published.
    pub fn webhook_secret(&self) -> &'static str {
        endpoint::SECRET
    }

    /// Sends webhooks to this endpoint too, from the next event on. One at the same URL is
    /// replaced; what waits for it goes there as it was. A [`reset`](Self::reset) leaves it there.
    ///
    /// # Errors
    ///
    /// Nothing can be sent there: the error says why.
    pub fn add_webhook(&self, endpoint: impl Into<WebhookEndpoint>) -> Result<(), InvalidWebhook> {
        let endpoint = Endpoint::try_from(endpoint.into())?;
        self.with_state(|_, state| state.outbox.add(endpoint));
        Ok(())
    }

    /// Removes all endpoints, those of the builder and of the seed too, and forgets what was or is
    /// to be delivered to them.
    pub fn remove_webhooks(&self) {
        self.with_state(|_, state| state.outbox.clear());
        self.bell().ring();
    }

    /// The webhook that has been due for longest at `now`, to be sent by the caller. A
    /// [`Server`](crate::Server) takes them itself: whoever is first has it.
    ///
    /// A first attempt is due at once. After one that failed the next is due 5 seconds later, then
    /// 5 minutes, 30 minutes, 2 hours, 5 hours, 10 hours, and 10 hours again; then none.
    pub fn next_webhook(&self, now: UnixTime) -> Option<WebhookDelivery> {
        let taken = self.with_state(|_, state| {
            let here = state.clock.tell(now);
            state.outbox.take(here, state.clock.now_in_tokens())
        })?;
        Some(WebhookDelivery::new(self.clone(), taken, now))
    }

    /// When [`next_webhook`](Self::next_webhook) has something next. `None` if nothing waits, or only for a
    /// [clock that stands still](Self::freeze_clock).
    pub fn next_webhook_at(&self) -> Option<UnixTime> {
        self.with_state(|_, state| state.clock.outside_at(state.outbox.next_due()?))
    }

    /// The latest webhooks, oldest first, at most 1000 with those that wait. One event makes one
    /// for each endpoint that wants it.
    pub fn webhooks(&self) -> Vec<LoggedWebhook> {
        self.with_state(|_, state| state.outbox.log().collect())
    }

    /// Sends a message again to each endpoint that it was for: under the same id, signed anew, as
    /// Clerk does when it is asked to, and as somebody does who recorded it. `false` if there is no
    /// such message.
    pub fn replay_webhook(&self, id: &str) -> bool {
        self.repeat_webhook(id, None)
    }

    /// Sends a message again, once, with something wrong: an endpoint has to refuse it.
    /// `false` if there is no such message.
    pub fn forge_webhook(&self, id: &str, defect: WebhookDefect) -> bool {
        self.repeat_webhook(id, Some(defect))
    }

    /// Blocks while something is due by `now` or under way, but no longer than `within`; says
    /// whether nothing is left.
    pub(crate) fn wait_while_due(&self, within: Duration, now: impl Fn() -> UnixTime) -> bool {
        let is_busy = |state: &mut State| {
            let now = state.clock.tell(now());
            state.outbox.is_busy(now)
        };
        self.bell().wait_while(self.lock(), within, is_busy)
    }

    fn repeat_webhook(&self, id: &str, defect: Option<WebhookDefect>) -> bool {
        let found = self.with_state(|_, state| state.outbox.repeat(id, defect));
        self.bell().ring();
        found
    }

    fn report_webhook(&self, number: u64, mut attempt: WebhookAttempt) {
        self.with_state(|_, state| {
            attempt.at = state.clock.tell(attempt.at);
            state.outbox.report(number, attempt);
        });
        self.bell().ring();
    }
}
