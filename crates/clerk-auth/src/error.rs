use std::{fmt, time::Duration};

use clerk_http::Error as HttpError;
use clerk_jwks::{FetchError, ResolveError};
use clerk_jwt::{Fault, Reason, VerifyError};
use http::{HeaderMap, StatusCode};

use crate::{AuthReason, TokenType, auth_headers};

/// Why it could not be found out who a request comes from. That is not the same as nobody.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The token could not be verified, because its key could not be looked for.
    #[error("{cause}")]
    Keys {
        /// The type of the token.
        token_type: TokenType,
        /// Why.
        cause: ResolveError,
    },
    /// The token's signature could not be checked by the library that was to.
    #[error("{cause}")]
    Signature {
        /// The type of the token.
        token_type: TokenType,
        /// Why.
        cause: VerifyError,
    },
    /// Clerk, who alone could tell, could not be asked.
    #[error("Clerk could not be asked: {cause}")]
    Clerk {
        /// The type of the token.
        token_type: TokenType,
        /// Why.
        cause: HttpError,
    },
    /// What a development instance's handshake brought cannot be used.
    #[error(
        "the handshake token cannot be used ({0}); did the keys change? clear this site's cookies, \
         and check that the publishable and the secret key are of one instance"
    )]
    Handshake(VerifyError),
    /// The sign-in URL of a satellite leads to the satellite itself.
    #[error(
        "the sign-in URL of a satellite has to be an absolute URL on the primary domain; \
         correct CLERK_SIGN_IN_URL"
    )]
    SignInUrl,
    /// The machine that decides was resumed with something it did not ask for.
    #[error("the authentication was resumed with something it did not ask for")]
    Driver,
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl Error {
    /// The name under which Clerk's own SDKs report this.
    pub fn reason(&self) -> AuthReason {
        match self {
            Self::Keys { cause, .. } => cause.reason().into(),
            Self::Handshake(error) | Self::Signature { cause: error, .. } => error.reason().into(),
            Self::Clerk { cause, .. } if is_refused(cause) => {
                AuthReason::Token(Reason::SecretKeyInvalid)
            }
            Self::Clerk { .. } | Self::SignInUrl | Self::Driver => AuthReason::UnexpectedError,
        }
    }

    /// Whose fault it is, and so which HTTP status fits.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Keys { cause, .. } => cause.reason().fault(),
            Self::Clerk { cause, .. } => match cause {
                HttpError::Build { .. } => Fault::Configuration,
                cause if is_refused(cause) => Fault::Configuration,
                _ => Fault::Upstream,
            },
            Self::Handshake(_) => Fault::Caller,
            Self::Signature { cause, .. } => cause.fault(),
            Self::SignInUrl | Self::Driver => Fault::Configuration,
        }
    }

    /// How long Clerk asks to wait before the next request, if its answer said so (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Keys { cause, .. } => cause.retry_after(),
            Self::Clerk { cause, .. } => cause.retry_after(),
            Self::Handshake(_) | Self::Signature { .. } | Self::SignInUrl | Self::Driver => None,
        }
    }

    /// The type of the token that could not be judged.
    pub const fn token_type(&self) -> TokenType {
        match self {
            Self::Keys { token_type, .. }
            | Self::Signature { token_type, .. }
            | Self::Clerk { token_type, .. } => *token_type,
            Self::Handshake(_) | Self::SignInUrl | Self::Driver => TokenType::Session,
        }
    }

    /// What a call of Clerk's came to, and the call's own error. Its text is for logs at the most, and
    /// some of it not even for those.
    pub(crate) fn failed_call(&self) -> Option<(&'static str, Option<&HttpError>)> {
        match self {
            Self::Clerk { cause, .. } => Some(("Clerk could not be asked", Some(cause))),
            Self::Keys {
                cause: ResolveError::Unavailable(fetch),
                ..
            } => {
                let call = match &**fetch {
                    FetchError::Http(call) => Some(call),
                    _ => None,
                };
                Some(("the instance's keys could not be loaded", call))
            }
            _ => None,
        }
    }

    /// What to add to the response, for developers to see in the browser's network view. What kept
    /// the service from asking Clerk is not in it: that is for its logs.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let reason = self.reason();
        let message = match self.failed_call() {
            Some((what, _)) => format!("{what} (reason={reason})"),
            None => format!("{self} (reason={reason})"),
        };
        auth_headers::describe(&mut headers, "signed-out", &reason, &message);
        headers
    }
}

/// Clerk does not accept this service's own key.
fn is_refused(error: &HttpError) -> bool {
    error.status() == Some(StatusCode::UNAUTHORIZED)
}
