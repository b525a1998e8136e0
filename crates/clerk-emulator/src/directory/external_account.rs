use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Value, json};

/// How long after a sign-in began it can be gone on with.
const VERIFICATION_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// A user's account with somebody else, by which they sign in.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct ExternalAccount {
    pub(crate) id: String,
    /// What e-mail addresses that come from it are linked to.
    pub(crate) identification_id: String,
    /// `google`, `github`, …
    pub(crate) provider: String,
    pub(crate) provider_user_id: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
}

/// Whose accounts they are: what the other side has of them where the account does not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    pub(super) first_name: Option<&'a str>,
    pub(super) last_name: Option<&'a str>,
    pub(super) email: Option<&'a str>,
    pub(super) image_url: &'a str,
    pub(super) created_at: UnixTime,
}

impl ExternalAccount {
    /// An account with a provider, and the ids of itself and of its identification.
    pub(crate) fn new(
        (id, identification_id): (String, String),
        (provider, provider_user_id): (String, String),
    ) -> Self {
        Self {
            id,
            identification_id,
            provider,
            provider_user_id,
            first_name: None,
            last_name: None,
        }
    }

    /// What its verification is called: `oauth_google`.
    pub(crate) fn strategy(&self) -> String {
        format!("oauth_{}", self.provider)
    }

    /// What an e-mail address says that comes from it: the strategy, and the identification.
    pub(crate) fn link(&self) -> (String, String) {
        (self.strategy(), self.identification_id.clone())
    }

    /// The API's access token object. The token opens nothing, and stays the same.
    pub(crate) fn token_json(&self) -> Value {
        json!({
            "object": "oauth_access_token",
            "external_account_id": self.id,
            "provider_user_id": self.provider_user_id,
            "token": format!("{}_access_token_{}", self.provider, self.provider_user_id),
            "expires_at": null,
            "provider": self.strategy(),
            "public_metadata": {},
            "label": null,
            "scopes": ["email", "openid", "profile"],
        })
    }

    /// The API's external account object.
    pub(super) fn to_json(&self, holder: &Holder<'_>) -> Value {
        let mut account = json!({
            "object": "external_account",
            "id": self.id,
            "provider": self.strategy(),
            "identification_id": self.identification_id,
            "provider_user_id": self.provider_user_id,
            "first_name": self.first_name(holder),
            "last_name": self.last_name(holder),
            "avatar_url": holder.image_url,
            "image_url": holder.image_url,
            "phone_number": null,
        });
        self.complete(holder, &mut account);
        account["verification"]["object"] = json!("verification_oauth");
        account
    }

    /// The same as webhooks tell it: Clerk writes accounts with Google there as it did before all
    /// providers were alike.
    pub(super) fn to_webhook_json(&self, holder: &Holder<'_>) -> Value {
        if self.provider != "google" {
            return self.to_json(holder);
        }
        let mut account = json!({
            "object": "google_account",
            "id": self.identification_id,
            "google_id": self.provider_user_id,
            "given_name": self.first_name(holder),
            "family_name": self.last_name(holder),
            "picture": holder.image_url,
        });
        self.complete(holder, &mut account);
        account
    }

    fn first_name<'a>(&'a self, holder: &Holder<'a>) -> &'a str {
        let own = self.first_name.as_deref();
        own.or(holder.first_name).unwrap_or_default()
    }

    fn last_name<'a>(&'a self, holder: &Holder<'a>) -> &'a str {
        let own = self.last_name.as_deref();
        own.or(holder.last_name).unwrap_or_default()
    }

    /// Adds what both have.
    fn complete(&self, holder: &Holder<'_>, account: &mut Value) {
        let expiry = holder.created_at.saturating_add(VERIFICATION_LIFETIME);
        account["approved_scopes"] = json!("email openid profile");
        account["email_address"] = json!(holder.email.unwrap_or_default());
        account["username"] = Value::Null;
        account["public_metadata"] = json!({});
        account["label"] = Value::Null;
        account["created_at"] = json!(holder.created_at.as_millis());
        account["updated_at"] = json!(holder.created_at.as_millis());
        account["verification"] = json!({
            "status": "verified",
            "strategy": self.strategy(),
            "attempts": null,
            "expire_at": expiry.as_millis(),
        });
    }
}
