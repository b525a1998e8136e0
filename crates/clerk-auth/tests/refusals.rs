//! What every refusal has in common.

use clerk_auth::{AuthReason, Denied, Error, Rejection, TokenType};
use std::{error::Error as _, sync::Arc};

use clerk_http::{TransportError, TransportErrorKind};
use clerk_jwks::{FetchError, ResolveError};

#[test]
fn a_refusal_is_not_stored() {
    let undecided = Error::Keys {
        token_type: TokenType::Session,
        cause: ResolveError::NoSource,
    };
    for rejection in [
        Rejection::signed_out(&AuthReason::SessionTokenAndUatMissing),
        Rejection::signed_out(&AuthReason::SessionPending),
        Rejection::wrong_token(&[TokenType::ApiKey]),
        Rejection::denied(&Denied::Machine),
        Rejection::undecided(&undecided),
        Rejection::undecided(&Error::Driver),
        Rejection::not_authenticated("add the layer", None),
    ] {
        let response = rejection.into_response::<String>();
        let stored = response.headers().get(http::header::CACHE_CONTROL);
        assert_eq!(stored.unwrap(), "no-store", "{}", response.status());
    }
}

#[test]
fn a_pending_session_is_not_answered_as_nobody() {
    let response = Rejection::signed_out(&AuthReason::SessionPending).into_response::<String>();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["x-clerk-auth-reason"], "session-pending");
    assert!(
        response.body().contains(r#""code":"session_pending""#),
        "{}",
        response.body()
    );
    let denied = Denied::SessionPending;
    assert_eq!(
        (denied.status().as_u16(), denied.code()),
        (401, "session_pending")
    );
}

#[test]
fn browsers_are_not_told_what_kept_clerk_from_being_asked() {
    let unreachable = || {
        let cause = TransportError::for_host(TransportErrorKind::Connect, "planted.internal");
        clerk_http::Error::Transport {
            operation: "GetJWKS",
            cause,
        }
    };
    let token_type = TokenType::Session;
    for error in [
        Error::Clerk {
            token_type,
            cause: unreachable(),
        },
        Error::Keys {
            token_type,
            cause: ResolveError::Unavailable(Arc::new(FetchError::Http(unreachable()))),
        },
    ] {
        let text = error.to_string();
        assert!(
            text.ends_with("GetJWKS failed: could not connect to planted.internal"),
            "{text}"
        );
        assert!(error.source().is_none(), "{text}");
        assert!(!format!("{:?}", error.headers()).contains("planted"));
        let refusal = Rejection::undecided(&error).into_response::<String>();
        assert!(!format!("{refusal:?}").contains("planted"));
    }
}
