mod address;
mod external_account;
mod form;
mod instance;
mod invalid;
mod invitation;
mod machine;
mod oauth_application;
mod organization;
mod place;
mod plan;
mod role;
mod template;
mod user;

pub use address::AddressSeed;
pub(crate) use address::AddressStatus;
pub use external_account::ExternalAccountSeed;
pub(crate) use form::{Moment, Secret};
pub use instance::InstanceSeed;
pub use invalid::InvalidSeed;
pub use invitation::InvitationSeed;
pub use machine::{ApiKeySeed, MachineSeed};
pub use oauth_application::OAuthApplicationSeed;
pub use organization::{DomainSeed, MemberSeed, OrganizationSeed};
pub(crate) use place::SeedPlace;
pub(crate) use plan::Payer;
pub use plan::PlanSeed;
pub use role::RoleSeed;
pub use template::TemplateSeed;
pub use user::UserSeed;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::webhooks::WebhookEndpoint;
use form::{is_default, texts_or_objects};

/// What an emulated instance holds before its first request, and again after a reset.
///
/// ```
/// use clerk_emulator::{Emulator, OrganizationSeed, Seed, UserSeed};
///
/// let seed = Seed::empty()
///     .role("org:billing", ["org:invoices:read"])
///     .user(UserSeed::new("grace@example.com").name("Grace", "Hopper"))
///     .organization(
///         OrganizationSeed::new("navy")
///             .feature("invoices")
///             .member("grace@example.com", "org:billing"),
///     );
/// let emulator = Emulator::builder().seed(seed).build()?;
/// assert!(emulator.user_id("grace@example.com").is_some());
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// The same as JSON, for tests in other languages; unknown members are errors:
///
/// ```
/// let seed = clerk_emulator::Seed::from_json(
///     r#"{
///         "roles": [{ "key": "org:billing", "permissions": ["org:invoices:read"] }],
///         "users": [{ "email": "grace@example.com", "first_name": "Grace" }],
///         "organizations": [{
///             "slug": "navy",
///             "features": ["invoices"],
///             "members": { "grace@example.com": "org:billing" }
///         }],
///         "jwt_templates": [{ "name": "api", "claims": { "email": "{{user.primary_email_address}}" } }],
///         "webhooks": [{ "url": "http://localhost:3000/webhooks", "events": ["user.*"] }]
///     }"#,
/// )?;
/// # Ok::<(), clerk_emulator::InvalidSeed>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) instance: InstanceSeed,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) roles: Vec<RoleSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) users: Vec<UserSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) organizations: Vec<OrganizationSeed>,
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) invitations: Vec<InvitationSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) machines: Vec<MachineSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) api_keys: Vec<ApiKeySeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) oauth_applications: Vec<OAuthApplicationSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) plans: Vec<PlanSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) allowlist: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) blocklist: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) waitlist: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) redirect_urls: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) jwt_templates: Vec<TemplateSeed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) webhooks: Vec<WebhookEndpoint>,
    /// What it was read from: errors say the line.
    #[serde(skip)]
    pub(crate) text: Option<Arc<str>>,
}

impl Seed {
    /// No users, no organizations, no templates; the roles `org:admin` and `org:member`.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Ada, the admin of the organization `acme`, and Bob, a member of it; the features
    /// `dashboard` and `teams`, permissions on both, and the JWT template `hasura`.
    pub fn example() -> Self {
        const ADMIN: [&str; 4] = [
            "org:dashboard:manage",
            "org:dashboard:read",
            "org:teams:manage",
            "org:teams:read",
        ];
        Self::empty()
            .role("org:admin", ADMIN)
            .role("org:member", ["org:dashboard:read", "org:teams:read"])
            .user(
                UserSeed::new("ada@example.com")
                    .id("user_0adaLovelaceExample00000000")
                    .name("Ada", "Lovelace")
                    .plan("free"),
            )
            .user(
                UserSeed::new("bob@example.com")
                    .id("user_0bobExampleMemberOfAcme0000")
                    .name("Bob", "Example")
                    .plan("free"),
            )
            .organization(
                OrganizationSeed::new("acme")
                    .id("org_0acmeExampleOrganization000")
                    .name("Acme")
                    .plan("team")
                    .feature("dashboard")
                    .feature("teams")
                    .member("ada@example.com", "org:admin")
                    .member("bob@example.com", "org:member"),
            )
            .jwt_template(TemplateSeed::new("hasura").claim(
                "https://hasura.io/jwt/claims",
                serde_json::json!({
                    "x-hasura-user-id": "{{user.id}}",
                    "x-hasura-org-id": "{{org.id}}",
                    "x-hasura-default-role": "user",
                    "x-hasura-allowed-roles": ["user"],
                }),
            ))
    }

