use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use core::time::Duration;

use clerk_core::UnixTime;

use crate::{
    ClaimProblem, Header, MachineScopes, VerifyError,
    claims::{Claims, Name},
};

/// What a token must say to be accepted, beyond being genuine.
///
/// The default asks for what Clerk's own SDKs ask for when nothing is configured: a subject, an
/// expiry that has not passed, and no `nbf` or `iat` ahead of now, with 5 seconds of leeway. Tokens
/// of machines are the exception: see [`MachineScopes`].
///
/// A list that is empty accepts nothing: it is as good as a list of names that no token has. To ask
/// for nothing, do not set it.
///
/// ```
/// use clerk_jwt::{AuthorizedParties, Policy};
/// use std::time::Duration;
///
/// let policy = Policy::default()
///     .issuers(["https://clerk.example.com"])
///     .authorized_parties(AuthorizedParties::require(["https://example.com"]))
///     .clock_skew(Duration::from_secs(2));
/// # let _ = policy;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    audiences: Option<Vec<Box<str>>>,
    authorized_parties: AuthorizedParties,
    issuers: Option<Vec<Box<str>>>,
    types: Option<Vec<Box<str>>>,
    machine_scopes: MachineScopes,
    clock_skew: Duration,
}

/// What is asked of `azp`, the origin that asked for a token.
///
/// Checking it keeps a token that one subdomain's page obtained from being used at another's
/// service. Tokens that the Backend API mints, and some cookies of old sessions, carry none; so
/// whether a missing one passes is yours to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuthorizedParties {
    /// Nothing is asked of it.
    #[default]
    Ignore,
    /// A missing `azp` passes; one that is there must be listed.
    MatchIfPresent(Vec<Box<str>>),
    /// `azp` must be there and be listed. This is what Clerk's own SDKs do with a list.
    Require(Vec<Box<str>>),
}

impl AuthorizedParties {
    /// [`Require`](Self::Require) one of `origins`, compared byte for byte.
    pub fn require<T: Into<Box<str>>>(origins: impl IntoIterator<Item = T>) -> Self {
        Self::Require(boxed(origins))
    }

    /// [`MatchIfPresent`](Self::MatchIfPresent) one of `origins`, compared byte for byte.
    pub fn match_if_present<T: Into<Box<str>>>(origins: impl IntoIterator<Item = T>) -> Self {
        Self::MatchIfPresent(boxed(origins))
    }

    /// The first entry that no browser could send: one that is not an origin as RFC 6454 §6.2 writes
    /// it, such as `https://example.com/`, `https://example.com:443` or `example.com`. No token would
    /// match it. Addresses are not looked at as closely: `https://127.1`, which browsers write `https://127.0.0.1`, is
    /// taken for one.
    ///
    /// ```
    /// use clerk_jwt::AuthorizedParties;
    ///
    /// let parties = AuthorizedParties::require(["https://example.com", "http://localhost:3000/"]);
    /// assert_eq!(parties.first_without_origin(), Some("http://localhost:3000/"));
    /// ```
    pub fn first_without_origin(&self) -> Option<&str> {
        let (Self::MatchIfPresent(origins) | Self::Require(origins)) = self else {
            return None;
        };
        let mut origins = origins.iter().map(|origin| &**origin);
        origins.find(|origin| !is_origin(origin))
    }
}

/// [`Require`](AuthorizedParties::Require), which is what Clerk's own SDKs do with a list.
impl<T: Into<Box<str>>> From<Vec<T>> for AuthorizedParties {
    fn from(origins: Vec<T>) -> Self {
        Self::require(origins)
    }
}

/// [`Require`](AuthorizedParties::Require), which is what Clerk's own SDKs do with a list.
impl<T: Into<Box<str>>, const N: usize> From<[T; N]> for AuthorizedParties {
    fn from(origins: [T; N]) -> Self {
        Self::require(origins)
    }
}

