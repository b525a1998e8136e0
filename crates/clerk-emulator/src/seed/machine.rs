use clerk_core::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::{Moment, Secret, is_default};

/// A machine of a [`Seed`](crate::Seed), which makes tokens to call other machines with.
///
/// ```
/// use clerk_emulator::{Emulator, MachineSeed, Seed};
///
/// let seed = Seed::empty()
///     .machine(MachineSeed::new("reports").secret_key("ak_000000000000000000000reports").scope("billing"))
///     .machine(MachineSeed::new("billing"));
/// # let _ = Emulator::builder().seed(seed).build()?;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, `{"name":"reports","secret_key":"ak_…","scopes":["billing"]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineSeed {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) secret_key: Option<Secret>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) default_token_ttl: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
}

impl MachineSeed {
    /// A machine that calls none.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `mch_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Pins the secret key: `ak_` and 8 characters or more. Without it, the key differs in each run.
    #[must_use]
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(Secret::new(key));
        self
    }

    /// Has its tokens be for another machine, by that one's name or id.
    #[must_use]
    pub fn scope(mut self, machine: impl Into<String>) -> Self {
        self.scopes.push(machine.into());
        self
    }

    /// How long its tokens live, in seconds: an hour, unless this says otherwise.
    #[must_use]
    pub fn default_token_ttl(mut self, seconds: u64) -> Self {
        self.default_token_ttl = Some(seconds);
        self
    }
}

/// An API key of a [`Seed`](crate::Seed), of a user or an organization.
///
/// ```
/// use clerk_emulator::{ApiKeySeed, Emulator, Seed};
///
/// let key = ApiKeySeed::new("deploys", "ada@example.com")
///     .secret("ak_0000000000000000000000000ci")
///     .scope("reports:read");
/// # let _ = Emulator::builder().seed(Seed::example().api_key(key)).build()?;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, `{"name":"deploys","subject":"ada@example.com","secret":"ak_…","scopes":["reports:read"]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeySeed {
    pub(crate) name: String,
    pub(crate) subject: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) secret: Option<Secret>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) claims: Option<Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_by: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) expires_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
}

impl ApiKeySeed {
    /// A key of a user, by e-mail address, of an organization, by slug, or of whatever has the id. It never expires.
    pub fn new(name: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            subject: subject.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `ak_` and 32 upper-case hexadecimal digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Pins the secret: `ak_` and 8 characters or more. Without it, the secret differs in each run.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Secret::new(secret));
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Sets the claims.
    #[must_use]
    pub fn claims(mut self, claims: impl Into<Value>) -> Self {
        self.claims = Some(claims.into());
        self
    }

    /// When it expires.
    #[must_use]
    pub fn expires_at(mut self, at: UnixTime) -> Self {
        self.expires_at = Some(Moment(at));
        self
    }
}
