//! What the tests share: an instance at a fixed time, calls of it, and a reader of tokens.
#![allow(dead_code, reason = "no test file needs all of it")]

pub(crate) mod page;

use std::{
    io::{self, Read as _, Write as _},
    net::SocketAddr,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use http::{Request, Response};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

pub(crate) const ADA: &str = "user_0adaLovelaceExample00000000";
pub(crate) const BOB: &str = "user_0bobExampleMemberOfAcme0000";
pub(crate) const ACME: &str = "org_0acmeExampleOrganization000";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

pub(crate) fn emulator() -> Emulator {
    Emulator::builder().deterministic(1).build().unwrap()
}

/// A request with the secret key, and a JSON body if there is one.
pub(crate) fn request(method: &str, path: &str, body: Option<&Value>) -> Request<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer sk_test_emulator");
    let request = match body {
        Some(_) => request.header("content-type", "application/json"),
        None => request,
    };
    request
        .body(body.map(|body| body.to_string().into()).unwrap_or_default())
        .unwrap()
}

pub(crate) fn send(emulator: &Emulator, request: Request<Bytes>) -> Response<Bytes> {
    let answer = emulator.handle(request, NOW);
    answer.into_response().expect("a response")
}

/// Status and JSON body of the answer to a request with the secret key.
pub(crate) fn call(
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let response = send(emulator, request(method, path, body));
    let body = match response.body().is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(response.body()).expect("a JSON body"),
    };
    (response.status().as_u16(), body)
}

pub(crate) fn get(emulator: &Emulator, path: &str) -> (u16, Value) {
    call(emulator, "GET", path, None)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "a call then reads `post(&emulator, path, json!({…}))`"
)]
pub(crate) fn post(emulator: &Emulator, path: &str, body: Value) -> (u16, Value) {
    call(emulator, "POST", path, Some(&body))
}

#[allow(clippy::needless_pass_by_value, reason = "as for `post`")]
pub(crate) fn patch(emulator: &Emulator, path: &str, body: Value) -> (u16, Value) {
    call(emulator, "PATCH", path, Some(&body))
}

pub(crate) fn delete(emulator: &Emulator, path: &str) -> (u16, Value) {
    call(emulator, "DELETE", path, None)
}

/// The answer to a request that is to succeed.
pub(crate) fn fine((status, body): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{status} {body}");
    body
}

/// The text that an object has under this name.
pub(crate) fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {object}"))
}

/// What the items of a page have under this name, in its order.
pub(crate) fn column<'v>(page: &'v Value, name: &str) -> Vec<&'v str> {
    let items = page["data"].as_array().unwrap_or_else(|| panic!("{page}"));
    items.iter().map(|item| text(item, name)).collect()
}

/// Status, code and blamed parameter of an answer.
pub(crate) fn refusal((status, body): (u16, Value)) -> (u16, String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let error = &body["errors"][0];
    for member in ["message", "long_message"] {
        assert!(!text(&error[member]).is_empty(), "{body}");
    }
    assert_eq!(text(&body["clerk_trace_id"]).len(), 32);
    (
        status,
        text(&error["code"]),
        text(&error["meta"]["param_name"]),
    )
}

pub(crate) fn refused(status: u16, code: &str, param: &str) -> (u16, String, String) {
    (status, code.into(), param.into())
}

pub(crate) fn session_of(emulator: &Emulator, user: &str) -> String {
    let (status, session) = post(emulator, "/v1/sessions", json!({ "user_id": user }));
    assert_eq!(status, 200, "{session}");
    session["id"].as_str().unwrap().to_owned()
}

/// A token taken apart, without judging it.
#[derive(Debug)]
pub(crate) struct Jwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signing_input: String,
    signature: Vec<u8>,
}

pub(crate) fn decode(token: &str) -> Jwt {
    let parts: Vec<&str> = token.split('.').collect();
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(parts.len(), 3, "{token}");
    Jwt {
        header: json(parts[0]),
        claims: json(parts[1]),
        signing_input: format!("{}.{}", parts[0], parts[1]),
        signature: URL_SAFE_NO_PAD.decode(parts[2]).unwrap(),
    }
}

impl Jwt {
    /// Whether the key with the token's `kid` in `jwks` verifies the signature, as RS256.
    pub(crate) fn verifies(&self, jwks: &Value) -> bool {
        let keys = jwks["keys"].as_array().unwrap();
        keys.iter()
            .filter(|key| key["kid"] == self.header["kid"])
            .any(|key| {
                let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap());
                let public = RsaPublicKeyComponents {
                    n: bytes("n").unwrap(),
                    e: bytes("e").unwrap(),
                };
                let (message, signature) = (self.signing_input.as_bytes(), &self.signature);
                public
                    .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                    .is_ok()
            })
    }
}

/// Sends a request over a connection of its own, with nothing but the standard library.
pub(crate) fn exchange(
    address: SocketAddr,
    request: &Request<Bytes>,
) -> io::Result<Response<Bytes>> {
    exchange_at(address, &address.to_string(), request)
}

/// The same, by this name of the server.
pub(crate) fn exchange_at(
    address: SocketAddr,
    host: &str,
    request: &Request<Bytes>,
) -> io::Result<Response<Bytes>> {
    let mut stream = std::net::TcpStream::connect(address)?;
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
        request.method(),
        request.uri().path_and_query().unwrap(),
        request.body().len()
    );
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(request.body())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    Ok(response.body(bytes[end + 4..].to_vec().into()).unwrap())
}
