//! What somebody has to be allowed to do, and whether a session allows it.

mod denied;
mod reverification;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use clerk_jwt::{Entitlements, Organization, SessionClaims};

pub use self::{
    denied::Denied,
    reverification::{FactorLevel, InvalidReverification, Reverification},
};

/// What a session has to have: roles, permissions, features, plans, a recent verification.
///
/// Everything that is asked has to be there; a requirement that asks for nothing is never met. What
/// a damaged claim would have granted is not granted.
///
/// ```
/// use clerk_auth::{Requirement, Reverification};
///
/// let to_pay = Requirement::new()
///     .permission("org:invoices:pay")
///     .plan("org:business")
///     .reverification(Reverification::STRICT);
/// # fn pay(session: &clerk_auth::SessionAuth, to_pay: &Requirement) -> Result<(), clerk_auth::Denied> {
/// session.require(to_pay)?;
/// # Ok(())
/// # }
/// # let _ = to_pay;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a requirement protects nothing until a session is asked for it"]
pub struct Requirement(Vec<Ask>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    Role(Cow<'static, str>),
    Permission(Cow<'static, str>),
    Feature(Cow<'static, str>),
    Plan(Cow<'static, str>),
    Reverification(Reverification),
}

impl Requirement {
    /// Asks for nothing yet, and is met by nobody.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Asks for a role in the active organization: `org:admin`. The `org:` may be left out.
    pub fn role(self, role: impl Into<Cow<'static, str>>) -> Self {
        self.and(Ask::Role(role.into()))
    }

    /// Asks for a permission in the active organization: `org:invoices:read`. The first `org:` may
    /// be left out.
    ///
    /// Clerk's system permissions (`org:sys_…`) are in no session token, so nobody has them here;
    /// ask for a role instead.
    pub fn permission(self, permission: impl Into<Cow<'static, str>>) -> Self {
        self.and(Ask::Permission(permission.into()))
    }

    /// Asks for a feature of the user's plan or of the active organization's.
    ///
    /// `org:audit_log` asks the organization alone for it, `user:audit_log` the user alone.
    pub fn feature(self, feature: impl Into<Cow<'static, str>>) -> Self {
        self.and(Ask::Feature(feature.into()))
    }

    /// Asks for a plan of the user or of the active organization.
    ///
    /// `org:business` asks the organization alone for it, `user:business` the user alone.
    pub fn plan(self, plan: impl Into<Cow<'static, str>>) -> Self {
        self.and(Ask::Plan(plan.into()))
    }

    /// Asks that the user has proven not long ago to be the user.
    pub fn reverification(self, reverification: Reverification) -> Self {
        self.and(Ask::Reverification(reverification))
    }

    fn and(mut self, ask: Ask) -> Self {
        self.0.push(ask);
        self
    }

    /// Whether a session with these claims meets the requirement.
    ///
    /// # Errors
    ///
    /// What is missing. If it is several things, it is the first of: role, permission, feature,
    /// plan, reverification. So nobody is asked to verify again for what would be denied anyway.
    pub fn check(&self, claims: &SessionClaims) -> Result<(), Denied> {
        if claims.user_id().is_empty() {
            return Err(Denied::SignedOut);
        }
        if self.0.is_empty() {
            return Err(Denied::NothingAsked);
        }
        // Reading it unpacks every permission, so it is done once, and only if it matters.
        let organization = self
            .0
            .iter()
            .any(Ask::is_of_organization)
            .then(|| claims.organization())
            .flatten();
        self.0
            .iter()
            .filter(|ask| !ask.is_met(claims, organization.as_ref()))
            .min_by_key(|ask| ask.rank())
            .map_or(Ok(()), |ask| Err(ask.denied()))
    }
}

impl Ask {
    const fn rank(&self) -> u8 {
        match self {
            Self::Role(_) => 0,
            Self::Permission(_) => 1,
            Self::Feature(_) => 2,
            Self::Plan(_) => 3,
            Self::Reverification(_) => 4,
        }
    }

    const fn is_of_organization(&self) -> bool {
        matches!(self, Self::Role(_) | Self::Permission(_))
    }

    fn is_met(&self, claims: &SessionClaims, organization: Option<&Organization<'_>>) -> bool {
        match self {
            Self::Role(role) => organization
                .and_then(Organization::role)
                .is_some_and(|held| without_prefix(held) == without_prefix(role)),
            Self::Permission(permission) => organization.is_some_and(|organization| {
                let asked = without_prefix(permission);
                let mut held = organization.permissions().iter();
                // Unlike roles, permissions never stand in a token without their prefix.
                held.any(|held| held.strip_prefix("org:") == Some(asked))
            }),
            Self::Feature(feature) => entitles(claims.features(), feature),
            Self::Plan(plan) => entitles(claims.plans(), plan),
            Self::Reverification(asked) => claims
                .factor_ages()
                .is_some_and(|ages| asked.is_met(ages.first, ages.second)),
        }
    }

    fn denied(&self) -> Denied {
        match self {
            Self::Role(role) => Denied::Role(role.clone()),
            Self::Permission(permission) => Denied::Permission(permission.clone()),
            Self::Feature(feature) => Denied::Feature(feature.clone()),
            Self::Plan(plan) => Denied::Plan(plan.clone()),
            Self::Reverification(asked) => Denied::Reverification(*asked),
        }
    }
}

/// However many times `org:` stands before a name, it means the same.
fn without_prefix(name: &str) -> &str {
    name.trim_start_matches("org:")
}

/// Whether `asked`, a slug that may have a scope before it, is among the entitlements.
///
/// What follows a second colon does not count. A scope that is not known denies: the caller meant
/// to narrow the question, and asking everybody instead would widen it.
fn entitles(held: Entitlements<'_>, asked: &str) -> bool {
    let mut parts = asked.split(':');
    let (slug, scope) = match (parts.next(), parts.next()) {
        (Some(scope), Some(slug)) => (slug, Some(scope)),
        (slug, _) => (slug.unwrap_or_default(), None),
    };
    if slug.is_empty() {
        return false;
    }
    match scope {
        None => held.contains(slug),
        Some("o" | "org" | "organization") => held.of_organization().any(|one| one == slug),
        Some("u" | "user") => held.of_user().any(|one| one == slug),
        Some(_) => false,
    }
}
