use std::{borrow::Cow, fmt};

use clerk_jwt::{Fault, Reason};

/// Why a request is signed out, or has to take a handshake, under the name Clerk's own SDKs give.
///
/// The names are a stable contract: dashboards and alerts that watch several SDKs can group by
/// them.
///
/// ```
/// use clerk_auth::{AuthReason, RefreshFailure};
/// use clerk_jwt::Reason;
///
/// assert_eq!(AuthReason::from(Reason::TokenExpired).to_string(), "token-expired");
/// assert_eq!(
///     AuthReason::SessionTokenExpired(RefreshFailure::NoRefreshCookie).to_string(),
///     "session-token-expired-refresh-non-eligible-no-refresh-cookie",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthReason {
    /// The browser says it is signed in, but sent no session token.
    ClientUatButNoSessionToken,
    /// A development instance does not know the browser yet.
    DevBrowserMissing,
    /// The browser brings along a dev browser token from the sign-in page.
    DevBrowserSync,
    /// The primary domain answers a satellite's question who is signed in.
    PrimaryRespondsToSyncing,
    /// The browser comes from another domain, where it may have signed in meanwhile.
    PrimaryDomainCrossOriginSync,
    /// A satellite domain has to ask the primary one who is signed in.
    SatelliteNeedsSyncing,
    /// There is no sign of a session.
    SessionTokenAndUatMissing,
    /// A handshake brought no session: nobody is signed in.
    SessionTokenMissing,
    /// The session token has expired, and could not be refreshed here.
    SessionTokenExpired(RefreshFailure),
    /// The session token is older than the browser's last sign-in or sign-out.
    SessionTokenIatBeforeClientUat,
    /// The session token is not active yet.
    SessionTokenNbf,
    /// The session token was issued ahead of now.
    SessionTokenIatInTheFuture,
    /// There is a session token, but the browser does not say it is signed in.
    SessionTokenButNoClientUat,
    /// The URL asks for another organization than the session's.
    ActiveOrganizationMismatch,
    /// The token is of a type that is not accepted here.
    TokenTypeMismatch,
    /// The request comes with a session in its cookies, and from a page whose origin is none of
    /// the [allowed ones](crate::Builder::allowed_origins). The name is ours.
    OriginNotAllowed,
    /// The user has signed in, and has something left to do, such as choosing an organization; and
    /// [such sessions](crate::PendingSessions) are signed out here. The name is ours: Clerk's own
    /// SDKs do not say.
    SessionPending,
    /// A machine's token was asked for, and the `Authorization` header has none.
    NoTokenInHeader,
    /// Something failed that has no name of its own.
    UnexpectedError,
    /// The token was not accepted, for this reason.
    Token(Reason),
}

impl AuthReason {
    /// Clerk's name for it.
    pub fn as_str(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ClientUatButNoSessionToken => "client-uat-but-no-session-token",
            Self::DevBrowserMissing => "dev-browser-missing",
            Self::DevBrowserSync => "dev-browser-sync",
            Self::PrimaryRespondsToSyncing => "primary-responds-to-syncing",
            Self::PrimaryDomainCrossOriginSync => "primary-domain-cross-origin-sync",
            Self::SatelliteNeedsSyncing => "satellite-needs-syncing",
            Self::SessionTokenAndUatMissing => "session-token-and-uat-missing",
            Self::SessionTokenMissing => "session-token-missing",
            Self::SessionTokenExpired(failure) => {
                return Cow::Owned(format!(
                    "session-token-expired-refresh-{}",
                    failure.as_str()
                ));
            }
            Self::SessionTokenIatBeforeClientUat => "session-token-iat-before-client-uat",
            Self::SessionTokenNbf => "session-token-nbf",
            Self::SessionTokenIatInTheFuture => "session-token-iat-in-the-future",
            Self::SessionTokenButNoClientUat => "session-token-but-no-client-uat",
            Self::ActiveOrganizationMismatch => "active-organization-mismatch",
            Self::TokenTypeMismatch => "token-type-mismatch",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::SessionPending => "session-pending",
            Self::NoTokenInHeader => "No token in header",
            Self::UnexpectedError => "unexpected-error",
            Self::Token(reason) => reason.as_str(),
        })
    }

    /// Whether nothing was refused: the request brought no credentials, or has to fetch them.
    pub const fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::ClientUatButNoSessionToken
                | Self::DevBrowserMissing
                | Self::DevBrowserSync
                | Self::PrimaryRespondsToSyncing
                | Self::PrimaryDomainCrossOriginSync
                | Self::SatelliteNeedsSyncing
                | Self::SessionTokenAndUatMissing
                | Self::SessionTokenMissing
                | Self::ActiveOrganizationMismatch
                | Self::SessionPending
                | Self::NoTokenInHeader
        )
    }

    /// Whose fault it is, and so which HTTP status fits a request that has to be signed in.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Token(reason) => reason.fault(),
            Self::UnexpectedError => Fault::Upstream,
            _ => Fault::Caller,
        }
    }
}

impl From<Reason> for AuthReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::TokenTypeMismatch => Self::TokenTypeMismatch,
            other => Self::Token(other),
        }
    }
}

impl fmt::Display for AuthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str())
    }
}

/// Why an expired session token was not exchanged for a new one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshFailure {
    /// The request is no `GET`.
    NotGet,
    /// There is no refresh cookie.
    NoRefreshCookie,
    /// There is no secret key to ask Clerk with.
    NoSecretKey,
    /// The expired token does not name its session.
    NoSessionId,
    /// Clerk was not reached, or did not answer in a form that can be read.
    Fetch,
    /// Clerk refused, without saying why.
    Unspecified,
    /// Clerk agreed, and sent no token.
    NoToken,
    /// Clerk sent a token that is not acceptable.
    InvalidSessionToken,
    /// Clerk refused, with this error code.
    Api(Box<str>),
}

impl RefreshFailure {
    /// Clerk's name for it, which follows `session-token-expired-refresh-`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NotGet => "non-eligible-non-get",
            Self::NoRefreshCookie => "non-eligible-no-refresh-cookie",
            Self::NoSecretKey => "missing-api-client",
            Self::NoSessionId => "expired-session-token-missing-sid-claim",
            Self::Fetch => "fetch-error",
            Self::Unspecified => "unexpected-bapi-error",
            Self::NoToken => "unexpected-sdk-error",
            Self::InvalidSessionToken => "invalid-session-token",
            Self::Api(code) => code,
        }
    }
}
