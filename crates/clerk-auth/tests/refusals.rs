//! What every refusal has in common.

use std::{error::Error as _, sync::Arc};

use bytes::Bytes;
use clerk_auth::{
    Admission, AuthReason, Denied, Error, Rejection, RequestHead, Settings, TokenType,
    blocking::Authenticator,
};
use clerk_http::{
    BlockingRuntime, TransportError, TransportErrorKind, blocking::Client, blocking_transport_fn,
};
use clerk_jwks::{FetchError, ResolveError, blocking::Layered};

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
            text.contains("GetJWKS failed: could not connect to planted.internal; if that"),
            "{text}"
        );
        assert!(error.source().is_none(), "{text}");
        assert!(!format!("{:?}", error.headers()).contains("planted"));
        let refusal = Rejection::undecided(&error).into_response::<String>();
        assert!(!format!("{refusal:?}").contains("planted"));
    }
}

#[test]
fn what_was_asked_by_hand_is_refused_as_by_an_extractor() {
    for (denied, reason) in [
        (Denied::SignedOut, AuthReason::SessionTokenAndUatMissing),
        (Denied::SessionPending, AuthReason::SessionPending),
    ] {
        let by_hand = Rejection::denied(&denied);
        let by_extractor = Rejection::signed_out(&reason);
        assert_eq!(by_hand.status(), by_extractor.status());
        assert_eq!(by_hand.headers(), by_extractor.headers());
        assert_eq!(by_hand.body(), by_extractor.body());
        assert_eq!(by_hand.headers()["www-authenticate"], "Bearer");
    }
    let forbidden = Rejection::denied(&Denied::Machine);
    let challenge = "Bearer error=\"insufficient_scope\"";
    assert_eq!(forbidden.headers()["www-authenticate"], challenge);
}

#[test]
fn a_missing_layer_is_named_where_nobody_reads_events() {
    let rejection = Rejection::not_authenticated("call `.layer(…)` last", None);
    let headers = rejection.headers();
    assert_eq!(headers["x-clerk-auth-reason"], "layer-missing");
    assert_eq!(headers["x-clerk-auth-message"], "call `.layer(...)` last");
}

#[test]
fn a_pending_session_is_explained_where_nobody_reads_events() {
    let rejection = Rejection::denied(&Denied::SessionPending);
    let message = rejection.headers()["x-clerk-auth-message"].to_str();
    assert!(message.is_ok_and(|it| it.ends_with("let them in by PendingSessions::SignedIn")));
}

#[test]
fn a_refused_sign_out_names_the_metadata() {
    let settings = Settings::builder()
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap())
        .resource_metadata("https://example.com/.well-known/oauth-protected-resource")
        .build()
        .unwrap();
    let transport = blocking_transport_fn(|_| Ok(http::Response::new(Bytes::new())));
    let client = Client::builder(transport, OneThread).build().unwrap();
    let authenticator = Authenticator::new(settings, Layered::new(), client);
    let head = RequestHead::new("POST", "https://example.com/out")
        .header("authorization", b"Bearer nothing.of.that");
    let Admission::Proceed(auth) = authenticator.admit(&head) else {
        panic!("a token in the header leads nowhere else");
    };
    let refused = auth.sign_out().unwrap_err();
    assert_eq!(refused.status(), 401);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("resource_metadata="), "{challenge}");
}

#[derive(Debug)]
struct OneThread;

impl BlockingRuntime for OneThread {
    fn sleep(&self, _: std::time::Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}
