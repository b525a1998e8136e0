use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Key, Record};

/// An OAuth access token of the opaque kind: those that are JWTs nobody keeps.
#[derive(Clone)]
pub(crate) struct OAuthToken {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) client_id: String,
    /// The id of the user.
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    /// Whom it is for; an answer says it where it was said.
    pub(crate) audience: Option<Value>,
    pub(crate) created_at: UnixTime,
    pub(crate) expires_at: UnixTime,
}

impl Record for OAuthToken {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.token);
    }
}

impl OAuthToken {
    pub(crate) fn is_valid(&self, now: UnixTime) -> bool {
        now < self.expires_at
    }

    /// The API's token object, without the token. Its times are in seconds, unlike all others.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        let mut body = json!({
            "object": "clerk_idp_oauth_access_token",
            "id": self.id,
            "client_id": self.client_id,
            "subject": self.subject,
            "scopes": self.scopes,
            "revoked": false,
            "revocation_reason": null,
            "expired": !self.is_valid(now),
            "expiration": self.expires_at.as_secs(),
            "created_at": self.created_at.as_secs(),
            "updated_at": self.created_at.as_secs(),
        });
        if let Some(audience) = &self.audience {
            body["aud"] = audience.clone();
        }
        body
    }
}

/// Without the token.
impl fmt::Debug for OAuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
