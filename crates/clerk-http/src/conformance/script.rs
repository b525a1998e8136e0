use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};

use super::server::{Answer, DRIPS, Then};
use crate::RequestTimeout;

/// In every part of a request or a response that must not show in an error.
pub(super) const PLANTED: &str = "planted";

const BODY: &str = r#"{"planted":true}"#;

pub(super) fn answer(bytes: impl Into<Vec<u8>>, then: Then) -> Answer {
    Answer {
        bytes: bytes.into(),
        then,
    }
}

pub(super) fn ok() -> Answer {
    answer(
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        Then::KeepOpen,
    )
}

/// In how many ways HTTP/1.1 tells where a body ends.
pub(super) const FRAMINGS: usize = 4;

/// Bodies of `length` bytes: by a length, by chunks of one and of many bytes, and by the connection's
/// end, which leaves no connection for another answer.
pub(super) fn framings(length: usize) -> [Answer; FRAMINGS] {
    let head = "HTTP/1.1 200 OK\r\n";
    let body = "a".repeat(length);
    let sized = format!("{head}content-length: {length}\r\n\r\n{body}");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let single = format!("{chunked}{length:x}\r\n{body}\r\n0\r\n\r\n");
    let many = format!("{chunked}{}0\r\n\r\n", "1\r\na\r\n".repeat(length));
    let unknown = format!("{head}\r\n{body}");
    [
        answer(sized, Then::KeepOpen),
        answer(single, Then::KeepOpen),
        answer(many, Then::KeepOpen),
        answer(unknown, Then::Close),
    ]
}

pub(super) fn chunked() -> Answer {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000\r\n";
    answer(head, Then::Flood(0x1_0000))
}

pub(super) fn small_chunks() -> Answer {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("64\r\n{}\r\n", "a".repeat(0x64));
    answer(
        format!("{head}{}0\r\n\r\n", chunk.repeat(20)),
        Then::KeepOpen,
    )
}

pub(super) fn endless() -> Answer {
    answer("HTTP/1.1 200 OK\r\n\r\n", Then::Flood(8 * 1024 * 1024))
}

pub(super) fn slow_head() -> Answer {
    answer("HTTP/1.1 200 OK\r\nx-slow: ", Then::Drip)
}

pub(super) fn slow_body() -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {DRIPS}\r\n\r\n");
    answer(head, Then::Drip)
}

/// A request with something planted in each of its parts.
pub(super) fn request(method: Method, authority: &str) -> Request<Bytes> {
    let has_body = method != Method::GET && method != Method::HEAD;
    let mut request = Request::new(Bytes::from(if has_body { BODY } else { "" }));
    *request.method_mut() = method;
    let uri = format!("http://{authority}/planted/a%2Fb?planted=a%20b%2Bc&d");
    *request.uri_mut() = uri.parse().unwrap_or_default();
    let mut authorization = HeaderValue::from_static("Bearer planted");
    authorization.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static("conformance/1"),
    );
    headers.append("x-repeated", HeaderValue::from_static("one"));
    headers.append("x-repeated", HeaderValue::from_static("two"));
    if has_body {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    // For a rule that is broken in a way nobody thought of; all others end long before.
    let timeout = RequestTimeout(Duration::from_secs(20));
    request.extensions_mut().insert(timeout);
    request
}

pub(super) fn one(authority: &str) -> Vec<Request<Bytes>> {
    vec![request(Method::POST, authority)]
}

pub(super) fn two(authority: &str) -> Vec<Request<Bytes>> {
    let request = || request(Method::POST, authority);
    vec![request(), request()]
}

pub(super) fn with_timeout(authority: &str, timeout: Duration) -> Vec<Request<Bytes>> {
    let mut request = request(Method::POST, authority);
    request.extensions_mut().insert(RequestTimeout(timeout));
    vec![request]
}
