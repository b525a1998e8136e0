use bytes::Bytes;
use clerk_core::UnixTime;
use http::StatusCode;

use super::defect::WebhookDefect;

/// A webhook that was sent or waits to be, to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedWebhook {
    /// The id of the message, `msg_…`.
    pub id: String,
    /// What it tells of: `user.created`.
    pub event_type: &'static str,
    /// The endpoint.
    pub url: String,
    /// What is sent, to the byte, if nothing is wrong with it.
    pub body: Bytes,
    /// What is wrong with it, in forgeries.
    pub defect: Option<WebhookDefect>,
    /// How often it was sent already, and with what success.
    pub attempts: Vec<WebhookAttempt>,
    /// When it is sent again, or for the first time. `None` while it is under way, and when no
    /// attempt follows.
    pub next_attempt: Option<UnixTime>,
}

impl LoggedWebhook {
    /// Whether the endpoint took it.
    pub fn is_delivered(&self) -> bool {
        self.attempts.iter().any(WebhookAttempt::is_success)
    }
}

/// One time that a webhook was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// When it was over.
    pub at: UnixTime,
    /// The answer's status; `None` where no answer came.
    pub status: Option<StatusCode>,
    /// How the answer's body begins, its first 500 bytes as text, where a
    /// [`Server`](crate::Server) sent it and there is a body.
    pub answer: Option<String>,
}

impl WebhookAttempt {
    /// Whether the answer was 2xx.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
    }
}
