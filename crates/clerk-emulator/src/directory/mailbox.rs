use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Record, Table};
use crate::kept::Kept;

/// How many messages are kept.
const CAPACITY: usize = 1000;

/// A message that Clerk would have sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Message {
    /// Its own id.
    pub id: String,
    /// The e-mail address or the phone number.
    pub to: String,
    /// Clerk's name of the template: `verification_code`, `invitation`, …
    pub slug: String,
    /// What is told in one line.
    pub subject: String,
    /// The code that it brings, where it brings one.
    pub code: Option<String>,
    /// Where the message leads.
    pub url: Option<String>,
    /// The id of the user it is for, where there is one already.
    pub user_id: Option<String>,
    /// When it was sent, by the emulator's clock.
    pub created_at: UnixTime,
}

impl Record for Message {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Message {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "channel": if self.to.starts_with('+') { "sms" } else { "email" },
            "to": self.to,
            "slug": self.slug,
            "subject": self.subject,
            "code": self.code,
            "url": self.url,
            "user_id": self.user_id,
            "created_at": self.created_at.as_millis(),
        })
    }
}

/// What was sent, oldest first: nobody else gets to see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    messages: Table<Message>,
}

impl Mailbox {
    pub(crate) fn put(&mut self, message: Message) {
        if self.messages.len() == CAPACITY {
            self.remove_oldest();
        }
        self.messages.put(message);
    }

    /// The messages, oldest first; those to one address alone if one is given.
    pub(crate) fn messages<'m>(&'m self, to: Option<&'m str>) -> impl Iterator<Item = &'m Message> {
        let is_to =
            move |message: &&Message| to.is_none_or(|to| message.to.eq_ignore_ascii_case(to));
        self.messages.iter().filter(is_to)
    }

    pub(crate) fn clear(&mut self) {
        while self.remove_oldest() {}
    }

    fn remove_oldest(&mut self) -> bool {
        let oldest = self.messages.iter().next().map(|oldest| oldest.id.clone());
        oldest.and_then(|id| self.messages.remove(&id)).is_some()
    }

    pub(super) fn part(&mut self) -> &mut dyn Kept {
        &mut self.messages
    }
}
