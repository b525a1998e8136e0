use std::{fmt, sync::Arc};

use clerk_core::{Redacted, UnixTime};
use clerk_jwt::{M2mClaims, NumericDate, OAuthClaims, Verified};
use serde::Deserialize;

use super::machine_claims::{actor, attached};
use crate::{Denied, MachineTokenType, Requirement, TokenType};

/// What a machine token says of its holder.
///
/// Cloning it copies a pointer. Which of the accessors have an answer depends on the
/// [`kind`](Self::kind):
///
/// | | API key | M2M token | OAuth access token |
/// |---|---|---|---|
/// | `subject` | a user or an organization | a machine | a user |
/// | `user_id` | if it is a user's | | yes |
/// | `org_id` | if it is an organization's | | |
/// | `machine_id` | | yes | |
/// | `client_id` | | | yes |
/// | `name` | yes | | |
/// | `claims` | if attached | if attached | |
/// | `audiences` | if attached | if attached | if it is for somebody |
/// | `actor_json` | | | if it was exchanged |
///
/// ```
/// use clerk_auth::MachineAuth;
///
/// fn may_read(machine: &MachineAuth) -> bool {
///     machine.scopes().any(|scope| scope == "invoices:read")
/// }
/// ```
#[derive(Clone)]
pub struct MachineAuth(Arc<Machine>);

/// What there is to know, from whichever source.
pub(crate) struct Machine {
    pub(crate) kind: MachineTokenType,
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) claims: Option<Box<str>>,
    pub(crate) name: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) actor: Option<Box<str>>,
    pub(crate) created_at: Option<UnixTime>,
    pub(crate) expires_at: Option<UnixTime>,
    pub(crate) token: Redacted<Box<str>>,
}

impl MachineAuth {
    /// The machine of a verified M2M token. `token` is its text, which [`token`](Self::token)
    /// passes on.
    pub fn of_m2m(verified: &Verified<M2mClaims>, token: impl Into<Box<str>>) -> Self {
        let claims = verified.claims();
        let all = claims.all();
        Machine {
            kind: MachineTokenType::M2m,
            id: all.token_id().unwrap_or_default().to_owned(),
            subject: claims.machine_id().to_owned(),
            scopes: owned(claims.scopes()),
            claims: attached(all),
            name: None,
            client_id: None,
            audiences: owned(all.audience()),
            actor: None,
            created_at: all.issued_at().map(NumericDate::to_unix_time),
            expires_at: all.expires_at().map(NumericDate::to_unix_time),
            token: Redacted::new(token.into()),
        }
        .into()
    }

    /// Whoever holds a verified OAuth access token. `token` is its text, which
    /// [`token`](Self::token) passes on.
    pub fn of_oauth(verified: &Verified<OAuthClaims>, token: impl Into<Box<str>>) -> Self {
        let claims = verified.claims();
        let all = claims.all();
        Machine {
            kind: MachineTokenType::OAuth,
            id: all.token_id().unwrap_or_default().to_owned(),
            subject: claims.user_id().to_owned(),
            scopes: owned(claims.scopes()),
            claims: None,
            name: None,
            client_id: claims.client_id().map(str::to_owned),
            audiences: owned(all.audience()),
            actor: actor(all),
            created_at: all.issued_at().map(NumericDate::to_unix_time),
            expires_at: all.expires_at().map(NumericDate::to_unix_time),
            token: Redacted::new(token.into()),
        }
        .into()
    }

    /// The type of token.
    pub fn kind(&self) -> MachineTokenType {
        self.0.kind
    }

    /// The token's own id: `ak_…`, `mt_…` or `oat_…`. Empty where the token does not say it.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whom the token stands for: `user_…`, `org_…` or `mch_…`.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What the token may be used for. For M2M tokens, the machines it may call.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// The user the API key belongs to, or who granted the OAuth access token.
    pub fn user_id(&self) -> Option<&str> {
        match self.kind() {
            MachineTokenType::ApiKey | MachineTokenType::OAuth => self.subject_with("user_"),
            MachineTokenType::M2m => None,
        }
    }

