use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Organization, Record};

/// A domain by whose e-mail addresses people find an organization.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct OrganizationDomain {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) enrollment_mode: String,
    /// Since when somebody of the organization is known to have an address there.
    pub(crate) verified_at: Option<UnixTime>,
    /// Since when the domain is known to be the organization's.
    pub(crate) owned_at: Option<UnixTime>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for OrganizationDomain {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.name);
        add(Key::Organization, &self.organization_id);
    }
}

impl OrganizationDomain {
    /// The ways in which people join by a domain.
    pub(crate) const ENROLLMENT_MODES: [&str; 4] = [
        "manual_invitation",
        "automatic_invitation",
        "automatic_suggestion",
        "enterprise_sso",
    ];

    /// The API's organization domain object. Nobody has joined by it yet.
    pub(crate) fn to_json(&self, directory: &Directory) -> Value {
        let affiliation = match self.verified_at {
            Some(at) => verified(at),
            None => json!({
                "status": "unverified",
                "strategy": "affiliation_email_code",
                "attempts": 0,
                "expire_at": null,
                "verified_at": null,
            }),
        };
        let organization = directory.organizations.get(&self.organization_id);
        json!({
            "object": "organization_domain",
            "id": self.id,
            "organization_id": self.organization_id,
            "name": self.name,
            "enrollment_mode": self.enrollment_mode,
            "affiliation_email_address": null,
            "affiliation_verification": affiliation,
            "ownership_verification": self.owned_at.map(verified),
            "verification": affiliation,
            "total_pending_invitations": 0,
            "total_pending_suggestions": 0,
            "public_organization_data": organization.map(Organization::to_public_json),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

fn verified(at: UnixTime) -> Value {
    json!({
        "status": "verified",
        "strategy": "manual_override",
        "attempts": null,
        "expire_at": null,
        "verified_at": at.as_millis(),
    })
}
