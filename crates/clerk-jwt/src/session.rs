//! What a session token says of the signed-in user (versions 1 and 2 of its claims).

mod features;
mod organization;

use core::fmt;

pub use self::{
    features::Entitlements,
    organization::{Organization, Permissions},
};

use crate::{Claims, NumericDate, claims::Name, json};

/// The claims of a session token.
///
/// Both versions of the claims that Clerk issues are read the same way; see
/// <https://clerk.com/docs/backend-requests/resources/session-tokens>. Where a claim is damaged,
/// what it would have granted is not granted.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionClaims(Claims);

impl SessionClaims {
    /// The claims of a token that was found to be a session's.
    pub(crate) const fn new(claims: Claims) -> Self {
        Self(claims)
    }

    /// The user: `user_…`.
    pub fn user_id(&self) -> &str {
        self.0.subject().unwrap_or_default()
    }

    /// The session: `sess_…`.
    pub fn session_id(&self) -> &str {
        self.0.session_id().unwrap_or_default()
    }

    /// Whether the session is complete or has tasks left to do.
    ///
    /// Tokens from before `sts` was introduced are of active sessions.
    pub fn status(&self) -> SessionStatus<'_> {
        match self.0.text(Name::Sts) {
            Some("active") => SessionStatus::Active,
            None if self.0.raw(Name::Sts).is_none() => SessionStatus::Active,
            Some("pending") => SessionStatus::Pending,
            other => SessionStatus::Other(other.unwrap_or_default()),
        }
    }

    /// The organization that is active in the session, if any.
    pub fn organization(&self) -> Option<Organization<'_>> {
        Organization::of(&self.0)
    }

    /// The features the user and the active organization are entitled to.
    pub fn features(&self) -> Entitlements<'_> {
        Entitlements::new(self.0.text(Name::Features))
    }

    /// The plans the user and the active organization subscribe to.
    pub fn plans(&self) -> Entitlements<'_> {
        Entitlements::new(self.0.text(Name::Plans))
    }

    /// How long ago each factor was verified when the token was issued.
    ///
    /// `None` where the claim is missing or damaged, which is not the same as "just now".
    pub fn factor_ages(&self) -> Option<FactorAges> {
        let ages: [f64; 2] = serde_json::from_str(self.0.raw(Name::Fva)?).ok()?;
        let age = |minutes: f64| {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "range-checked in the same expression"
            )]
            if minutes == -1.0 {
                Some(None)
            } else if (0.0..=f64::from(u32::MAX)).contains(&minutes) {
                Some(Some(minutes as u32))
            } else {
                None
            }
        };
        let [first, second] = ages;
        Some(FactorAges {
            first: age(first)?,
            second: age(second)?,
        })
    }

    /// Who acts as the user, where somebody does (RFC 8693 §4.1).
    pub fn actor(&self) -> Option<Actor<'_>> {
        let json = self.0.raw(Name::Act).filter(|raw| raw.starts_with('{'))?;
        Some(Actor { json })
    }

    /// The version of the claims: 2 for the ones Clerk issues today, 1 for older ones.
    pub fn version(&self) -> u8 {
        if is_version_2(&self.0) { 2 } else { 1 }
    }

    /// When the token stops being valid.
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.0.expires_at()
    }

    /// All claims, including the application's own: see [`Claims::custom`].
    pub const fn all(&self) -> &Claims {
        &self.0
    }
}

impl AsRef<Claims> for SessionClaims {
    fn as_ref(&self) -> &Claims {
        &self.0
    }
}

impl fmt::Debug for SessionClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionClaims")
            .field("user_id", &self.user_id())
            .field("session_id", &self.session_id())
            .field(
                "organization",
                &self.organization().map(|o| o.id().into_owned()),
            )
            .finish_non_exhaustive()
    }
}

pub(crate) fn is_version_2(claims: &Claims) -> bool {
    claims
        .raw(Name::V)
        .and_then(|raw| serde_json::from_str::<f64>(raw).ok())
        .is_some_and(|version| version == 2.0)
}

/// Whether a session is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionStatus<'c> {
    /// The user is signed in.
    Active,
    /// The user has signed in but has something left to do, such as choosing an organization.
    /// Treat the user as signed out unless the request is part of doing it.
    Pending,
    /// A status this version does not know.
    Other(&'c str),
}

/// How long ago a session's factors were verified (`fva`), in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactorAges {
    /// Minutes since the first factor was verified; `None` where it never was.
    pub first: Option<u32>,
    /// Minutes since the second factor was verified; `None` where the user has none.
    pub second: Option<u32>,
}

/// Who acts as the user (`act`): an impersonating member of the team, or an agent.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'c> {
    json: &'c str,
}

impl<'c> Actor<'c> {
    /// Who acts. `None` where the claim does not say it as a string.
    pub fn subject(&self) -> Option<alloc::borrow::Cow<'c, str>> {
        let mut subject = None;
        let read = json::members(self.json, |name, raw| match name {
            "sub" => json::once(&mut subject, raw),
            _ => Ok(()),
        });
        read.ok()?;
        json::text(subject?)
    }

    /// The claim's JSON text.
    pub const fn as_json(&self) -> &'c str {
        self.json
    }
}
