//! What holds of every request, whatever is in it.

use clerk_auth::{AcceptedTokens, AuthReason, PendingSessions, RequestState, TokenType};
use clerk_jwt::Fault;
use http::header::{LOCATION, SET_COOKIE};
use proptest::{prelude::*, sample::select};
use url::Url;

use crate::places::{PLACES, Places, Request, TOKENS};

const COOKIES: [&str; 10] = [
    "__session",
    "__session_{suffix}",
    "__client_uat",
    "__client_uat_{suffix}",
    "__refresh_{suffix}",
    "__clerk_db_jwt",
    "__clerk_db_jwt_{suffix}",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
];

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(&["0", "1", "1799999990", "", "-1", "99999999999999999999"][..])
            .prop_map(str::to_owned),
        6 => select(&TOKENS[..]).prop_map(|name| format!("{{{name}}}")),
        1 => "[ -~]{0,20}".prop_map(|text| text.replace(['{', '}'], "")),
    ]
}

fn cookie_header() -> impl Strategy<Value = Vec<u8>> {
    let pair = (select(&COOKIES[..]), anything());
    let pairs = prop::collection::vec(pair, 0..6);
    let pairs = pairs.prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ").into_bytes()
    });
    prop_oneof![
        8 => pairs,
        1 => prop::collection::vec(any::<u8>(), 0..200)
            .prop_map(|bytes| bytes.into_iter().filter(|byte| !b"{}".contains(byte)).collect()),
    ]
}

fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let plain = |name: &'static str, values: &'static [&'static str]| {
        select(values).prop_map(move |value| (name.to_owned(), value.as_bytes().to_vec()))
    };
    prop_oneof![
        6 => cookie_header().prop_map(|value| ("cookie".to_owned(), value)),
        2 => anything().prop_map(|token| {
            ("Authorization".to_owned(), format!("Bearer {token}").into_bytes())
        }),
        1 => plain("accept", &["text/html", "*/*"]),
        1 => plain("host", &["example.com", "localhost:3000", "evil.example/", ""]),
        1 => plain("x-forwarded-host", &["example.com", "a, b", "@evil.example", "[::1]"]),
        1 => plain("x-forwarded-proto", &["https", "http,https", "javascript"]),
        1 => plain("referer", &["https://elsewhere.example/", "https://accounts.example.com/", "x"]),
        1 => plain("origin", &["https://example.com", "null"]),
        1 => ("[a-z-]{1,12}", prop::collection::vec(any::<u8>(), 0..40)),
    ]
}

fn target() -> impl Strategy<Value = String> {
    let base = select(
        &[
            "https://example.com/",
            "/",
            "//evil.example/",
            "http://localhost:3000/orgs/acme",
            "https://example.com/me",
            "",
        ][..],
    );
    let parameter = prop_oneof![
        Just("__clerk_synced=false".to_owned()),
        Just("__clerk_synced=true".to_owned()),
        Just("__clerk_redirect_url=https%3A%2F%2Fevil.example%2F".to_owned()),
        Just("__clerk_redirect_url=http%3A%2F%2Flocalhost%3A1%2F".to_owned()),
        Just("__clerk_redirect_url=https%3A%2F%2Fnamed.example%2Fx".to_owned()),
        anything().prop_map(|value| format!("__clerk_db_jwt={value}")),
        anything().prop_map(|value| format!("__clerk_handshake={value}")),
        Just("__clerk_handshake_nonce=n".to_owned()),
    ];
    let chosen = (base, prop::collection::vec(parameter, 0..3));
    let chosen = chosen.prop_map(|(base, parameters)| format!("{base}?{}", parameters.join("&")));
    prop_oneof![9 => chosen, 1 => "[ -z]{0,40}"]
}

