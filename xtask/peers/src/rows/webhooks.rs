//! Verifying a webhook.

use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::{Clock, SystemClock};
use clerk_webhooks::{Error, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue};
use ring::hmac;

use super::Run;
use crate::{Delivery, Fixture};

fn map(headers: [(&'static str, &str); 3]) -> HeaderMap {
    let headers = headers.into_iter().map(|(name, value)| {
        let value = HeaderValue::from_str(value).expect("visible ASCII");
        (HeaderName::from_static(name), value)
    });
    headers.collect()
}

/// The floor: what was signed lies ready in one piece, and the signature is decoded.
pub(super) fn raw_ring(fixture: &Fixture) -> Run {
    let delivery = fixture.delivery();
    let [(_, id), (_, timestamp), (_, signature)] = delivery.svix();
    let content = format!("{id}.{timestamp}.{}", delivery.body);
    let tag = signature.strip_prefix("v1,").expect("of version 1");
    let tag = STANDARD.decode(tag).expect("base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, Delivery::KEY);
    Box::new(move || {
        hmac::verify(&key, black_box(content.as_bytes()), &tag).expect("a good signature");
    })
}

/// It is given the time, and reads it here because the others read it themselves.
pub(super) fn verify(fixture: &Fixture) -> Run {
    let delivery = fixture.delivery();
    let (verifier, clock) = (Verifier::new(Delivery::secrets()), SystemClock::new());
    let (headers, body) = (map(delivery.svix()), delivery.body);
    Box::new(move || {
        let verified =
            verifier.verify(black_box(&headers), black_box(body.as_bytes()), clock.now());
        black_box(verified.expect("a good delivery"));
    })
}

/// A forgery: of the same length, with another event in it than was signed.
pub(super) fn refuse(fixture: &Fixture) -> Run {
    let delivery = fixture.delivery();
    let (verifier, clock) = (Verifier::new(Delivery::secrets()), SystemClock::new());
    let headers = map(delivery.svix());
    let body = delivery.body.replace("user.created", "user.deleted");
    Box::new(move || {
        let verified =
            verifier.verify(black_box(&headers), black_box(body.as_bytes()), clock.now());
        let error = verified.expect_err("a forgery");
        assert!(matches!(error, Error::NoMatchingSignature { .. }));
    })
}

pub(super) fn standardwebhooks(fixture: &Fixture) -> Run {
    let delivery = fixture.delivery();
    let library = standardwebhooks::Webhook::new(Delivery::SECRET).expect("a signing secret");
    let (headers, body) = (map(delivery.standard()), delivery.body);
    Box::new(move || {
        library
            .verify(black_box(body.as_bytes()), black_box(&headers))
            .expect("a good delivery");
    })
}
