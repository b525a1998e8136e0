use std::fmt;

use serde_json::{Map, Value, json};

use super::{Key, Record};

/// An e-mail that the application had sent. It lands nowhere.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Email {
    pub(crate) id: String,
    /// The local part of the address.
    pub(crate) from: String,
    pub(crate) reply_to: Option<String>,
    pub(crate) to: String,
    /// The user who was named, and which of their addresses it went to.
    pub(crate) user: Option<(String, String)>,
    pub(crate) subject: String,
    pub(crate) html: Option<String>,
    pub(crate) text: Option<String>,
    /// What marks the same e-mail sent again.
    pub(crate) idempotency_key: Option<String>,
    /// What it was made of.
    pub(crate) request: Map<String, Value>,
}

impl Record for Email {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        if let Some(key) = &self.idempotency_key {
            add(Key::Name, key);
        }
    }
}

impl Email {
    /// The API's email object.
    pub(crate) fn to_json(&self) -> Value {
        let user = self.user.as_ref();
        json!({
            "object": "email",
            "id": self.id,
            "slug": null,
            "from_email_name": self.from,
            "reply_to_email_name": self.reply_to,
            "to_email_address": self.to,
            "email_address_id": user.map(|(_, address)| address),
            "user_id": user.map(|(id, _)| id),
            "subject": self.subject,
            "body": self.html.as_ref().or(self.text.as_ref()),
            "body_plain": self.text,
            "status": "accepted",
            "data": {},
            "delivered_by_clerk": true,
            "suppression_reason": null,
        })
    }
}

/// Without what it says.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
