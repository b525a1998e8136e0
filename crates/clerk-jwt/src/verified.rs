use crate::{Header, TokenClaims};

/// Claims whose token was verified. There is no way to make one but [`UnverifiedToken::verify`](crate::UnverifiedToken::verify), its
/// async twin, and [`AuthenticToken::accept`](crate::AuthenticToken::accept), which is their second half; so a function that takes
/// one need not ask where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<C> {
    claims: C,
}

impl<C> Verified<C> {
    pub(crate) const fn new(claims: C) -> Self {
        Self { claims }
    }

    /// The claims.
    pub const fn claims(&self) -> &C {
        &self.claims
    }

    /// The claims, without the proof that they were verified.
    pub fn into_claims(self) -> C {
        self.claims
    }
}

impl<C: TokenClaims> Verified<C> {
    /// The header, verified too.
    pub fn header(&self) -> &Header {
        self.claims.as_ref().header()
    }
}
