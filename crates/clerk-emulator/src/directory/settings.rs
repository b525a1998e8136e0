use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Organization;

/// What is set for the whole instance. By these names seeds have it, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstanceSettings {
    pub(crate) sign_up_mode: SignUpMode,
    /// Whether a browser has one session at a time.
    pub(crate) single_session_mode: bool,
    pub(crate) password: Presence,
    pub(crate) username: Presence,
    pub(crate) first_name: Presence,
    pub(crate) last_name: Presence,
    /// With whom people may have accounts by which they sign in: `google`, `github`, …
    pub(crate) social: Vec<String>,
    /// Whether links in mails do what codes do.
    pub(crate) email_links: bool,
    pub(crate) organizations: OrganizationSettings,
    pub(crate) restrictions: Restrictions,
    pub(crate) protect: Protect,
    pub(crate) oauth_applications: OAuthApplicationSettings,
    /// Of applications that are no web pages.
    pub(crate) allowed_origins: Vec<String>,
    /// The codes of countries that get no text messages.
    pub(crate) blocked_country_codes: Vec<String>,
    /// The local part of the address that Clerk's mails come from.
    pub(crate) from_email_address: String,
    pub(crate) progressive_sign_up: bool,
    /// Whether there is an application at Svix.
    pub(crate) svix_app: bool,
}

/// Those of a new instance of Clerk's.
impl Default for InstanceSettings {
    fn default() -> Self {
        Self {
            sign_up_mode: SignUpMode::Public,
            single_session_mode: true,
            password: Presence::Required,
            username: Presence::Off,
            first_name: Presence::Optional,
            last_name: Presence::Optional,
            social: Vec::new(),
            email_links: false,
            organizations: OrganizationSettings::default(),
            restrictions: Restrictions::default(),
            protect: Protect::default(),
            oauth_applications: OAuthApplicationSettings::default(),
            allowed_origins: Vec::new(),
            blocked_country_codes: Vec::new(),
            from_email_address: String::new(),
            progressive_sign_up: false,
            svix_app: false,
        }
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpMode {
    /// Everybody.
    #[default]
    Public,
    /// Whoever was invited.
    Restricted,
}

impl SignUpMode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

/// Whether users have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Nobody has it.
    Off,
    /// Those who want to.
    Optional,
    /// Nobody signs up without it.
    Required,
}

impl Presence {
    pub(crate) fn is_on(self) -> bool {
        self != Self::Off
    }

    pub(crate) fn is_required(self) -> bool {
        self == Self::Required
    }
}

/// Who of those that sign up is kept out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Restrictions {
    /// Nobody but those on the allowlist.
    pub(crate) allowlist: bool,
    /// Nobody on the blocklist.
    pub(crate) blocklist: bool,
    pub(crate) allowlist_blocklist_disabled_on_sign_in: bool,
    /// No addresses such as `ada+x@example.com`.
    pub(crate) block_email_subaddresses: bool,
    pub(crate) block_disposable_email_domains: bool,
}

impl Restrictions {
    /// The API's instance restrictions object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "instance_restrictions",
            "allowlist": self.allowlist,
            "blocklist": self.blocklist,
            "allowlist_blocklist_disabled_on_sign_in": self.allowlist_blocklist_disabled_on_sign_in,
            "block_email_subaddresses": self.block_email_subaddresses,
            "block_disposable_email_domains": self.block_disposable_email_domains,
            "ignore_dots_for_gmail_addresses": false,
        })
    }
}

/// What Clerk does against robots. An emulator does nothing against anybody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Protect {
    pub(crate) rules_enabled: bool,
    pub(crate) specter_enabled: bool,
}

impl Protect {
    /// The API's instance protect object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "instance_protect",
            "rules_enabled": self.rules_enabled,
            "specter_enabled": self.specter_enabled,
            "checks_bypassed": false,
        })
    }
}

/// How OAuth applications work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OAuthApplicationSettings {
    pub(crate) dynamic_client_registration: bool,
    /// Without any, Clerk's own.
    pub(crate) default_scopes: Option<Vec<String>>,
    pub(crate) jwt_access_tokens: bool,
    pub(crate) metadata_documents_advertised: bool,
    pub(crate) metadata_documents_of_known_clients_alone: bool,
    pub(crate) metadata_documents_of_implicit_clients_blocked: bool,
}

impl OAuthApplicationSettings {
    /// The API's settings object of OAuth applications.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "oauth_application_settings",
            "dynamic_oauth_client_registration": self.dynamic_client_registration,
            "default_scopes": self.default_scopes,
            "oauth_jwt_access_tokens": self.jwt_access_tokens,
            "client_id_metadata_documents_advertised": self.metadata_documents_advertised,
            "client_id_metadata_documents_only_allow_pre_registered_clients":
                self.metadata_documents_of_known_clients_alone,
            "client_id_metadata_documents_block_implicitly_allowed_clients":
                self.metadata_documents_of_implicit_clients_blocked,
        })
    }
}

/// How organizations work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
    /// Whether everybody has to be in one of their organizations to count as signed in.
    pub(crate) force_organization_selection: bool,
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
            "force_organization_selection": self.force_organization_selection,
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
            force_organization_selection: false,
        }
    }
}
