//! What operators hear of requests, and what they never do.
#![cfg(feature = "tracing")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use clerk_auth::{
    AcceptedTokens, Admission, RequestAuth, RequestHead, Requirement, Settings,
    blocking::Authenticator,
};
use clerk_core::{ManualClock, UnixTime};
use clerk_emulator::{Defect, Emulator};
use clerk_http::{
    BlockingRuntime, Retry, TransportError, TransportErrorKind, blocking::Client,
    blocking_transport_fn,
};
use clerk_jwks::{
    BlockingResolveKey, CachePolicy, KeySource, StaticKeys,
    blocking::{Layered, RemoteKeys},
};
use clerk_jwt::AuthorizedParties;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct OneThread;

impl BlockingRuntime for OneThread {
    fn sleep(&self, _: std::time::Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}

/// What is logged while a request with `authorization` is judged, and then asked by `handler`.
fn logged(
    keys: impl BlockingResolveKey + 'static,
    authorization: Option<&str>,
    handler: impl FnOnce(&RequestAuth),
) -> String {
    let mut head = RequestHead::new("POST", "https://example.com/planted?planted=planted");
    if let Some(authorization) = authorization {
        head = head.header("authorization", authorization.as_bytes());
    }
    let log = logged_of(keys, &head, handler);
    if let Some((_, token)) = authorization.and_then(|header| header.split_once(' ')) {
        assert!(!log.contains(token), "{log}");
    }
    log
}

fn logged_of(
    keys: impl BlockingResolveKey + 'static,
    head: &RequestHead<'_>,
    handler: impl FnOnce(&RequestAuth),
) -> String {
    logged_by(keys, Some([""; 0]), head, |_, auth| handler(auth))
}

fn logged_by(
    keys: impl BlockingResolveKey + 'static,
    allowed_origins: Option<[&str; 0]>,
    head: &RequestHead<'_>,
    handler: impl FnOnce(&Authenticator, &RequestAuth),
) -> String {
    let transport = blocking_transport_fn(|_| Ok(http::Response::new(Bytes::new())));
    let clock = ManualClock::at(NOW);
    let client = Client::builder(transport, OneThread).clock(clock).build();
    logged_with(client.unwrap(), keys, allowed_origins, head, handler)
}

fn logged_with(
    client: Client,
    keys: impl BlockingResolveKey + 'static,
    allowed_origins: Option<[&str; 0]>,
    head: &RequestHead<'_>,
    handler: impl FnOnce(&Authenticator, &RequestAuth),
) -> String {
    let mut settings = Settings::builder()
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap())
        .ignore_issuer()
        .authorized_parties(AuthorizedParties::require(["http://localhost:3000"]))
        .machine_id("mch_own")
        .accepts(AcceptedTokens::Any);
    if let Some(origins) = allowed_origins {
        settings = settings.allowed_origins(origins);
    }
    let settings = settings.build().unwrap();
    let authenticator = Authenticator::new(settings, keys, client);
    let lines = Lines::default();
    let to = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .without_time()
        .with_writer(move || to.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        if let Admission::Proceed(auth) = authenticator.admit(head) {
            handler(&authenticator, &auth);
        }
    });
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("planted"), "{log}");
    log
}

#[test]
fn operators_hear_of_browsers_that_go_in_a_circle() {
    let page = RequestHead::new("GET", "https://example.com/planted?planted=planted")
        .header("sec-fetch-dest", b"document")
        .header(
            "cookie",
            b"__client_uat=1799999990; __clerk_redirect_count=3",
        );
    let log = logged_of(Layered::new(), &page, |_| ());
    let expected = r#"event="redirect-circle" reason=client-uat-but-no-session-token"#;
    assert!(
        log.contains("WARN clerk::security") && log.contains(expected),
        "{log}"
    );
    assert_eq!(log.lines().count(), 1, "{log}");
}

#[test]
fn a_foreign_page_that_uses_a_browsers_cookies_is_an_event() {
    let emulator = Emulator::builder().issuer("https://clerk.example.com");
    let emulator = emulator.build().unwrap();
    let keys = || StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let token = emulator.token().user("ada@example.com").sign(NOW);
    let cookies = format!("__client_uat=1799999000; __session={token}");
    for (origin, expected) in [
        (
            "https://evil.example",
            r#"event="refused" reason=origin-not-allowed token_type="session_token""#,
        ),
        ("https://example.com", ""),
    ] {
        let head = RequestHead::new("POST", "https://example.com/planted?planted=planted")
            .header("cookie", cookies.as_bytes())
            .header("origin", origin.as_bytes());
        let log = logged_of(keys(), &head, |_| ());
        assert_eq!(
            log.lines().count(),
            usize::from(!expected.is_empty()),
            "{log}"
        );
        assert!(log.contains(expected), "{log}");
        assert!(!log.contains(&token), "{log}");
    }
}