/// RFC 6454 §6.2, with any scheme: apps have their own.
fn is_origin(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    // An IPv6 address stands in brackets.
    let (address, rest) = match authority.strip_prefix('[').map(|it| it.split_once(']')) {
        Some(Some((address, rest))) => (Some(address), rest),
        Some(None) => return false,
        None => (None, authority),
    };
    let (name, port) = match rest.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (rest, None),
    };
    let in_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let in_name = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-' | b'_');
    let is_host = match address {
        Some(address) => name.is_empty() && address.bytes().all(in_address),
        // Pages that are files have no host, in browsers that name their origin at all.
        None if name.is_empty() => scheme == "file" && port.is_none(),
        None => name.bytes().all(in_name),
    };
    !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'+' | b'-' | b'.'))
        && is_host
        && port.is_none_or(|port| is_written_port(scheme, port))
}

/// Whether browsers write the port so, and do not leave it out as the one that goes with the scheme.
fn is_written_port(scheme: &str, port: &str) -> bool {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    let goes_with_scheme = matches!((scheme, port), ("https", "443") | ("http", "80"));
    is_number && port.parse::<u16>().is_ok() && !goes_with_scheme
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            audiences: None,
            authorized_parties: AuthorizedParties::Ignore,
            issuers: None,
            types: None,
            machine_scopes: MachineScopes::Undecided,
            clock_skew: Self::DEFAULT_CLOCK_SKEW,
        }
    }
}

impl Policy {
    /// The leeway that is given when none is configured: 5 seconds.
    pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(5);

    /// Accepts only tokens that are for one of `audiences`.
    ///
    /// Once this is set, a token without `aud`, or with one of another type, is refused.
    #[must_use]
    pub fn audiences<T: Into<Box<str>>>(mut self, audiences: impl IntoIterator<Item = T>) -> Self {
        self.audiences = Some(boxed(audiences));
        self
    }

    /// Says what is asked of `azp`. A list stands for [`AuthorizedParties::require`].
    #[must_use]
    pub fn authorized_parties(mut self, parties: impl Into<AuthorizedParties>) -> Self {
        self.authorized_parties = parties.into();
        self
    }