fn request() -> impl Strategy<Value = Request> {
    let method =
        prop_oneof![8 => Just("GET".to_owned()), 1 => Just("POST".to_owned()), 1 => ".{0,6}"];
    let destination = select(&["document", "document", "document", "iframe", "empty", ""][..]);
    let headers = prop::collection::vec(header(), 0..8);
    (method, target(), destination, headers).prop_map(|(method, target, destination, headers)| {
        let destination = ("Sec-Fetch-Dest".to_owned(), destination.as_bytes().to_vec());
        Request {
            method,
            target,
            headers: [vec![destination], headers].concat(),
        }
    })
}

fn answer() -> impl Strategy<Value = (u16, String)> {
    let directives = r#"{"directives":["__session={session}; Path=/","admin=1"]}"#;
    let machine = r#"{"id":"ak_1","subject":"user_1","scopes":[]}"#;
    let refusal = r#"{"errors":[{"code":"no","message":"no"}]}"#;
    let body = select(vec![directives, machine, refusal, "", "nonsense"]);
    (
        select(&[200, 401, 404, 422, 500][..]),
        body.prop_map(str::to_owned),
    )
}

fn assert_location_is_safe(state: &RequestState, request: &Request) {
    let Some(location) = state.headers().get(LOCATION) else {
        assert_ne!(state.status(), "handshake");
        return;
    };
    let url = Url::parse(location.to_str().expect("a text")).expect("an absolute URL");
    let host = url.host_str().expect("a host");
    let known = [
        "clerk.example.com",
        "clerk.satellite.example",
        "example.clerk.accounts.dev",
        "primary.example",
        "named.example",
        "localhost",
        // What requests say they are for.
        "example.com",
        "a",
        "[::1]",
    ];
    assert!(known.contains(&host), "{request:?} is sent to {url}");
    assert!(matches!(url.scheme(), "http" | "https"));
}

#[test]
fn no_request_leads_astray() {
    let places = Places::new();
    let config = ProptestConfig::with_cases(1000);
    proptest!(config, |(place in 0..PLACES, request in request(), answer in answer())| {
        let (request, answer) = places.filled(place, &request, &answer);
        let run = places.run(places.settings(place), &request, &answer);
        prop_assert!(run.steps <= 6, "{} steps", run.steps);
        let state = match &run.decided {
            Ok(state) => state,
            Err(error) => {
                // Nobody is told to sign in because Clerk is out of reach.
                let by_handshake = matches!(error, clerk_auth::Error::Handshake(_));
                prop_assert!(by_handshake || error.fault() != Fault::Caller, "{error}");
                return Ok(());
            }
        };
        assert_location_is_safe(state, &request);
        for cookie in state.headers().get_all(SET_COOKIE) {
            prop_assert!(cookie.to_str().expect("a text").starts_with("__"));
        }
        if state.status() == "handshake" {
            prop_assert_eq!(&request.method, "GET");
            prop_assert!(state.to_auth(PendingSessions::SignedIn).is_none());
        }
        prop_assert_eq!(state.status() == "signed-in", state.reason().is_none());
    });
}

#[test]
fn no_request_signs_in_without_a_good_token() {
    let places = Places::new();
    let config = ProptestConfig::with_cases(1000);
    proptest!(config, |(place in 0..PLACES, request in request())| {
        let (request, answer) = places.filled(place, &request, &(404, String::new()));
        let is_there = |name: &str| {
            let token = places.token(place, name);
            let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(&token);
            has(request.target.as_bytes()) || request.headers.iter().any(|(_, value)| has(value))
        };
        let may = ["session", "in_acme", "pending", "handshake", "m2m", "oauth"]
            .into_iter()
            .any(is_there);
        let run = places.run(places.settings(place), &request, &answer);
        let is_signed_in = matches!(run.decided, Ok(RequestState::SignedIn(_)));
        prop_assert!(may || !is_signed_in, "{request:?}");
    });
}