#[test]
fn what_kept_clerk_from_being_asked_is_in_the_event() {
    let emulator = Emulator::builder().build().unwrap();
    let good = format!(
        "Bearer {}",
        emulator.token().user("ada@example.com").sign(NOW)
    );
    let refused = |request: http::Request<Bytes>| {
        let error = TransportError::new(TransportErrorKind::Connect, &request);
        Err(error.with_cause(io::Error::from(io::ErrorKind::ConnectionRefused)))
    };
    let client = Client::builder(blocking_transport_fn(refused), OneThread)
        .clock(ManualClock::at(NOW))
        .retry(Retry::none())
        .secret_key("sk_live_planted".parse().unwrap())
        .build()
        .unwrap();
    let keys = RemoteKeys::new(client, KeySource::BackendApi, CachePolicy::default());
    let log = logged(keys, Some(&good), |auth| assert!(auth.auth().is_err()));
    let expected = "error=the instance's keys could not be loaded: GetJWKS failed: \
                    could not connect to api.clerk.com: connection refused";
    assert!(log.contains(expected), "{log}");
}

#[test]
fn a_sign_out_that_ends_nothing_is_an_event() {
    let emulator = Emulator::builder().issuer("https://clerk.example.com");
    let emulator = emulator.build().unwrap();
    let keys = || StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let token = emulator.token().user("ada@example.com").sign(NOW);
    let cookies = format!("__client_uat=1799999000; __session={token}");
    let refused = r#"event="refused" reason=origin-not-allowed token_type="session_token""#;
    for (origin, allowed_origins, expected) in [
        // There is no secret key.
        (
            "https://example.com",
            None,
            r#"event="not-signed-out" session_id="sess_"#,
        ),
        ("https://evil.example", None, refused),
        ("https://evil.example", Some([""; 0]), refused),
    ] {
        let head = RequestHead::new("POST", "https://example.com/planted?planted=planted")
            .header("cookie", cookies.as_bytes())
            .header("origin", origin.as_bytes());
        let log = logged_by(keys(), allowed_origins, &head, |authenticator, auth| {
            let asked = auth.sign_out();
            let answer = asked.and_then(|asked| authenticator.sign_out(&asked, "/"));
            assert!(answer.is_err());
        });
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(log.contains(expected), "{log}\ndoes not contain {expected}");
        assert!(!log.contains(&token), "{log}");
    }
}

