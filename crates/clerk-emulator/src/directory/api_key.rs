use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Key, Record};

/// A key that a user or an organization calls the application's API with.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// Whose it is: a user, an organization, a machine.
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) claims: Value,
    pub(crate) scopes: Vec<String>,
    /// The id of a user.
    pub(crate) created_by: Option<String>,
    /// `None` is never.
    pub(crate) expires_at: Option<UnixTime>,
    pub(crate) revoked: bool,
    pub(crate) revocation_reason: Option<String>,
    pub(crate) last_used_at: Option<UnixTime>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for ApiKey {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.secret);
        add(Key::Subject, &self.subject);
    }
}

impl ApiKey {
    /// A key that never expires and may do nothing in particular.
    pub(crate) fn new(
        id: String,
        secret: String,
        (name, subject): (String, String),
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            secret,
            name,
            subject,
            description: None,
            claims: Value::Null,
            scopes: Vec::new(),
            created_by: None,
            expires_at: None,
            revoked: false,
            revocation_reason: None,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn is_expired(&self, now: UnixTime) -> bool {
        self.expires_at.is_some_and(|expiry| now >= expiry)
    }

    pub(crate) fn is_valid(&self, now: UnixTime) -> bool {
        !self.revoked && !self.is_expired(now)
    }

    /// The API's key object, without the secret.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        json!({
            "object": "api_key",
            "id": self.id,
            "type": "api_key",
            "name": self.name,
            "subject": self.subject,
            "description": self.description,
            "claims": self.claims,
            "scopes": self.scopes,
            "created_by": self.created_by,
            "expired": self.is_expired(now),
            "expiration": self.expires_at.map(UnixTime::as_millis),
            "revoked": self.revoked,
            "revocation_reason": self.revocation_reason,
            "last_used_at": self.last_used_at.map(UnixTime::as_millis),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

/// Without the secret.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
