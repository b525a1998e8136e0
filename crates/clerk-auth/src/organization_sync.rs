//! Paths that name an organization, and whether it is the one that is active.

mod pattern;
#[cfg(test)]
mod tests;

use clerk_jwt::Organization;

use self::pattern::Pattern;
use crate::SessionAuth;

/// Which paths belong to an organization, and which to the user's personal account.
///
/// When somebody opens such a path while another organization is active, the session is first
/// switched to the one that the path names. Patterns are those of Express, `path-to-regexp` 6: the
/// parameter `:id` or `:slug` is the organization; other parameters and groups match without
/// meaning anything. Letter case does not matter, nor does a slash at the end.
///
/// ```
/// use clerk_auth::{OrganizationSync, OrganizationTarget};
///
/// let sync = OrganizationSync::new(["/orgs/:slug", "/orgs/:slug/(.*)"], ["/me", "/me/(.*)"])?;
/// assert_eq!(
///     sync.target("/orgs/acme/invoices"),
///     Some(OrganizationTarget::Slug("acme".into())),
/// );
/// assert_eq!(sync.target("/me/"), Some(OrganizationTarget::PersonalAccount));
/// assert_eq!(sync.target("/pricing"), None);
///
/// let error = OrganizationSync::new(["/orgs/:"], [""; 0]).unwrap_err();
/// assert!(error.to_string().starts_with("Invalid pattern \"/orgs/:\": "));
/// # Ok::<(), clerk_auth::InvalidPattern>(())
/// ```
///
/// Matching takes time linear in the path, whatever the pattern.
#[derive(Clone, Debug, Default)]
pub struct OrganizationSync {
    organizations: Vec<Pattern>,
    personal_accounts: Vec<Pattern>,
}

impl OrganizationSync {
    /// Reads the patterns of paths that belong to organizations and to personal accounts.
    ///
    /// # Errors
    ///
    /// One of them is no pattern, or uses what is not supported; the error names it.
    pub fn new<O: AsRef<str>, P: AsRef<str>>(
        organizations: impl IntoIterator<Item = O>,
        personal_accounts: impl IntoIterator<Item = P>,
    ) -> Result<Self, InvalidPattern> {
        let organizations = organizations.into_iter();
        let personal_accounts = personal_accounts.into_iter();
        Ok(Self {
            organizations: organizations
                .map(|pattern| Pattern::parse(pattern.as_ref()))
                .collect::<Result<_, _>>()?,
            personal_accounts: personal_accounts
                .map(|pattern| Pattern::parse(pattern.as_ref()))
                .collect::<Result<_, _>>()?,
        })
    }

    /// What a path, as it stands in a URL, belongs to.
    ///
    /// The first pattern that matches decides, and organizations come before personal accounts.
    pub fn target(&self, path: &str) -> Option<OrganizationTarget> {
        let first = |patterns: &[Pattern]| patterns.iter().find_map(|one| one.captures(path));
        if let Some(captured) = first(&self.organizations) {
            let organization = captured
                .id
                .map(OrganizationTarget::Id)
                .or_else(|| captured.slug.map(OrganizationTarget::Slug));
            if organization.is_some() {
                return organization;
            }
        }
        first(&self.personal_accounts).map(|_| OrganizationTarget::PersonalAccount)
    }
}

/// What a path belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrganizationTarget {
    /// The organization of this id.
    Id(String),
    /// The organization of this slug.
    Slug(String),
    /// The user's personal account: no organization.
    PersonalAccount,
}

impl OrganizationTarget {
    /// Whether something else is active in the session.
    pub fn mismatch(&self, session: &SessionAuth) -> bool {
        let active = session.organization();
        match self {
            Self::Id(id) => active.is_none_or(|active| active.id() != *id),
            Self::Slug(slug) => active.as_ref().and_then(Organization::slug) != Some(slug),
            Self::PersonalAccount => active.is_some(),
        }
    }

    /// What a handshake is told to switch to: an id, a slug, or nothing for the personal account.
    pub(crate) fn as_parameter(&self) -> &str {
        match self {
            Self::Id(name) | Self::Slug(name) => name,
            Self::PersonalAccount => "",
        }
    }
}

/// A pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid pattern \"{pattern}\": {problem}")]
pub struct InvalidPattern {
    pattern: String,
    problem: String,
}

impl InvalidPattern {
    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}