#[test]
fn no_other_token_of_the_same_length_signs_in() {
    let places = Places::new();
    let config = ProptestConfig::with_cases(1000);
    let strategy = (any::<prop::sample::Index>(), any::<u8>(), any::<bool>());
    proptest!(config, |((position, other, in_cookie) in strategy)| {
        let token = places.token(0, "session");
        let mut bytes = token.clone().into_bytes();
        let position = position.index(bytes.len());
        prop_assume!(bytes[position] != other);
        bytes[position] = other;
        let headers = if in_cookie {
            let cookie = [&b"__client_uat=1799999990; __session="[..], &bytes].concat();
            vec![("cookie".to_owned(), cookie)]
        } else {
            vec![("authorization".to_owned(), [&b"Bearer "[..], &bytes].concat())]
        };
        let mut request = Request {
            method: "GET".to_owned(),
            target: "https://example.com/".to_owned(),
            headers,
        };
        let nothing = (500, String::new());
        let changed = places.run(places.settings(0), &request, &nothing);
        prop_assert!(!matches!(changed.decided, Ok(RequestState::SignedIn(_))));
        // As it was, it does.
        request.headers = vec![("authorization".to_owned(), token.into_bytes())];
        let whole = places.run(places.settings(0), &request, &nothing);
        prop_assert!(matches!(whole.decided, Ok(RequestState::SignedIn(_))));
    });
}

/// An application that takes machines alone never answers with a redirect or a cookie.
#[test]
fn machines_are_never_sent_to_a_browsers_pages() {
    let places = Places::new();
    let machines = [TokenType::ApiKey, TokenType::M2m, TokenType::OAuth];
    let several: AcceptedTokens = machines.into_iter().collect();
    for accepts in machines
        .map(AcceptedTokens::from)
        .into_iter()
        .chain([several])
    {
        let settings = places.settings(0).accepting(accepts).expect("settings");
        for token in TOKENS {
            let text = places.token(0, token);
            let request = Request {
                method: "GET".to_owned(),
                target: "https://example.com/".to_owned(),
                headers: vec![
                    ("sec-fetch-dest".to_owned(), b"document".to_vec()),
                    ("cookie".to_owned(), b"__client_uat=1".to_vec()),
                    ("authorization".to_owned(), text.into_bytes()),
                ],
            };
            let run = places.run(&settings, &request, &(404, String::new()));
            let state = run.decided.expect("a decision");
            assert!(state.redirect().is_none(), "{token}");
            assert!(state.headers().get(SET_COOKIE).is_none(), "{token}");
            assert_ne!(state.token_type(), Some(TokenType::Session), "{token}");
            assert_ne!(
                state.reason(),
                Some(&AuthReason::SessionTokenNbf),
                "{token}"
            );
        }
    }
}

#[test]
fn large_and_odd_headers_sign_nobody_in() {
    let places = Places::new();
    let session = places.token(0, "session");
    let values: [Vec<u8>; 6] = [
        "__session=x; ".repeat(1000).into_bytes(),
        format!("__session={}; __client_uat=1", "a".repeat(64 * 1024)).into_bytes(),
        format!(
            "{}__session={session}",
            "__session=x; __client_uat=1; ".repeat(1000)
        )
        .into_bytes(),
        [&b"__client_uat=1; __session=\xff"[..], session.as_bytes()].concat(),
        [b"__client_uat=1; __session=", session.as_bytes(), b"%00"].concat(),
        "=;%".repeat(10_000).into_bytes(),
    ];
    for (value, name) in values
        .iter()
        .flat_map(|value| [(value, "cookie"), (value, "authorization")])
    {
        for place in 0..PLACES {
            let request = Request {
                method: "GET".to_owned(),
                target: "//example.com/%2e%2e/%00?a=%".to_owned(),
                headers: vec![
                    ("host".to_owned(), b"example.com".to_vec()),
                    (name.to_owned(), value.clone()),
                ],
            };
            let run = places.run(places.settings(place), &request, &(404, String::new()));
            let is_signed_in = matches!(run.decided, Ok(RequestState::SignedIn(_)));
            assert!(!is_signed_in, "{place}: {request:?}");
        }
    }
}
