use serde::{Deserialize, Serialize};

use super::form::{Moment, Secret, is_default};

/// Somebody else's application in which the users of a [`Seed`](crate::Seed) sign in.
///
/// ```
/// use clerk_emulator::{Emulator, OAuthApplicationSeed, Seed};
///
/// let wiki = OAuthApplicationSeed::new("Wiki")
///     .client_id("wiki")
///     .client_secret("no secret at all")
///     .redirect_uri("http://localhost:8080/callback")
///     .scopes("openid profile email");
/// # let _ = Emulator::builder().seed(Seed::example().oauth_application(wiki)).build()?;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, the members are called like the methods, and the list of redirect URIs `redirect_uris`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthApplicationSeed {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) client_id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) client_secret: Option<Secret>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) redirect_uris: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) scopes: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) consent_screen_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) pkce_required: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) public: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
}

impl OAuthApplicationSeed {
    /// An application that asks for `profile email`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `oa_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Pins the client id. Without it, it differs in each run.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// Pins the client secret. Without it, it differs in each run.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(Secret::new(secret));
        self
    }

    /// Adds where browsers may be sent back to.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// What it may ask for, with spaces between them.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = Some(scopes.into());
        self
    }

    /// Asks nobody whether the application may.
    #[must_use]
    pub fn without_consent(mut self) -> Self {
        self.consent_screen_enabled = Some(false);
        self
    }

    /// It has no secret, and shows by PKCE that it is the one that asked.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }
}
