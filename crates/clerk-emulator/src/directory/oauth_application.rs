use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Images, Key, Record};

/// Somebody else's application, in which this instance's users sign in.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct OAuthApplication {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) client_id: String,
    /// Public ones have none.
    pub(crate) client_secret: Option<String>,
    /// The id of the picture that somebody has uploaded.
    pub(crate) picture_id: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    /// Those that it may ask for, with spaces between them.
    pub(crate) scopes: String,
    pub(crate) consent_screen_enabled: bool,
    pub(crate) pkce_required: bool,
    pub(crate) public: bool,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for OAuthApplication {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Client, &self.client_id);
    }
}

impl OAuthApplication {
    /// Whether it has a scope to ask for.
    pub(crate) fn allows(&self, scope: &str) -> bool {
        self.scopes.split_whitespace().any(|known| known == scope)
    }

    /// The API's OAuth application object, without the secret, of the instance with this id and origin.
    pub(crate) fn to_json(&self, instance_id: &str, origin: &str, images: &Images) -> Value {
        let image_url = self.picture_id.as_deref().map(|id| images.of(id));
        json!({
            "object": "oauth_application",
            "id": self.id,
            "instance_id": instance_id,
            "name": self.name,
            "client_id": self.client_id,
            "client_uri": null,
            "client_image_url": image_url,
            "dynamically_registered": false,
            "consent_screen_enabled": self.consent_screen_enabled,
            "pkce_required": self.pkce_required,
            "public": self.public,
            "scopes": self.scopes,
            "redirect_uris": self.redirect_uris,
            "callback_url": self.redirect_uris.first().map_or("", String::as_str),
            "authorize_url": format!("{origin}/oauth/authorize"),
            "token_fetch_url": format!("{origin}/oauth/token"),
            "user_info_url": format!("{origin}/oauth/userinfo"),
            "discovery_url": format!("{origin}/.well-known/openid-configuration"),
            "token_introspection_url": format!("{origin}/oauth/token_info"),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

/// Without the secret.
impl fmt::Debug for OAuthApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthApplication")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What a browser brings to an application, which exchanges it for tokens, once.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct OAuthCode {
    pub(crate) code: String,
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    /// The digest of what the application has to show (RFC 7636), in base64url.
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: UnixTime,
}

impl Record for OAuthCode {
    fn id(&self) -> &str {
        &self.code
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Client, &self.client_id);
        add(Key::User, &self.user_id);
    }
}

/// Without the code.
impl fmt::Debug for OAuthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthCode").finish_non_exhaustive()
    }
}
