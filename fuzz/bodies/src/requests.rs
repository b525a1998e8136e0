//! Requests: nobody is signed in without a good signature, and no browser is sent astray.

use std::str;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use clerk_auth::{
    Error, Moment, OrganizationSync, RequestHead, RequestState, Settings, Step, TokenType,
};
use clerk_core::MonotonicTime;
use clerk_http::{TransportError, TransportErrorKind};
use clerk_jwks::{FetchError, ResolveError};
use clerk_jwt::VerifyingKey;
use http::header::{LOCATION, SET_COOKIE};
use http::{Request, Response};
use url::{Host, Url};

use crate::tokens::{NOW, key_that_accepts, key_that_refuses};

const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const DEVELOPMENT: &str = "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk";

/// A handshake asks for two keys and a payload, and what follows for one more key and a refresh; each
/// question to Clerk is three attempts and two waits at most.
const MOST_STEPS: usize = 20;

/// The bytes are a `Cookie` header.
pub fn cookies(data: &[u8]) {
    for options in ["", "d", "sa"] {
        let target = "https://example.com/orgs/acme?a=b";
        let head = RequestHead::new("GET", target)
            .header("sec-fetch-dest", b"document")
            .header("cookie", data);
        judge(options, target, &head, &[]);
    }
}

/// The bytes are a request: method and target, then a header on each line.
pub fn request_head(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some((target, head)) = read_head(&mut lines) else {
        return;
    };
    let _ = (head.path(), head.query(), format!("{head:?}"));
    for options in ["o", "do", "dsa", "*"] {
        judge(options, target, &head, &[]);
    }
}

/// The bytes are the JSON payload of a handshake token.
pub fn handshake(data: &[u8]) {
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"RS256","typ":"JWT"}"#);
    let cookie = format!(
        "__clerk_handshake={header}.{}.AAAA",
        URL_SAFE_NO_PAD.encode(data)
    );
    for options in ["", "d"] {
        let target = "https://example.com/";
        let head = RequestHead::new("GET", target)
            .header("sec-fetch-dest", b"document")
            .header("cookie", cookie.as_bytes());
        judge(options, target, &head, &[]);
    }
}

/// The bytes are a line that chooses settings, a request as for [`request_head`], an empty line,
/// and then an answer on each line: to a question for a key or to a request.
pub fn authenticate(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let options = lines.next().unwrap_or_default();
    let Some((target, head)) = read_head(&mut lines) else {
        return;
    };
    let answers: Vec<&[u8]> = lines.collect();
    let options = String::from_utf8_lossy(options);
    judge(&options, target, &head, &answers);
}

/// The target, and the request with it.
fn read_head<'d>(lines: &mut impl Iterator<Item = &'d [u8]>) -> Option<(&'d str, RequestHead<'d>)> {
    let first = str::from_utf8(lines.next()?).ok()?;
    let (method, target) = first.split_once(' ')?;
    let mut head = RequestHead::new(method, target);
    for line in lines.take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let value = value.strip_prefix(b":")?;
        head = head.header(str::from_utf8(name).ok()?, value);
    }
    Some((target, head))
}

/// Settings by letters; those that do not fit together are none.
fn settings(options: &str) -> Option<Settings> {
    let has = |letter| options.contains(letter);
    let key = if has('d') { DEVELOPMENT } else { PRODUCTION };
    let mut builder = Settings::builder()
        .publishable_key(key.parse().ok()?)
        .sign_in_url("https://primary.example/sign-in")
        .satellite(has('s'))
        .satellite_auto_sync(has('a'))
        .machine_id("mch_2")
        .allowed_redirect_origins(["https://named.example"]);
    if has('s') {
        builder = builder.domain("satellite.example");
    }
    if has('p') {
        builder = builder.proxy_url("/__clerk");
    }
    if has('o') {
        let patterns = OrganizationSync::new(["/orgs/:slug", "/orgs/:slug/(.*)"], ["/me"]);
        builder = builder.organization_sync(patterns.ok()?);
    }
    for (letter, machine) in [
        ('k', TokenType::ApiKey),
        ('m', TokenType::M2m),
        ('t', TokenType::OAuth),
    ] {
        if has(letter) {
            builder = builder.accepts(machine);
        }
    }
    if has('*') {
        builder = builder.accepts(clerk_auth::AcceptedTokens::Any);
    }
    builder.build().ok()
}

/// Decides with a key that accepts every signature, and with one that accepts none.
fn judge(options: &str, target: &str, head: &RequestHead<'_>, answers: &[&[u8]]) {
    let Some(settings) = settings(options) else {
        return;
    };
    let api = clerk_http::Settings::builder()
        .secret_key("sk_test_fuzz".parse().expect("a key"))
        .build()
        .expect("settings");
    let decided = decide(head, &settings, &api, &key_that_accepts(), answers);
    assert_sends_nobody_astray(&decided, target, head);
    let doubted = decide(head, &settings, &api, &key_that_refuses(), answers);
    assert_sends_nobody_astray(&doubted, target, head);
    if let Ok(state @ RequestState::SignedIn(_)) = &doubted {
        let token_type = state.token_type().expect("the type of what signed in");
        assert!(token_type.is_machine(), "signed in without a signature");
    }
}

