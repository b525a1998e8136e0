use std::time::Duration;

use clerk_core::UnixTime;

use super::{Directory, Record};

/// How long a link is good, and for how long after that it is told that it was.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// What a link in a mail is for, until somebody opens it.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct EmailLink {
    /// Whoever has it, has had the mail.
    pub(crate) token: String,
    pub(crate) purpose: LinkPurpose,
    /// Where the browser goes on that has opened it.
    pub(crate) redirect_url: String,
    expires_at: UnixTime,
}

/// What is verified by it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum LinkPurpose {
    /// The first factor of a sign-in, by the ids of its browser's client and of itself.
    SignIn(String, String),
    /// The address of a sign-up, by the same.
    SignUp(String, String),
    /// An address of a user's, by the ids of both.
    Address(String, String),
}

impl Record for EmailLink {
    fn id(&self) -> &str {
        &self.token
    }
}

impl EmailLink {
    pub(crate) fn new(
        token: String,
        purpose: LinkPurpose,
        redirect_url: String,
        now: UnixTime,
    ) -> Self {
        Self {
            token,
            purpose,
            redirect_url,
            expires_at: now.saturating_add(LIFETIME),
        }
    }

    pub(crate) fn has_expired(&self, now: UnixTime) -> bool {
        now >= self.expires_at
    }
}

impl Directory {
    pub(crate) fn email_link(&self, token: &str) -> Option<&EmailLink> {
        self.email_links.get(token)
    }

    /// In the place of those for the same, and of those that nobody opens any more.
    pub(crate) fn put_email_link(&mut self, link: EmailLink, now: UnixTime) {
        self.email_links.remove_if(|other| {
            other.purpose == link.purpose || now >= other.expires_at.saturating_add(REMEMBERED)
        });
        self.email_links.put(link);
    }

    /// Nobody opens it again.
    pub(crate) fn spend_email_link(&mut self, token: &str) {
        self.email_links.remove(token);
    }
}
