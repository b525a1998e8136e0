//! The bytes of headers, in both directions.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use bytes::Bytes;
use clerk_http::{BlockingTransport as _, TransportErrorKind};
use http::{HeaderValue, Request};

use crate::{Outcome, Trial, edge::Place, worker_transport::WorkerTransport};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "headers are the bytes that they were, where the engine can say them",
    bytes_of_headers,
)];

const UTF_8: &[u8] = "caf\u{e9} \u{4e2d}".as_bytes();
const LATIN_1: &[u8] = b"caf\xe9";
/// What Cloudflare's engine makes of that, in a response.
const REPLACED: &[u8] = "caf\u{fffd}".as_bytes();

fn bytes_of_headers(place: &Place<'_>) -> Outcome {
    let edge = place.edge()?;
    let transport = WorkerTransport(&edge);
    let sent = |value: &[u8]| {
        let (url, echo) = echo().map_err(|error| error.to_string())?;
        let value = HeaderValue::from_bytes(value).map_err(|error| error.to_string())?;
        let request = Request::get(url)
            .header("x-value", value)
            .body(Bytes::new());
        let request = request.map_err(|error| error.to_string())?;
        let outcome = transport.send(request);
        Ok::<_, String>((outcome, echo))
    };

    let arrives = |value: &[u8]| {
        let (outcome, echo) = sent(value)?;
        let response = outcome.map_err(|error| error.to_string())?;
        let arrived = echo.join().map_err(|_| "the server panicked")?;
        let arrived = arrived.map_err(|error| error.to_string())?;
        expect("what arrives", Some(&arrived), value)?;
        Ok::<_, String>(response)
    };

    let response = arrives(UTF_8)?;
    let cookies = response.headers().get_all(http::header::SET_COOKIE).iter();
    if !cookies.eq(["a=1", "b=2"]) {
        return Err(format!("not two cookies: {:?}", response.headers()));
    }
    let value = |name| response.headers().get(name).map(HeaderValue::as_bytes);
    expect("UTF-8 in a response", value("x-utf-8"), UTF_8)?;
    if !place.engine.is_cloudflares() {
        expect("other bytes in a response", value("x-latin-1"), LATIN_1)?;
        return arrives(LATIN_1).map(drop);
    }
    expect("other bytes in a response", value("x-latin-1"), REPLACED)?;
    // The server of this one goes on waiting until the program ends.
    let (outcome, _) = sent(LATIN_1)?;
    match outcome {
        Err(error) if error.kind() == TransportErrorKind::Request => Ok(()),
        other => Err(format!("other bytes in a request: {other:?}")),
    }
}

fn expect(what: &str, found: Option<&[u8]>, expected: &[u8]) -> Outcome {
    if found == Some(expected) {
        return Ok(());
    }
    Err(format!("{what}: {found:x?} and not {expected:x?}"))
}

type Echo = thread::JoinHandle<std::io::Result<Vec<u8>>>;

/// Answers one request, and tells the bytes of its `x-value`.
fn echo() -> std::io::Result<(String, Echo)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    let serve = move || {
        let (stream, _) = listener.accept()?;
        let mut reader = BufReader::new(&stream);
        let mut value = Vec::new();
        loop {
            let mut line = Vec::new();
            reader.read_until(b'\n', &mut line)?;
            let line = line.trim_ascii();
            if line.is_empty() {
                break;
            }
            let (name, rest) = line.split_at(line.len().min("x-value:".len()));
            if name.eq_ignore_ascii_case(b"x-value:") {
                value = rest.trim_ascii().to_vec();
            }
        }
        let mut response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n".to_vec();
        response.extend(b"set-cookie: a=1\r\nset-cookie: b=2\r\nx-utf-8: ");
        response.extend([UTF_8, b"\r\nx-latin-1: ", LATIN_1, b"\r\n\r\n"].concat());
        (&stream).write_all(&response)?;
        Ok(value)
    };
    Ok((url, thread::spawn(serve)))
}
