mod external_account;
mod instance;

pub use external_account::ExternalAccountSeed;
pub use instance::InstanceSeed;

use std::collections::BTreeMap;

use clerk_core::Redacted;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::webhooks::WebhookEndpoint;

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
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub(crate) instance: InstanceSeed,
    pub(crate) roles: Vec<RoleSeed>,
    pub(crate) users: Vec<UserSeed>,
    pub(crate) organizations: Vec<OrganizationSeed>,
    pub(crate) jwt_templates: Vec<TemplateSeed>,
    pub(crate) webhooks: Vec<WebhookEndpoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleSeed {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
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
    /// The text is not JSON, or has a member that seeds do not have. Whether the parts fit
    /// together is checked when the emulator is built.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Adds a role, or gives `org:admin` and `org:member` these permissions.
    #[must_use]
    pub fn role<P: Into<String>>(
        mut self,
        key: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.roles.push(RoleSeed {
            key: key.into(),
            permissions: permissions.into_iter().map(Into::into).collect(),
        });
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
}

/// A user of a [`Seed`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSeed {
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    #[serde(default)]
    pub(crate) last_name: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub(crate) password: Option<Redacted<String>>,
    #[serde(default)]
    pub(crate) external_id: Option<String>,
    #[serde(default)]
    pub(crate) public_metadata: Map<String, Value>,
    #[serde(default)]
    pub(crate) plan: Option<String>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    #[serde(default)]
    pub(crate) external_accounts: Vec<ExternalAccountSeed>,
}

fn secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Redacted<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Redacted::new))
}

impl UserSeed {
    /// A user with this verified e-mail address.
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            id: None,
            first_name: None,
            last_name: None,
            username: None,
            password: None,
            external_id: None,
            public_metadata: Map::new(),
            plan: None,
            features: Vec::new(),
            external_accounts: Vec::new(),
        }
    }

    /// Pins the id: `user_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the first and the last name.
    #[must_use]
    pub fn name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = Some(first.into());
        self.last_name = Some(last.into());
        self
    }

    /// Sets the name that the user signs in by, where the [instance](InstanceSeed::username) has such names.
    #[must_use]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.username = Some(name.into());
        self
    }

    /// Sets the password that the user signs in with. The emulator keeps a hash of it.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Redacted::new(password.into()));
        self
    }

    /// Sets the id that the application's own system has for the user.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// Has the user sign in by an account with somebody else. The e-mail address comes from the first.
    #[must_use]
    pub fn external_account(mut self, account: ExternalAccountSeed) -> Self {
        self.external_accounts.push(account);
        self
    }

    /// Sets one member of the user's public metadata.
    #[must_use]
    pub fn public_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.public_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets the user's own plan: the claim `pla` then has `u:<plan>`.
    #[must_use]
    pub fn plan(mut self, slug: impl Into<String>) -> Self {
        self.plan = Some(slug.into());
        self
    }

    /// Adds a feature of the user's own plan: the claim `fea` then has `u:<feature>`.
    #[must_use]
    pub fn feature(mut self, slug: impl Into<String>) -> Self {
        self.features.push(slug.into());
        self
    }
}

/// An organization of a [`Seed`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSeed {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) plan: Option<String>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    #[serde(default)]
    pub(crate) members: BTreeMap<String, String>,
}

impl OrganizationSeed {
    /// An organization with this slug, named like it.
    pub fn new(slug: impl Into<String>) -> Self {
        Self {
            slug: slug.into(),
            id: None,
            name: None,
            plan: None,
            features: Vec::new(),
            members: BTreeMap::new(),
        }
    }

    /// Pins the id: `org_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the organization's plan: the claim `pla` then has `o:<plan>`.
    #[must_use]
    pub fn plan(mut self, slug: impl Into<String>) -> Self {
        self.plan = Some(slug.into());
        self
    }

    /// Adds a feature of the organization's plan: the claim `fea` then has `o:<feature>`. A
    /// permission `org:<feature>:<action>` is in tokens only where the organization has the
    /// feature.
    #[must_use]
    pub fn feature(mut self, slug: impl Into<String>) -> Self {
        self.features.push(slug.into());
        self
    }

    /// Makes the user with this e-mail address a member, in a role such as `org:admin`.
    #[must_use]
    pub fn member(mut self, email: impl Into<String>, role: impl Into<String>) -> Self {
        self.members.insert(email.into(), role.into());
        self
    }
}

/// A JWT template of a [`Seed`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSeed {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) claims: Map<String, Value>,
    #[serde(default = "default_lifetime")]
    pub(crate) lifetime: u64,
    #[serde(default = "default_skew")]
    pub(crate) allowed_clock_skew: u64,
}

fn default_lifetime() -> u64 {
    60
}

fn default_skew() -> u64 {
    5
}

impl TemplateSeed {
    /// A template without claims of its own: tokens live 60 seconds and are valid from 5 seconds
    /// before they are issued.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            claims: Map::new(),
            lifetime: default_lifetime(),
            allowed_clock_skew: default_skew(),
        }
    }

    /// Adds a claim. Text may hold shortcodes: `{{user.id}}`, `{{org.slug}}`,
    /// `{{user.public_metadata.plan || 'free'}}`. A text that is one shortcode keeps the JSON
    /// type of what it stands for.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// How long tokens live, in seconds: 30 to 315360000.
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// How many seconds before its issue a token becomes valid (`nbf`): 0 to 300.
    #[must_use]
    pub fn allowed_clock_skew(mut self, seconds: u64) -> Self {
        self.allowed_clock_skew = seconds;
        self
    }
}
