//! Which of a browser's headers Clerk is shown.
//!
//! The proxy is on the application's own origin, so browsers send it all that the application is
//! sent: its cookies, passwords of a staging site, what a gateway in front of it adds about who
//! is signed in. None of that is Clerk's, and the next gateway's header has a name that nobody
//! knows here. So what is passed on is listed, not what is kept back.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE,
        COOKIE, DNT, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
        ORIGIN, PRAGMA, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RANGE, REFERER, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    request::Parts,
};
use url::form_urlencoded;

pub(super) const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(super) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const MOBILE: HeaderName = HeaderName::from_static("x-mobile");

/// What is about one connection and not about the message (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The message and the browser that sends it, as RFC 9110, RFC 9111 and Fetch name them, and what
/// Clerk's libraries for native applications say of theirs.
const PASSED_ON: [HeaderName; 29] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    DNT,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    ORIGIN,
    PRAGMA,
    RANGE,
    REFERER,
    USER_AGENT,
    HeaderName::from_static("clerk-api-version"),
    MOBILE,
    HeaderName::from_static("x-no-origin"),
    HeaderName::from_static("x-native-device-id"),
    HeaderName::from_static("x-device-type"),
    HeaderName::from_static("x-device-model"),
    HeaderName::from_static("x-os-version"),
    HeaderName::from_static("x-app-version"),
    HeaderName::from_static("x-bundle-id"),
    HeaderName::from_static("x-is-sandbox"),
];

/// What goes on of the headers of a request for `path` in the Frontend API, and what else of it
/// was `named`.
pub(super) fn passed_on(head: &Parts, path: &str, named: &[HeaderName]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &head.headers {
        if is_passed_on(name) || named.contains(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    if !named.contains(&COOKIE) {
        if let Some(cookies) = clerks_cookies(&head.headers) {
            headers.insert(COOKIE, cookies);
        }
    }
    if reads_authorization(head, path) {
        if let Some(authorization) = head.headers.get(AUTHORIZATION) {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }
    for name in of_one_hop(&head.headers) {
        headers.remove(name);
    }
    headers
}

/// Takes out of a response what is about the connection to the Frontend API.
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    for name in of_one_hop(headers) {
        headers.remove(name);
    }
}

fn of_one_hop(headers: &HeaderMap) -> Vec<HeaderName> {
    let named = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok());
    HOP_BY_HOP.into_iter().chain(named).collect()
}

fn is_passed_on(name: &HeaderName) -> bool {
    let text = name.as_str();
    PASSED_ON.contains(name)
        // Fetch metadata and client hints: a script can set no header that begins so.
        || text.starts_with("sec-")
        || text.starts_with("x-clerk-")
        || (text.starts_with("x-") && text.ends_with("-sdk-version"))
}

/// Whether Clerk tells by `Authorization` who asks. Browsers have a cookie for that; it is native
/// applications that send a token, and clients of the instance as an OAuth server that send theirs.
fn reads_authorization(head: &Parts, path: &str) -> bool {
    let query = head.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let says_native = pairs
        .any(|(name, value)| name == "_is_native" && !matches!(value.as_ref(), "" | "0" | "false"));
    says_native || head.headers.contains_key(MOBILE) || path.starts_with("/oauth/")
}

/// Clerk's of the request's cookies, in the one field that HTTP/1.1 has for them.
fn clerks_cookies(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut cookies = Vec::new();
    for field in headers.get_all(COOKIE) {
        for pair in field.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let Some(end) = pair.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            if !pair.get(..end).is_some_and(is_clerks) {
                continue;
            }
            if !cookies.is_empty() {
                cookies.extend_from_slice(b"; ");
            }
            cookies.extend_from_slice(pair);
        }
    }
    if cookies.is_empty() {
        return None;
    }
    let mut value = HeaderValue::from_bytes(&cookies).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether Clerk set a cookie of this name, its frontends, or what keeps robots away from it.
fn is_clerks(name: &[u8]) -> bool {
    const CLERKS: [&[u8]; 5] = [
        b"__client",
        b"__session",
        b"__refresh",
        b"__clerk",
        b"clerk_active_context",
    ];
    const CLOUDFLARES: [&[u8]; 5] = [
        b"__cf_bm",
        b"__cflb",
        b"__cfruid",
        b"_cfuvid",
        b"cf_clearance",
    ];
    let name = name.trim_ascii_end();
    // Behind the name there may be more words, and the instance's suffix.
    let is_under = |stem: &&[u8]| {
        let rest = name.strip_prefix(*stem);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"_"))
    };
    CLERKS.iter().any(is_under) || CLOUDFLARES.contains(&name)
}
