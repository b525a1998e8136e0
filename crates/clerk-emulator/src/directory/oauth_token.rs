use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Key, Record};

/// An OAuth access token. Those that are JWTs are kept where an application was given them.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct OAuthToken {
    pub(crate) id: String,
    pub(crate) token: String,
    /// What another one is given for, once.
    pub(crate) refresh_token: Option<String>,
    pub(crate) client_id: String,
    /// The id of the user.
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    /// Whom it is for; an answer says it where it was said.
    pub(crate) audience: Option<Value>,
    pub(crate) revoked: bool,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
    pub(crate) expires_at: UnixTime,
}

impl Record for OAuthToken {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.token);
        add(Key::Client, &self.client_id);
        add(Key::Subject, &self.subject);
        if let Some(token) = &self.refresh_token {
            add(Key::Refresh, token);
        }
    }
}

impl OAuthToken {
    pub(crate) fn is_valid(&self, now: UnixTime) -> bool {
        !self.revoked && now < self.expires_at
    }

    /// Takes it back, with what another one would be given for. One that is a JWT goes on: others can read it
    /// without asking.
    pub(crate) fn revoke(&mut self, now: UnixTime) {
        self.refresh_token = None;
        self.revoked = !self.token.starts_with("ey");
        self.updated_at = now;
    }

    /// The API's token object, without the token. Its times are in seconds, unlike all others.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        let mut body = json!({
            "object": "clerk_idp_oauth_access_token",
            "id": self.id,
            "client_id": self.client_id,
            "subject": self.subject,
            "scopes": self.scopes,
            "revoked": self.revoked,
            "revocation_reason": null,
            "expired": now >= self.expires_at,
            "expiration": self.expires_at.as_secs(),
            "created_at": self.created_at.as_secs(),
            "updated_at": self.updated_at.as_secs(),
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
