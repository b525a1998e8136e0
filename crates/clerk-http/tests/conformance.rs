//! The conformance suite against transports that are none.

#![cfg(feature = "conformance")]

use bytes::Bytes;
use clerk_http::{
    TransportError, TransportErrorKind, blocking_transport_fn, conformance, transport_fn,
};
use http::Response;

/// How many rules the suite has.
const RULES: usize = 27;

fn broken_rules(violations: &conformance::Violations) -> Vec<String> {
    let text = violations.to_string();
    let lines = text.lines().filter_map(|line| line.strip_prefix("- "));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_transport_that_sends_nothing_keeps_few_rules() {
    let violations = conformance::check_blocking(|| {
        blocking_transport_fn(|_| Ok(Response::new(Bytes::from("{}"))))
    })
    .unwrap_err();
    let broken = broken_rules(&violations);
    // Nothing is sent twice, stored or timed out where nothing is sent.
    assert!(broken.len() > RULES - 4, "{violations}");
}

#[test]
fn a_transport_that_always_fails_keeps_few_rules() {
    for kind in [
        TransportErrorKind::Connect,
        TransportErrorKind::Timeout,
        TransportErrorKind::Broken,
        TransportErrorKind::TooLarge,
    ] {
        let fails = move |request| Err(TransportError::new(kind, &request));
        let violations = conformance::check_blocking(|| blocking_transport_fn(fails)).unwrap_err();
        let broken = broken_rules(&violations);
        assert!(broken.len() > RULES / 2, "{violations}");
    }
}

#[test]
fn errors_that_repeat_the_request_break_every_rule() {
    let violations = conformance::check_blocking(|| {
        blocking_transport_fn(|request| {
            let error = TransportError::new(TransportErrorKind::Broken, &request);
            Err(error.with_cause(format!("no answer from {}", request.uri())))
        })
    })
    .unwrap_err();
    let repeats = |line: &&String| line.contains("the error repeats the request");
    let broken = broken_rules(&violations);
    assert!(
        broken.iter().filter(repeats).count() >= RULES,
        "{violations}"
    );
}

#[test]
fn both_checks_come_to_the_same() {
    let blocking = conformance::check_blocking(|| {
        blocking_transport_fn(|_| Ok(Response::new(Bytes::from("{}"))))
    });
    let check =
        conformance::check(|| transport_fn(|_| async { Ok(Response::new(Bytes::from("{}"))) }));
    let check = finished(check);
    assert_eq!(
        broken_rules(&blocking.unwrap_err()),
        broken_rules(&check.unwrap_err())
    );
}

/// The output of a future that never has to wait.
fn finished<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the future waits"),
    }
}
