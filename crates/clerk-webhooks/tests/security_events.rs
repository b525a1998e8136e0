//! What operators hear of deliveries, and what they never do.
#![cfg(feature = "tracing")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use clerk_core::{ManualClock, UnixTime};
use clerk_webhooks::{
    ComputeHmacAsync, ComputingHmac, Hmac, HmacError, NoRandomness, Policy, Provider, Rejection,
    SigningSecrets, Verifier, WorkError, blocking::Receiver,
};

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

/// A library that would have to be awaited.
#[derive(Debug)]
struct Later;

impl Provider for Later {
    fn hmac_sha256(&self, _: &[u8]) -> Hmac {
        Hmac::Awaited(Arc::new(Self))
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        Err(NoRandomness)
    }
}

impl ComputeHmacAsync for Later {
    fn compute<'a>(&'a self, _: &'a [&'a [u8]]) -> ComputingHmac<'a> {
        Box::pin(std::future::ready(Err(HmacError::new("it is broken"))))
    }
}

fn logged(deed: impl FnOnce()) -> String {
    let lines = Lines::default();
    let to = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .without_time()
        .with_writer(move || to.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, deed);
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        !log.contains("planted") && !log.contains("cGxhbnRlZ"),
        "{log}"
    );
    log
}

#[test]
fn each_refusal_is_one_event_and_shows_nothing_that_a_stranger_wrote() {
    let secrets = SigningSecrets::new("whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl").unwrap();
    let receiver = Receiver::new(Verifier::new(secrets.clone()))
        .policy(Policy::default().body_limit(100))
        .clock(ManualClock::at(NOW));
    let signed = secrets.sign("msg_1", NOW, b"planted").unwrap();
    let good = signed.svix();
    let mut forged = good;
    forged[0].1 = "planted";
    let refused = |headers: &[(&str, &str)], body: &[u8]| {
        logged(|| drop(receiver.receive(headers, body).unwrap_err()))
    };
    let once = |outcome: Result<(), &'static str>| {
        let delivery = receiver.receive(&good, *b"planted").unwrap();
        logged(|| drop(delivery.once(|| Ok(outcome?))))
    };
    for (log, expected) in [
        (
            refused(&forged, b"planted"),
            r#" WARN clerk::security: event="webhook-refused" reason="signature-mismatch" error="#,
        ),
        (
            refused(&[], b"planted"),
            r#" WARN clerk::security: event="webhook-refused" reason="header-missing" error="#,
        ),
        (
            refused(&good, &[b' '; 101]),
            r#" WARN clerk::security: event="webhook-refused" reason="body-too-large" error="#,
        ),
        (
            {
                let text = "whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl";
                let secrets = SigningSecrets::new_with(text, Later).unwrap();
                let receiver = Receiver::new(Verifier::new(secrets)).clock(ManualClock::at(NOW));
                logged(|| drop(receiver.receive(&good, *b"planted").unwrap_err()))
            },
            r#"ERROR clerk::security: event="webhook-failed" reason="signature-unchecked" error="#,
        ),
        (
            logged(|| drop(Rejection::not_configured())),
            r#"ERROR clerk::security: event="webhook-failed" reason="receiver-missing" error="#,
        ),
        (
            once(Err("no database")),
            r#"ERROR clerk::security: event="webhook-failed" reason="handler-failed" error=acting on the delivery failed: no database id="msg_1""#,
        ),
        (once(Ok(())), ""),
        (
            once(Ok(())),
            r#" INFO clerk::security: event="webhook-repeated" id="msg_1""#,
        ),
    ] {
        assert!(log.starts_with(expected), "{log}");
        assert_eq!(
            log.lines().count(),
            usize::from(!expected.is_empty()),
            "{log}"
        );
    }
}

/// Whatever the work fails with, operators are told of the cause of the cause, too.
#[test]
fn why_work_failed_is_told_with_every_cause() {
    let (refused, boxed) = (
        || io::Error::new(io::ErrorKind::NotConnected, Refused),
        |error: io::Error| WorkError::boxed(error.into()),
    );
    for error in [WorkError::from(refused()), boxed(refused())] {
        let secrets = SigningSecrets::new("whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl").unwrap();
        let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
        let receiver = Receiver::new(Verifier::new(secrets)).clock(ManualClock::at(NOW));
        let delivery = receiver.receive(&signed.svix(), *b"{}").unwrap();
        let log = logged(|| drop(delivery.once(|| Err::<(), _>(error))));
        let expected = "error=acting on the delivery failed: the database refused: wrong password";
        assert!(log.contains(expected), "{log}");
    }
}

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the database refused")
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&WrongPassword)
    }
}

#[derive(Debug)]
struct WrongPassword;

impl std::fmt::Display for WrongPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrong password")
    }
}

impl std::error::Error for WrongPassword {}

#[cfg(feature = "events")]
#[test]
fn an_event_that_cannot_be_read_is_not_passed_over_in_silence() {
    let secrets = SigningSecrets::new("whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl").unwrap();
    let receiver = Receiver::new(Verifier::new(secrets.clone())).clock(ManualClock::at(NOW));
    let told = |body: &str| {
        let signed = secrets.sign("msg_1", NOW, body.as_bytes()).unwrap();
        let delivery = receiver.receive(&signed.svix(), body).unwrap();
        logged(|| drop(delivery.event()))
    };
    let log = told(r#"{"type":"user.created","data":["planted"]}"#);
    let expected =
        r#"ERROR clerk::security: event="webhook-failed" reason="event-unreadable" error="#;
    assert!(log.starts_with(expected), "{log}");
    assert!(told("planted").contains(r#"event="webhook-failed" reason="body-not-an-event""#));
    assert_eq!(
        told(r#"{"type":"user.created","data":{"id":"user_1"}}"#),
        ""
    );
    assert_eq!(told(r#"{"type":"user.renamed"}"#), "");
}

/// Operators hear of it, and it is counted, where the body is read; that the work ends with it is nothing new.
#[cfg(feature = "events")]
#[test]
fn an_event_that_cannot_be_read_is_told_once_where_the_work_ends_with_it() {
    let secrets = SigningSecrets::new("whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl").unwrap();
    let receiver = Receiver::new(Verifier::new(secrets.clone())).clock(ManualClock::at(NOW));
    let signed = secrets.sign("msg_1", NOW, b"planted").unwrap();
    let delivery = receiver.receive(&signed.svix(), *b"planted").unwrap();
    let mut reason = "";
    let log = logged(|| {
        let outcome = delivery.once(|| Ok(delivery.event()?));
        reason = outcome.unwrap_err().reason();
    });
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains(r#"reason="body-not-an-event""#), "{log}");
    assert_eq!(reason, "handler-failed");
}
