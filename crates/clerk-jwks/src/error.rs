use std::{fmt, sync::Arc, time::Duration};

use clerk_jwt::{Fault, InvalidKey, Reason, VerifyError};

/// Why a token was not accepted.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The token is not acceptable.
    #[error(transparent)]
    Token(#[from] VerifyError),
    /// There is no key to verify it with.
    #[error(transparent)]
    Key(#[from] ResolveError),
}

impl Error {
    /// The name under which Clerk's own SDKs report this.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Token(error) => error.reason(),
            Self::Key(error) => error.reason(),
        }
    }

    /// How long Clerk asks to wait before the next request, if that is why there is no key: for
    /// `Retry-After` beside a 503.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Token(_) => None,
            Self::Key(error) => error.retry_after(),
        }
    }

    /// Whose fault it is, and so which HTTP status fits. An outage is never the caller's.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Token(error) => error.fault(),
            Self::Key(error) => error.reason().fault(),
        }
    }
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResolveError({self})")
    }
}

impl From<clerk_jwt::Malformed> for Error {
    fn from(error: clerk_jwt::Malformed) -> Self {
        Self::Token(error.into())
    }
}

/// Why there is no key to verify a token with.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The instance publishes no key of that id. The ids it does publish are not named: they are
    /// those of instances.
    #[error(
        "none of the instance's keys has the token's kid; if it is so with every token, \
         CLERK_SECRET_KEY (CLERK_PUBLISHABLE_KEY, where there is none) is of another instance than \
         the front end's publishable key"
    )]
    UnknownKey,
    /// The instance publishes a key of that id that no signature can be verified with.
    #[error("the instance's key of that kid cannot be used: {0}")]
    Unusable(InvalidKey),
    /// The keys could not be fetched.
    #[error("the instance's keys could not be loaded: {0}")]
    Unavailable(Arc<FetchError>),
    /// There is nothing to find keys with.
    #[error(
        "there is no key to verify tokens with, and no way to fetch one; give the builder, or the \
         environment that it reads, the instance's publishable key (CLERK_PUBLISHABLE_KEY), its \
         secret key (CLERK_SECRET_KEY) or the key itself (CLERK_JWT_KEY)"
    )]
    NoSource,
}

impl ResolveError {
    /// The name under which Clerk's own SDKs report this.
    pub fn reason(&self) -> Reason {
        match self {
            Self::UnknownKey => Reason::JwkKidMismatch,
            Self::Unusable(InvalidKey::Unsupported(_)) | Self::NoSource => {
                Reason::JwkFailedToResolve
            }
            Self::Unusable(_) => Reason::TokenVerificationFailed,
            Self::Unavailable(error) => error.reason(),
        }
    }

    /// How long Clerk asks to wait before the next request, if that is why there is no key.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(error) => error.retry_after(),
            Self::UnknownKey | Self::Unusable(_) | Self::NoSource => None,
        }
    }
}

/// Why keys could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The call failed.
    #[error(transparent)]
    Http(#[from] clerk_http::Error),
    /// The answer is a key set without keys.
    #[error("Clerk answered with an empty key set")]
    Empty,
    /// The fetch was ended by the program, for instance because its runtime is shutting down.
    #[error("the fetch was ended before it was done")]
    Ended,
}

impl FetchError {
    /// The name under which Clerk's own SDKs report this.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Http(clerk_http::Error::Api(answer))
                if answer
                    .errors
                    .iter()
                    .any(|one| one.code == "clerk_key_invalid") =>
            {
                Reason::SecretKeyInvalid
            }
            Self::Http(clerk_http::Error::Build { .. }) => Reason::JwkFailedToResolve,
            Self::Http(_) | Self::Empty | Self::Ended => Reason::JwkRemoteFailedToLoad,
        }
    }

    /// How long Clerk asks to wait before the next request, if its answer said so (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            Self::Empty | Self::Ended => None,
        }
    }
}

impl ResolveError {
    /// What to report where one source answered with this error and the next one with `next`.
    ///
    /// As long as one source could not be asked, nobody knows that there is no such key.
    pub(crate) fn or(self, next: Self) -> Self {
        let says_most = |error: &Self| match error {
            Self::NoSource => 0,
            Self::UnknownKey => 1,
            Self::Unusable(_) => 2,
            Self::Unavailable(_) => 3,
        };
        if says_most(&next) > says_most(&self) {
            next
        } else {
            self
        }
    }
}
