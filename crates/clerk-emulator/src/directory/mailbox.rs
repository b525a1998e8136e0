use std::borrow::Cow;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Record, Table};
use crate::kept::Kept;

/// How many messages are kept.
const CAPACITY: usize = 1000;

/// A message that Clerk would have sent.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) to: String,
    /// Clerk's name of the template: `verification_code`, `invitation`, …
    pub(crate) slug: Cow<'static, str>,
    pub(crate) subject: String,
    pub(crate) code: Option<String>,
    /// Where the message leads.
    pub(crate) url: Option<String>,
    /// The id of the user it is for, where there is one already.
    pub(crate) user_id: Option<String>,
    pub(crate) created_at: UnixTime,
}

impl Record for Message {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Message {
    fn to_json(&self) -> Value {
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
    pub(crate) fn to_json(&self, to: Option<&str>) -> Vec<Value> {
        let messages = self.messages.iter();
        let wanted = |message: &&Message| to.is_none_or(|to| message.to.eq_ignore_ascii_case(to));
        messages.filter(wanted).map(Message::to_json).collect()
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