    /// The organization the API key belongs to.
    pub fn org_id(&self) -> Option<&str> {
        match self.kind() {
            MachineTokenType::ApiKey => self.subject_with("org_"),
            MachineTokenType::M2m | MachineTokenType::OAuth => None,
        }
    }

    /// The machine that holds the M2M token.
    pub fn machine_id(&self) -> Option<&str> {
        match self.kind() {
            MachineTokenType::M2m => Some(self.subject()),
            MachineTokenType::ApiKey | MachineTokenType::OAuth => None,
        }
    }

    /// The OAuth application that access was granted to.
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// Whom the token is for, where it says so (`aud`): of API keys and M2M tokens, where whoever made
    /// them said so. To accept only tokens for this server, set the audiences it stands for instead;
    /// they fail closed.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.0.audiences.iter().map(String::as_str)
    }

    /// Who acts for the subject of an OAuth access token that was exchanged for another, as a JSON object
    /// with `sub` (RFC 8693, section 4.1).
    pub fn actor_json(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// The API key's name.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The claims that were attached to the token when it was made, as JSON.
    pub fn claims_json(&self) -> Option<&str> {
        self.0.claims.as_deref()
    }

    /// Reads the attached claims into a type of the application's own. Those of a token without
    /// any read as `null`.
    ///
    /// ```
    /// # use clerk_auth::{MachineAuth, UnexpectedClaims};
    /// #[derive(serde::Deserialize)]
    /// struct Tenant {
    ///     tenant: String,
    /// }
    ///
    /// fn tenant(machine: &MachineAuth) -> Result<Option<String>, UnexpectedClaims> {
    ///     let claims: Option<Tenant> = machine.claims()?;
    ///     Ok(claims.map(|claims| claims.tenant))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The claims do not have the shape of `T`.
    pub fn claims<'c, T: Deserialize<'c>>(&'c self) -> Result<T, UnexpectedClaims> {
        serde_json::from_str(self.claims_json().unwrap_or("null")).map_err(UnexpectedClaims)
    }

    /// When the token was made.
    pub fn created_at(&self) -> Option<UnixTime> {
        self.0.created_at
    }

    /// When the token stops being valid; `None` for one that does not expire.
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.0.expires_at
    }

    /// The token itself. Whoever calls this must not log it.
    pub fn token(&self) -> &str {
        self.0.token.expose()
    }

    /// Never true: roles, permissions, features and plans are a session's.
    pub fn has(&self, requirement: &Requirement) -> bool {
        self.require(requirement).is_ok()
    }

    /// Never goes on, as [`has`](Self::has) is never true.
    ///
    /// # Errors
    ///
    /// [`Denied::Machine`].
    pub const fn require(&self, _requirement: &Requirement) -> Result<(), Denied> {
        Err(Denied::Machine)
    }

    fn subject_with(&self, prefix: &str) -> Option<&str> {
        Some(self.subject()).filter(|subject| subject.starts_with(prefix))
    }
}

impl From<Machine> for MachineAuth {
    fn from(machine: Machine) -> Self {
        Self(Arc::new(machine))
    }
}

impl fmt::Debug for MachineAuth {
    /// Shows whom the token stands for; neither the token nor what was attached to it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineAuth")
            .field("token_type", &TokenType::from(self.kind()))
            .field("id", &self.id())
            .field("subject", &self.subject())
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

/// The claims attached to a machine token do not have the shape that was asked for. How, its
/// [`source`](std::error::Error::source) says; that may repeat a claim, which the text does not.
#[derive(Debug, thiserror::Error)]
#[error("the claims attached to the machine token do not have the expected shape")]
pub struct UnexpectedClaims(#[source] serde_json::Error);

fn owned(scopes: Vec<std::borrow::Cow<'_, str>>) -> Vec<String> {
    scopes
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}
