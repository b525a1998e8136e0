use core::fmt;

/// Why a token was not accepted, under the name Clerk's own SDKs report.
///
/// The names are a stable contract: dashboards and alerts that watch several SDKs can group by
/// them. Match on this, never on an error's text.
///
/// ```
/// use clerk_jwt::{Fault, Reason};
///
/// assert_eq!(Reason::TokenExpired.as_str(), "token-expired");
/// assert_eq!(Reason::TokenExpired.fault(), Fault::Caller);
/// assert_eq!(Reason::from_name("token-expired"), Some(Reason::TokenExpired));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// `exp` has passed.
    TokenExpired,
    /// The token is not a JSON Web Token that Clerk would issue.
    TokenInvalid,
    /// The header names an algorithm that is not accepted.
    TokenInvalidAlgorithm,
    /// `azp` is not one of the authorized parties.
    TokenInvalidAuthorizedParties,
    /// `iss` is not an accepted issuer.
    TokenInvalidIssuer,
    /// The signature does not belong to this token and key.
    TokenInvalidSignature,
    /// `nbf` lies ahead.
    TokenNotActiveYet,
    /// `iat` lies ahead.
    TokenIatInTheFuture,
    /// A claim is missing, of the wrong type or not acceptable, or the key cannot be used.
    TokenVerificationFailed,
    /// The token is genuine but of another kind, for instance a machine's.
    TokenTypeMismatch,
    /// Clerk refused the secret key.
    SecretKeyInvalid,
    /// A PEM key was to be used and there is none, or it cannot be read.
    JwkLocalMissing,
    /// The keys could not be fetched.
    JwkRemoteFailedToLoad,
    /// What was fetched is not a key set.
    JwkRemoteInvalid,
    /// The key set holds no keys.
    JwkRemoteMissing,
    /// There is nothing to resolve keys with: neither a key nor the means to fetch one.
    JwkFailedToResolve,
    /// The instance publishes no key under the token's `kid`.
    JwkKidMismatch,
}

/// Whose fault a failure is, and so which HTTP status fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The caller's credentials are not good: 401.
    Caller,
    /// Clerk could not be asked: 503. Whether the caller is signed in is not known.
    Upstream,
    /// This service is set up wrongly: 500.
    Configuration,
}

impl Fault {
    /// The HTTP status that fits: 401, 503 or 500.
    pub const fn status(self) -> u16 {
        match self {
            Self::Caller => 401,
            Self::Upstream => 503,
            Self::Configuration => 500,
        }
    }
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 17] = [
        Self::TokenExpired,
        Self::TokenInvalid,
        Self::TokenInvalidAlgorithm,
        Self::TokenInvalidAuthorizedParties,
        Self::TokenInvalidIssuer,
        Self::TokenInvalidSignature,
        Self::TokenNotActiveYet,
        Self::TokenIatInTheFuture,
        Self::TokenVerificationFailed,
        Self::TokenTypeMismatch,
        Self::SecretKeyInvalid,
        Self::JwkLocalMissing,
        Self::JwkRemoteFailedToLoad,
        Self::JwkRemoteInvalid,
        Self::JwkRemoteMissing,
        Self::JwkFailedToResolve,
        Self::JwkKidMismatch,
    ];

    /// Clerk's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenExpired => "token-expired",
            Self::TokenInvalid => "token-invalid",
            Self::TokenInvalidAlgorithm => "token-invalid-algorithm",
            Self::TokenInvalidAuthorizedParties => "token-invalid-authorized-parties",
            Self::TokenInvalidIssuer => "token-invalid-issuer",
            Self::TokenInvalidSignature => "token-invalid-signature",
            Self::TokenNotActiveYet => "token-not-active-yet",
            Self::TokenIatInTheFuture => "token-iat-in-the-future",
            Self::TokenVerificationFailed => "token-verification-failed",
            Self::TokenTypeMismatch => "token-type-mismatch",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::JwkLocalMissing => "jwk-local-missing",
            Self::JwkRemoteFailedToLoad => "jwk-remote-failed-to-load",
            Self::JwkRemoteInvalid => "jwk-remote-invalid",
            Self::JwkRemoteMissing => "jwk-remote-missing",
            Self::JwkFailedToResolve => "jwk-failed-to-resolve",
            Self::JwkKidMismatch => "jwk-kid-mismatch",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// Whose fault it is.
    ///
    /// Answering 401 to an outage would sign users out and hide the outage, so the two never mix.
    pub const fn fault(self) -> Fault {
        match self {
            Self::TokenExpired
            | Self::TokenInvalid
            | Self::TokenInvalidAlgorithm
            | Self::TokenInvalidAuthorizedParties
            | Self::TokenInvalidIssuer
            | Self::TokenInvalidSignature
            | Self::TokenNotActiveYet
            | Self::TokenIatInTheFuture
            | Self::TokenVerificationFailed
            | Self::TokenTypeMismatch
            | Self::JwkKidMismatch => Fault::Caller,
            Self::JwkRemoteFailedToLoad | Self::JwkRemoteInvalid | Self::JwkRemoteMissing => {
                Fault::Upstream
            }
            Self::SecretKeyInvalid | Self::JwkLocalMissing | Self::JwkFailedToResolve => {
                Fault::Configuration
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn names_are_clerks_and_none_is_shared() {
        let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(
            names,
            [
                "token-expired",
                "token-invalid",
                "token-invalid-algorithm",
                "token-invalid-authorized-parties",
                "token-invalid-issuer",
                "token-invalid-signature",
                "token-not-active-yet",
                "token-iat-in-the-future",
                "token-verification-failed",
                "token-type-mismatch",
                "secret-key-invalid",
                "jwk-local-missing",
                "jwk-remote-failed-to-load",
                "jwk-remote-invalid",
                "jwk-remote-missing",
                "jwk-failed-to-resolve",
                "jwk-kid-mismatch",
            ]
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Reason::ALL.len());
    }

    #[test]
    fn an_outage_is_never_the_callers_fault() {
        assert_eq!(Reason::JwkRemoteFailedToLoad.fault().status(), 503);
        assert_eq!(Reason::SecretKeyInvalid.fault().status(), 500);
        assert_eq!(Reason::JwkKidMismatch.fault().status(), 401);
    }
}
