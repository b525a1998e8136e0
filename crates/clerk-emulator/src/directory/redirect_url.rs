use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Key, Record};

/// Where applications that are no web pages may be sent back to.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct RedirectUrl {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) created_at: UnixTime,
}

impl Record for RedirectUrl {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.url);
    }
}

impl RedirectUrl {
    /// The API's redirect URL object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "redirect_url",
            "id": self.id,
            "url": self.url,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.created_at.as_millis(),
        })
    }
}