    /// Reads a seed from JSON.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or has a member that seeds do not have: the error says on which line. Whether the parts fit
    /// together is checked when the emulator is built, whose error says the line, too.
    pub fn from_json(text: &str) -> Result<Self, InvalidSeed> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut seed: Self = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| InvalidSeed::unreadable(&error, text))?;
        let end = deserializer.end();
        end.map_err(|error| InvalidSeed::beyond_the_end(&error))?;
        seed.text = Some(text.into());
        Ok(seed)
    }

    /// Writes the seed as [`from_json`](Self::from_json) reads it, passwords and secrets, too.
    ///
    /// ```
    /// use clerk_emulator::{Seed, UserSeed};
    ///
    /// let seed = Seed::empty().user(UserSeed::new("ada@example.com").banned());
    /// let text = seed.to_json();
    /// assert!(text.contains(r#""email": "ada@example.com""#));
    /// assert_eq!(Seed::from_json(&text)?.to_json(), text);
    /// # Ok::<(), clerk_emulator::InvalidSeed>(())
    /// ```
    pub fn to_json(&self) -> String {
        // Nothing in it can fail: every key is a text.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Adds a role, or gives `org:admin` and `org:member` these permissions.
    #[must_use]
    pub fn role<P: Into<String>>(
        self,
        key: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut role = RoleSeed::new(key);
        role.permissions = permissions.into_iter().map(Into::into).collect();
        self.role_seed(role)
    }

    /// The same, with all that there is to say of a role.
    #[must_use]
    pub fn role_seed(mut self, role: RoleSeed) -> Self {
        self.roles.push(role);
        self
    }

    /// Adds a user.
    #[must_use]
    pub fn user(mut self, user: UserSeed) -> Self {
        self.users.push(user);
        self
    }

    /// Adds an organization.
    #[must_use]
    pub fn organization(mut self, organization: OrganizationSeed) -> Self {
        self.organizations.push(organization);
        self
    }

    /// Adds a JWT template.
    #[must_use]
    pub fn jwt_template(mut self, template: TemplateSeed) -> Self {
        self.jwt_templates.push(template);
        self
    }

    /// Says what the instance asks of those who sign up and in.
    #[must_use]
    pub fn instance(mut self, instance: InstanceSeed) -> Self {
        self.instance = instance;
        self
    }

    /// Adds an endpoint that webhooks are sent to.
    #[must_use]
    pub fn webhook(mut self, endpoint: impl Into<WebhookEndpoint>) -> Self {
        self.webhooks.push(endpoint.into());
        self
    }

    /// Invites somebody to the instance.
    #[must_use]
    pub fn invitation(mut self, invitation: impl Into<InvitationSeed>) -> Self {
        self.invitations.push(invitation.into());
        self
    }

    /// Adds a machine.
    #[must_use]
    pub fn machine(mut self, machine: MachineSeed) -> Self {
        self.machines.push(machine);
        self
    }

    /// Adds an API key of a user or an organization.
    #[must_use]
    pub fn api_key(mut self, key: ApiKeySeed) -> Self {
        self.api_keys.push(key);
        self
    }

    /// Adds an application that users sign in to.
    #[must_use]
    pub fn oauth_application(mut self, application: OAuthApplicationSeed) -> Self {
        self.oauth_applications.push(application);
        self
    }

    /// Adds a plan.
    #[must_use]
    pub fn plan(mut self, plan: PlanSeed) -> Self {
        self.plans.push(plan);
        self
    }

    /// Puts an e-mail address, `*@` and a domain, a phone number or a wallet on the allowlist, which counts where the
    /// [instance](InstanceSeed::allowlist) says so.
    #[must_use]
    pub fn allow(mut self, identifier: impl Into<String>) -> Self {
        self.allowlist.push(identifier.into());
        self
    }

    /// The same for the [blocklist](InstanceSeed::blocklist).
    #[must_use]
    pub fn block(mut self, identifier: impl Into<String>) -> Self {
        self.blocklist.push(identifier.into());
        self
    }

    /// Puts an e-mail address on the waitlist.
    #[must_use]
    pub fn waiting(mut self, email: impl Into<String>) -> Self {
        self.waitlist.push(email.into());
        self
    }

    /// Adds where applications that are no web pages may be sent back to.
    #[must_use]
    pub fn redirect_url(mut self, url: impl Into<String>) -> Self {
        self.redirect_urls.push(url.into());
        self
    }
}
