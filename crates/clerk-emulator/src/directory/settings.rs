use serde_json::{Value, json};

use super::Organization;

/// What is set for the whole instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct InstanceSettings {
    pub(crate) organizations: OrganizationSettings,
}

/// How organizations work.
#[derive(Clone, Debug)]
pub(crate) struct OrganizationSettings {
    pub(crate) enabled: bool,
    /// Of an organization that does not say otherwise. Zero is no limit.
    pub(crate) max_allowed_memberships: u64,
    /// Of a new organization.
    pub(crate) admin_delete_enabled: bool,
    pub(crate) domains_enabled: bool,
    pub(crate) domains_enrollment_modes: Vec<String>,
    /// The key of the role of whoever creates an organization.
    pub(crate) creator_role: String,
    /// The key of the role of whoever joins by a domain.
    pub(crate) domains_default_role: String,
    pub(crate) slug_disabled: bool,
}

impl OrganizationSettings {
    /// How many roles an instance has at most.
    pub(crate) const MAX_ROLES: usize = 10;

    /// The API's organization settings object.
    pub(crate) fn to_json(&self) -> Value {
        let off = json!({ "enabled": false });
        json!({
            "object": "organization_settings",
            "enabled": self.enabled,
            "max_allowed_memberships": self.max_allowed_memberships,
            "max_allowed_roles": Self::MAX_ROLES,
            "max_allowed_domains": 0,
            "max_allowed_permissions": 0,
            "creator_role": self.creator_role,
            "admin_delete_enabled": self.admin_delete_enabled,
            "domains_enabled": self.domains_enabled,
            "domains_enrollment_modes": self.domains_enrollment_modes,
            "domains_default_role": self.domains_default_role,
            "slug_disabled": self.slug_disabled,
            "force_organization_selection": false,
            "organization_creation_defaults": {
                "enabled": false,
                "automatic_organization_creation": off,
                "detect_from_email_domain": off,
            },
        })
    }
}

/// Those of a new instance of Clerk's.
impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            max_allowed_memberships: Organization::MAX_MEMBERS,
            admin_delete_enabled: true,
            domains_enabled: false,
            domains_enrollment_modes: Vec::new(),
            creator_role: "org:admin".to_owned(),
            domains_default_role: "org:member".to_owned(),
            slug_disabled: false,
        }
    }
}