    /// Accepts only tokens that one of `issuers` issued, compared byte for byte.
    ///
    /// An instance's issuer is its Frontend API, `https://clerk.example.com`, or its proxy URL.
    #[must_use]
    pub fn issuers<T: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = T>) -> Self {
        self.issuers = Some(boxed(issuers));
        self
    }

    /// Requires `typ` to be one of `types`, where the kind of token does not say what it is.
    ///
    /// Without this, `typ` may be missing and must otherwise be `JWT`. With it, a missing `typ` is
    /// refused.
    #[must_use]
    pub fn types<T: Into<Box<str>>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.types = Some(boxed(types));
        self
    }

    /// Says for whom machine-to-machine tokens have to be.
    #[must_use]
    pub fn machine_scopes(mut self, scopes: MachineScopes) -> Self {
        self.machine_scopes = scopes;
        self
    }

    /// Sets the leeway for clocks that disagree. Zero is zero.
    #[must_use]
    pub const fn clock_skew(mut self, leeway: Duration) -> Self {
        self.clock_skew = leeway;
        self
    }

    pub(crate) fn check_typ(&self, header: &Header) -> Result<(), VerifyError> {
        match &self.types {
            None => header.check_typ_is_jwt_or_absent(),
            Some(types) => header.check_typ_is_one_of(types),
        }
    }

    /// What keeps any machine's token from being accepted.
    pub(crate) const fn check_machines(&self) -> Result<(), VerifyError> {
        match self.machine_scopes {
            MachineScopes::Undecided => Err(VerifyError::MachineUndecided),
            MachineScopes::Ignore | MachineScopes::Require(_) => Ok(()),
        }
    }

    pub(crate) fn check_machine_scopes(&self, scopes: &[Cow<'_, str>]) -> Result<(), VerifyError> {
        self.machine_scopes.check(scopes)
    }

    /// Judges the registered claims, in the order in which Clerk's own SDKs do.
    pub(crate) fn check_claims(&self, claims: &Claims, now: UnixTime) -> Result<(), VerifyError> {
        if claims.subject().is_none() {
            return Err(absent_or_not(claims, Name::Sub, "sub", "a string"));
        }
        self.check_audience(claims)?;
        self.check_authorized_party(claims)?;
        self.check_issuer(claims)?;
        self.check_dates(claims, now)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), VerifyError> {
        let Some(audiences) = &self.audiences else {
            return Ok(());
        };
        let Some(named) = claims.texts(Name::Aud) else {
            return Err(absent_or_not(
                claims,
                Name::Aud,
                "aud",
                "a string or an array of strings",
            ));
        };
        let accepted = |one: &str| !one.is_empty() && audiences.iter().any(|a| **a == *one);
        if named.iter().any(|one| accepted(one)) {
            Ok(())
        } else {
            Err(VerifyError::Claim {
                claim: "aud",
                problem: ClaimProblem::NotAccepted,
            })
        }
    }

    fn check_authorized_party(&self, claims: &Claims) -> Result<(), VerifyError> {
        let accepted = match &self.authorized_parties {
            AuthorizedParties::Ignore => return Ok(()),
            AuthorizedParties::MatchIfPresent(_) if claims.raw(Name::Azp).is_none() => {
                return Ok(());
            }
            AuthorizedParties::MatchIfPresent(accepted) | AuthorizedParties::Require(accepted) => {
                accepted
            }
        };
        match claims.authorized_party() {
            Some(azp) if !azp.is_empty() && accepted.iter().any(|one| **one == *azp) => Ok(()),
            None if claims.raw(Name::Azp).is_none() => Err(VerifyError::AuthorizedPartyMissing),
            _ => Err(VerifyError::AuthorizedParty),
        }
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), VerifyError> {
        let Some(issuers) = &self.issuers else {
            return Ok(());
        };
        match claims.issuer() {
            Some(iss) if !iss.is_empty() && issuers.iter().any(|one| **one == *iss) => Ok(()),
            _ => Err(VerifyError::Issuer),
        }
    }

    fn check_dates(&self, claims: &Claims, now: UnixTime) -> Result<(), VerifyError> {
        let Some(exp) = claims.expires_at() else {
            return Err(absent_or_not(claims, Name::Exp, "exp", NUMBER));
        };
        if exp.to_unix_time() <= now.saturating_sub(self.clock_skew) {
            return Err(VerifyError::Expired { exp, now });
        }
        let latest = now.saturating_add(self.clock_skew);
        if claims.raw(Name::Nbf).is_some() {
            let nbf = claims.not_before().ok_or(VerifyError::not("nbf", NUMBER))?;
            if nbf.to_unix_time() > latest {
                return Err(VerifyError::NotActiveYet { nbf, now });
            }
        }
        if claims.raw(Name::Iat).is_some() {
            let iat = claims.issued_at().ok_or(VerifyError::not("iat", NUMBER))?;
            if iat.to_unix_time() > latest {
                return Err(VerifyError::IssuedInTheFuture { iat, now });
            }
        }
        Ok(())
    }
}

const NUMBER: &str = "a number of seconds in range";

fn absent_or_not(
    claims: &Claims,
    name: Name,
    claim: &'static str,
    wanted: &'static str,
) -> VerifyError {
    if claims.raw(name).is_some() {
        VerifyError::not(claim, wanted)
    } else {
        VerifyError::missing(claim)
    }
}

fn boxed<T: Into<Box<str>>>(texts: impl IntoIterator<Item = T>) -> Vec<Box<str>> {
    texts.into_iter().map(Into::into).collect()
}

impl From<&clerk_core::PublishableKey> for Policy {
    /// The default policy, for tokens of the instance that `key` names alone.
    fn from(key: &clerk_core::PublishableKey) -> Self {
        Self::default().issuers([key.frontend_api_url()])
    }
}