fn decide(
    head: &RequestHead<'_>,
    settings: &Settings,
    api: &clerk_http::Settings,
    key: &VerifyingKey,
    answers: &[&[u8]],
) -> Result<RequestState, Error> {
    let mut answers = answers.iter();
    let now = Moment::new(NOW, MonotonicTime::default());
    let mut step = Step::start(head, settings, api, now);
    for _ in 0..MOST_STEPS {
        let _ = format!("{step:?}");
        step = match step {
            Step::Resolve(_, waiting) => waiting.resolved(found(answers.next().copied(), key), now),
            Step::Send(request, waiting) => {
                waiting.received(response(answers.next().copied(), &request), now)
            }
            Step::Wait(_, waiting) => waiting.waited(now),
            Step::Verify(_) => panic!("the key answers at once"),
            Step::Done(decided) => {
                // Neither must panic.
                let _ = format!("{decided:?}");
                return decided;
            }
        };
    }
    panic!("asks without end");
}

fn found(answer: Option<&[u8]>, key: &VerifyingKey) -> Result<VerifyingKey, ResolveError> {
    match answer {
        Some(b"unknown") => Err(ResolveError::UnknownKey),
        Some(b"unavailable") => Err(ResolveError::Unavailable(Arc::new(FetchError::Empty))),
        Some(b"none") => Err(ResolveError::NoSource),
        _ => Ok(key.clone()),
    }
}

/// A status of three digits and a body, or no response.
fn response(
    answer: Option<&[u8]>,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, TransportError> {
    let read = |answer: &[u8]| {
        let (status, body) = answer.split_at_checked(3)?;
        let body = Bytes::copy_from_slice(body);
        let response = Response::builder().header("content-type", "application/json");
        let status: u16 = str::from_utf8(status).ok()?.parse().ok()?;
        response.status(status).body(body).ok()
    };
    answer
        .and_then(read)
        .ok_or_else(|| TransportError::new(TransportErrorKind::Broken, request))
}

fn assert_sends_nobody_astray(
    decided: &Result<RequestState, Error>,
    target: &str,
    head: &RequestHead<'_>,
) {
    let state = match decided {
        Ok(state) => state,
        Err(error) => {
            let _ = (error.reason(), error.fault(), error.headers());
            return;
        }
    };
    for cookie in state.headers().get_all(SET_COOKIE) {
        let name = cookie.as_bytes().trim_ascii_start();
        let is_clerks = ["__session", "__client", "__clerk", "__refresh"]
            .iter()
            .any(|prefix| name.starts_with(prefix.as_bytes()));
        assert!(is_clerks, "sets a cookie of the application's own");
    }
    let Some(location) = state.headers().get(LOCATION) else {
        assert_ne!(
            state.status(),
            "handshake",
            "a handshake that leads nowhere"
        );
        return;
    };
    let text = location.to_str().expect("a text");
    let url = Url::parse(text).expect("an absolute URL");
    assert_eq!(url.as_str(), text, "browsers read it otherwise");
    assert!(matches!(url.scheme(), "http" | "https"));
    assert!(url.username().is_empty() && url.password().is_none());
    let host = url.host().expect("a host");
    let is_own = || hosts_of(target, head).contains(&host.to_owned());
    assert!(is_known(&host) || is_own(), "sent to {host}");
}

fn is_known(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let known = [
                "clerk.example.com",
                "clerk.satellite.example",
                "example.clerk.accounts.dev",
                "primary.example",
                "named.example",
                "localhost",
            ];
            known.contains(name) || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// The hosts that the request itself says it is for.
fn hosts_of(target: &str, head: &RequestHead<'_>) -> Vec<Host> {
    let after_scheme = target.split_once("://").map(|(_, rest)| rest);
    let authority = after_scheme.and_then(|rest| rest.split(['/', '?', '#']).next());
    let mut named: Vec<String> = authority.map(str::to_owned).into_iter().collect();
    for (name, value) in head.headers() {
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "host" | "x-forwarded-host") {
            let list = String::from_utf8_lossy(value);
            named.push(list.trim().to_owned());
            named.extend(list.split(',').map(|item| item.trim().to_owned()));
        }
    }
    let urls = named
        .into_iter()
        .filter_map(|name| Url::parse(&format!("http://{name}/")).ok());
    urls.filter_map(|url| Some(url.host()?.to_owned()))
        .collect()
}
