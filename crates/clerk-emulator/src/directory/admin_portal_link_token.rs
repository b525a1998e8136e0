use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::Record;

/// What lets somebody set up an organization's connections. The token itself is not kept: nothing asks for it.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct AdminPortalLinkToken {
    pub(crate) id: String,
    pub(crate) link_id: String,
    pub(crate) organization_id: Option<String>,
    /// Somebody who is no user.
    pub(crate) it_contact_id: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) revoked: bool,
    pub(crate) revocation_reason: Option<String>,
    pub(crate) expires_at: UnixTime,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for AdminPortalLinkToken {
    fn id(&self) -> &str {
        &self.id
    }
}

impl AdminPortalLinkToken {
    /// The API's admin portal link token object, without the token.
    pub(crate) fn to_json(&self, instance_id: &str, now: UnixTime) -> Value {
        json!({
            "object": "admin_portal_link_token",
            "id": self.id,
            "admin_portal_link_id": self.link_id,
            "instance_id": instance_id,
            "organization_id": self.organization_id,
            "it_contact_id": self.it_contact_id,
            "scopes": self.scopes,
            "revoked": self.revoked,
            "revocation_reason": self.revocation_reason,
            "expired": now >= self.expires_at,
            "expiration": self.expires_at.as_millis(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}
