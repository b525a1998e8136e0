//! What reads tokens without verifying them, or before. Nothing that they say of themselves may decide anything.

use alloc::{borrow::Cow, boxed::Box};
use core::fmt;

use clerk_core::UnixTime;

use crate::{
    Authenticated, Claims, Header, KnownHeaders, MAX_TOKEN_BYTES, Malformed, Policy, TokenClaims,
    UnverifiedToken, Verified, VerifyError, VerifyingKey,
};

/// Reads a token's header and claims, which anyone may have written.
///
/// For showing a token to a developer, and for choosing between keys. Not for deciding who a
/// caller is.
///
/// ```
/// let compact = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.AA";
/// let (header, claims) = clerk_jwt::danger::decode_unverified(compact)?;
/// assert_eq!(header.algorithm(), Some(clerk_jwt::Algorithm::Rs256));
/// assert_eq!(claims.subject(), Some("user_1"));
/// # Ok::<(), clerk_jwt::Malformed>(())
/// ```
///
/// # Errors
///
/// The text is not a JSON Web Token in compact form.
pub fn decode_unverified(compact: &str) -> Result<(Header, Claims), Malformed> {
    let claims = DecodedToken::decode(compact)?.claims;
    Ok((claims.header().clone(), claims))
}

/// A token that was read whole and may be verified yet, without being read again.
///
/// For who has to know what a token says of itself before it is verified, as one does who compares
/// it with another cookie.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwt::{Policy, SessionClaims, danger::DecodedToken};
/// # use clerk_core::UnixTime;
/// # use clerk_jwt::VerifyingKey;
/// # let key = VerifyingKey::from_pem(include_str!("../tests/keys/a.public.pem"))?;
/// # let compact = include_str!("../tests/tokens/session_v2.jwt").trim();
/// # let now = UnixTime::from_secs(1_800_000_000);
///
/// let token = DecodedToken::decode(compact)?;
/// assert!(token.claims().issued_at().is_some()); // so it says
/// let session = token.verify::<SessionClaims>(&key, now, &Policy::default())?;
/// assert_eq!(session.claims().user_id(), "user_2abc"); // so it is
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct DecodedToken<'t> {
    compact: Cow<'t, str>,
    claims: Claims,
}

impl<'t> DecodedToken<'t> {
    /// Reads the header and the claims of a compact text, if it is no longer than
    /// [`MAX_TOKEN_BYTES`].
    ///
    /// # Errors
    ///
    /// The text is not a JSON Web Token in compact form.
    pub fn decode(compact: impl Into<Cow<'t, str>>) -> Result<Self, Malformed> {
        Self::decode_knowing(compact, &KnownHeaders::default())
    }

    /// [`decode`](Self::decode), for a header that may be among `known`: it is not read again then.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Self::decode).
    pub fn decode_knowing(
        compact: impl Into<Cow<'t, str>>,
        known: &KnownHeaders,
    ) -> Result<Self, Malformed> {
        let compact = compact.into();
        let claims = UnverifiedToken::parse_knowing(&compact, MAX_TOKEN_BYTES, known)?.read()?;
        Ok(Self { compact, claims })
    }

    /// The header, which anyone may have written.
    pub fn header(&self) -> &Header {
        self.claims.header()
    }

    /// The claims, which anyone may have written.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Verifies the token: [`UnverifiedToken::verify`].
    ///
    /// # Errors
    ///
    /// Those of [`UnverifiedToken::verify`].
    pub fn verify<C: TokenClaims>(
        &self,
        key: &VerifyingKey,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Verified<C>, VerifyError> {
        C::check_header(self.header(), policy)?;
        self.authenticate(key)?.accept(now, policy)
    }

    /// Checks the signature, and judges no claim: [`UnverifiedToken::authenticate`].
    ///
    /// # Errors
    ///
    /// Those of [`UnverifiedToken::authenticate`].
    pub fn authenticate<'a>(
        &'a self,
        key: &'a VerifyingKey,
    ) -> Result<Authenticated<'a>, VerifyError> {
        self.parts()?.check_signature(key)?;
        Ok(self.authenticated(key))
    }

    /// [`authenticate`](Self::authenticate) with a key that may have to be
    /// [awaited](VerifyingKey::is_awaited).
    ///
    /// # Errors
    ///
    /// Those of [`UnverifiedToken::authenticate`].
    pub async fn authenticate_async<'a>(
        &'a self,
        key: &'a VerifyingKey,
    ) -> Result<Authenticated<'a>, VerifyError> {
        if !key.is_awaited() {
            return self.authenticate(key);
        }
        // What is kept over an `.await` is part of every caller's future, theirs too who never wait.
        Box::pin(async move { self.parts()?.check_signature_async(key).await }).await?;
        Ok(self.authenticated(key))
    }

    /// What can be said against the token before a key is looked for:
    /// [`UnverifiedToken::check_header`].
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check_header<C: TokenClaims>(&self, policy: &Policy) -> Result<(), VerifyError> {
        C::check_header(self.header(), policy)?;
        self.header().check_algorithm().map(|_| ())
    }

    fn parts(&self) -> Result<UnverifiedToken<'_>, Malformed> {
        UnverifiedToken::split(&self.compact, |_| Ok(self.header().clone()))
    }

    fn authenticated<'a>(&'a self, key: &'a VerifyingKey) -> Authenticated<'a> {
        Authenticated::new(&self.compact, key, self.claims.clone())
    }
}

impl fmt::Debug for DecodedToken<'_> {
    /// Shows the header. The rest would let whoever reads the log sign in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedToken")
            .field("header", self.header())
            .finish_non_exhaustive()
    }
}
