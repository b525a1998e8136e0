use std::collections::VecDeque;

use clerk_core::UnixTime;
use serde_json::{Value, json};

/// How many messages are kept.
const CAPACITY: usize = 1000;

/// A message that Clerk would have sent.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) to: String,
    /// Clerk's name of the template: `verification_code`, `invitation`, …
    pub(crate) slug: &'static str,
    pub(crate) subject: String,
    pub(crate) code: Option<String>,
    /// Where the message leads.
    pub(crate) url: Option<String>,
    /// The id of the user it is for, where there is one already.
    pub(crate) user_id: Option<String>,
    pub(crate) created_at: UnixTime,
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
    messages: VecDeque<Message>,
}

impl Mailbox {
    pub(crate) fn put(&mut self, message: Message) {
        if self.messages.len() == CAPACITY {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    /// The messages, oldest first; those to one address alone if one is given.
    pub(crate) fn to_json(&self, to: Option<&str>) -> Vec<Value> {
        let messages = self.messages.iter();
        let wanted = |message: &&Message| to.is_none_or(|to| message.to.eq_ignore_ascii_case(to));
        messages.filter(wanted).map(Message::to_json).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
    }
}
