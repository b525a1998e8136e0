use core::fmt;

use clerk_core::UnixTime;

use crate::{Claims, Header, Policy, TokenClaims, Verified, VerifyError, VerifyingKey};

/// A token whose signature is good, and of which nothing else was judged: it may have expired, and
/// be of any kind and for anybody.
///
/// [`UnverifiedToken::verify`](crate::UnverifiedToken::verify) does all at once. This stands between its halves for those
/// who keep what a signature was checked for, since that does not change, and judge the rest
/// whenever the token comes again. It is to be kept with the key, and not to outlive it. Cheap to
/// clone.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_core::UnixTime;
/// use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, VerifyingKey};
///
/// # let key = VerifyingKey::from_pem(include_str!("../tests/keys/a.public.pem"))?;
/// # let compact = include_str!("../tests/tokens/session_v2.jwt").trim();
/// let token = UnverifiedToken::parse(compact)?;
/// let kept = token.authenticate(&key)?.token().clone();
///
/// let now = UnixTime::from_secs(1_800_000_000);
/// assert!(kept.accept::<SessionClaims>(now, &Policy::default()).is_ok());
/// let later = UnixTime::from_secs(1_800_000_100);
/// assert!(kept.accept::<SessionClaims>(later, &Policy::default()).is_err()); // it has expired
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AuthenticToken(Claims);

impl AuthenticToken {
    /// The header.
    pub fn header(&self) -> &Header {
        self.0.header()
    }

    /// The claims, which the instance made, and which may be another's, or of long ago.
    pub const fn unjudged_claims(&self) -> &Claims {
        &self.0
    }

    /// What can be said against the token before its key is looked for:
    /// [`UnverifiedToken::check_header`](crate::UnverifiedToken::check_header).
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check_header<C: TokenClaims>(&self, policy: &Policy) -> Result<(), VerifyError> {
        C::check_header(self.header(), policy)
    }

    /// Judges the rest, as [`UnverifiedToken::verify`](crate::UnverifiedToken::verify) does.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, in this order: `typ` and the kind; `sub`, `aud`, `azp`, `iss`,
    /// `exp`, `nbf`, `iat`, and a machine's scopes.
    pub fn accept<C: TokenClaims>(
        &self,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Verified<C>, VerifyError> {
        C::check_header(self.header(), policy)?;
        let claims = C::from_claims(self.0.clone(), self.header())?;
        policy.check_claims(claims.as_ref(), now)?;
        claims.check_own_claims(policy)?;
        Ok(Verified::new(claims))
    }
}

/// A token whose signature has just been found good, with its text and the key: what belongs together for
/// who keeps it. Only [`UnverifiedToken::authenticate`](crate::UnverifiedToken::authenticate) and its siblings make one.
#[derive(Clone)]
pub struct Authenticated<'a> {
    compact: &'a str,
    key: &'a VerifyingKey,
    token: AuthenticToken,
}

impl<'a> Authenticated<'a> {
    pub(crate) const fn new(compact: &'a str, key: &'a VerifyingKey, claims: Claims) -> Self {
        Self {
            compact,
            key,
            token: AuthenticToken(claims),
        }
    }

    /// The token's text.
    pub const fn as_str(&self) -> &'a str {
        self.compact
    }

    /// The key under which its signature is good.
    pub const fn key(&self) -> &'a VerifyingKey {
        self.key
    }

    /// The token, to be kept with the key.
    pub const fn token(&self) -> &AuthenticToken {
        &self.token
    }

    /// Judges the rest: [`AuthenticToken::accept`].
    ///
    /// # Errors
    ///
    /// Those of [`AuthenticToken::accept`].
    pub fn accept<C: TokenClaims>(
        &self,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Verified<C>, VerifyError> {
        self.token.accept(now, policy)
    }
}

impl fmt::Debug for Authenticated<'_> {
    /// Shows the header. The rest would let whoever reads the log sign in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authenticated").field(&self.token).finish()
    }
}

impl fmt::Debug for AuthenticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticToken")
            .field("header", self.header())
            .finish_non_exhaustive()
    }
}