/// Attack: something between here and Clerk that answers with what it was sent, and with a line of
/// its own for the log.
#[test]
fn what_answers_in_clerks_place_writes_nothing_into_the_log() {
    let echo = |request: http::Request<Bytes>| {
        let key = request.headers()["authorization"].to_str().unwrap();
        let sent = String::from_utf8_lossy(request.body()).replace('"', "'") + key;
        let body = format!(
            r#"{{"errors":[{{"code":"unexpected_error","message":"{sent}\nERROR forged"}}]}}"#
        );
        let response = http::Response::builder().status(500);
        Ok(response.body(Bytes::from(body)).unwrap())
    };
    let client = || {
        Client::builder(blocking_transport_fn(echo), OneThread)
            .clock(ManualClock::at(NOW))
            .retry(Retry::none())
            .secret_key("sk_live_planted".parse().unwrap())
            .build()
            .unwrap()
    };
    let head = RequestHead::new("POST", "https://example.com/")
        .header("authorization", b"Bearer ak_planted");
    let log = logged_with(client(), Layered::new(), None, &head, |_, _| ());
    let expected = "error=Clerk could not be asked: verifyApiKey: Clerk answered 500 Internal \
                    Server Error (unexpected_error)";
    assert!(log.contains(expected), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");

    let emulator = Emulator::builder().build().unwrap();
    let token = emulator.token().user("ada@example.com").sign(NOW);
    let keys = RemoteKeys::new(client(), KeySource::BackendApi, CachePolicy::default());
    let log = logged(keys, Some(&format!("Bearer {token}")), |_| ());
    let expected = "error=the instance's keys could not be loaded: GetJWKS: Clerk answered 500 \
                    Internal Server Error (unexpected_error)";
    assert!(log.contains(expected), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
}

#[test]
fn a_session_that_clerk_does_not_know_is_an_event() {
    let emulator = Emulator::builder().issuer("https://clerk.example.com");
    let emulator = emulator.build().unwrap();
    let keys = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let token = emulator.token().user("ada@example.com").sign(NOW);
    let cookies = format!("__client_uat=1799999000; __session={token}");
    let unknown = |_| {
        let body = r#"{"errors":[{"code":"resource_not_found","message":"not found"}]}"#;
        let response = http::Response::builder().status(404);
        Ok(response.body(Bytes::from_static(body.as_bytes())).unwrap())
    };
    let client = Client::builder(blocking_transport_fn(unknown), OneThread)
        .clock(ManualClock::at(NOW))
        .secret_key("sk_live_planted".parse().unwrap())
        .build()
        .unwrap();
    let head = RequestHead::new("POST", "https://example.com/planted")
        .header("cookie", cookies.as_bytes())
        .header("origin", b"https://example.com");
    let log = logged_with(client, keys, None, &head, |authenticator, auth| {
        let asked = auth.sign_out().unwrap();
        assert!(authenticator.sign_out(&asked, "/").is_ok());
    });
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("WARN clerk::security"), "{log}");
    let expected = r#"event="sign-out-unknown-session" session_id="sess_"#;
    assert!(log.contains(expected), "{log}");
    assert!(!log.contains(&token), "{log}");
}

#[test]
fn an_origin_in_an_event_is_short_and_on_one_line() {
    let long = format!("https://{}.example", "evil".repeat(1000));
    let own_scheme = format!("app://{}", "a".repeat(1000));
    for origin in [long.as_str(), &own_scheme, "app://a\u{2028}b\u{202e}c"] {
        let head = RequestHead::new("POST", "https://example.com/")
            .header("cookie", b"__client_uat=1799999000; __session=a.b.c")
            .header("origin", origin.as_bytes());
        let log = logged_of(Layered::new(), &head, |_| ());
        assert!(log.contains("reason=origin-not-allowed"), "{log}");
        assert!(log.is_ascii() && log.len() < 600, "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    }
}

#[test]
fn each_refusal_is_one_event_and_holds_no_token() {
    let emulator = Emulator::builder().build().unwrap();
    let keys = || StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let session = || emulator.token().user("ada@example.com");
    let bearer = |token: String| format!("Bearer {token}");
    let admin = Requirement::new().role("org:owner");
    let nothing = |_: &RequestAuth| {};
    let forged = bearer(session().defect(Defect::ForeignKey).sign(NOW));
    let good = bearer(session().sign(NOW));
    let pending = bearer(session().claim("sts", "pending").sign(NOW));
    let of_nobody = bearer(session().without("azp").sign(NOW));
    let others = bearer(emulator.token().machine().scope("mch_other").sign(NOW));

    for (log, expected) in [
        (logged(keys(), None, nothing), ""),
        (logged(keys(), Some(&good), nothing), ""),
        (
            logged(keys(), Some(&forged), nothing),
            r#"event="refused" reason=token-invalid-signature token_type="session_token""#,
        ),
        (
            logged(keys(), Some(&forged), nothing),
            "token_type=\"session_token\" the token's signature is not valid; if it is so with every token",
        ),
        (
            logged(keys(), Some(&of_nobody), nothing),
            "token_type=\"session_token\" the token has no azp claim, and one of the authorized parties is required",
        ),
        (
            logged(keys(), Some(&pending), |auth| {
                let refusal = auth.session().unwrap_err();
                assert_eq!(refusal.headers()["x-clerk-auth-reason"], "session-pending");
            }),
            r#"event="session-pending" reason=session-pending the user has signed in and"#,
        ),
        (
            // Pages that ask nobody to be signed in are nobody's refusal.
            logged(keys(), Some(&pending), |auth| assert!(auth.auth().is_ok())),
            "",
        ),
        (
            logged(keys(), Some("Bearer mt_planted.a.b"), nothing),
            r#"event="refused" reason=token-invalid token_type="m2m_token""#,
        ),
        (
            logged(keys(), Some(&others), nothing),
            r#"event="refused" reason=token-verification-failed token_type="m2m_token""#,
        ),
        (
            logged(keys(), Some(&good), |auth| assert!(auth.machine().is_err())),
            r#"event="refused" reason=token-type-mismatch token_type="session_token""#,
        ),
        (
            logged(keys(), Some(&good), |auth| {
                assert!(auth.require(&admin).is_err());
            }),
            r#"event="denied" reason="role_missing" user_id="user_"#,
        ),
        (
            logged(Layered::new(), Some(&good), |auth| {
                assert!(auth.auth().is_err());
            }),
            r#"event="undecided" reason=jwk-failed-to-resolve token_type="session_token""#,
        ),
    ] {
        assert_eq!(
            log.lines().count(),
            usize::from(!expected.is_empty()),
            "{log}"
        );
        assert!(log.contains(expected), "{log}\ndoes not contain {expected}");
        assert_eq!(
            log.contains("clerk::security"),
            !expected.is_empty(),
            "{log}"
        );
    }
}
