//! What holds of every request, whatever is in it.

use std::{
    fmt::{self, Write as _},
    sync::LazyLock,
};

use clerk_auth::{
    AcceptedTokens, AuthReason, RequestHead, RequestState, Settings, Step, TokenType,
};
use clerk_core::UnixTime;
use clerk_jwks::ResolveError;
use clerk_jwt::Fault;
use http::{
    Response,
    header::{LOCATION, SET_COOKIE},
};
use proptest::{prelude::*, sample::select};
use url::Url;

use crate::{
    recipes::{Names, instance_key},
    script::NOW,
    scripts,
    setup::set_up,
};

const TOKENS: [&str; 12] = [
    "session",
    "in_acme",
    "pending",
    "expired",
    "not_yet_active",
    "forged",
    "other_instance",
    "template",
    "m2m",
    "oauth",
    "handshake",
    "garbage",
];

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

/// An instance and an application, and what stands for something there.
struct Place {
    settings: Settings,
    names: Names,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    [
        "production",
        "development",
        "production\naccepts any",
        "production\nsatellite\nauto_sync\ndomain satellite.example",
        "development\nsatellite\ndomain satellite.example\nsign_in_url https://primary.example/",
        "production\norganizations /orgs/:slug\npersonal_accounts /me\nproxy_url /__clerk",
        "development\nredirect_origins https://named.example",
    ]
    .into_iter()
    .map(|text| {
        let mut place = set_up(&lines(text));
        for recipe in scripts::recipes() {
            place.names.read(&recipe);
        }
        // Signing takes long, so it is done once.
        for token in TOKENS {
            place.names.fill(&format!("{{{token}}}"));
        }
        Place {
            settings: place.settings.expect("settings"),
            names: place.names,
        }
    })
    .collect()
});

#[derive(Clone)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    fn head(&self) -> RequestHead<'_> {
        let head = RequestHead::new(&self.method, &self.target);
        let headers = self.headers.iter();
        headers.fold(head, |head, (name, value)| head.header(name, value))
    }
}

/// As it may be pasted into a script.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.target)?;
        let mut headers = self.headers.iter();
        headers.try_for_each(|(name, value)| writeln!(f, "{name}: {}", value.escape_ascii()))
    }
}

struct Run {
    decided: Result<RequestState, clerk_auth::Error>,
    steps: usize,
    /// Everything that was shown on the way.
    shown: String,
}

/// Answers every question for a key with the instance's, and every request in the same way.
fn run(settings: &Settings, request: &Request, answer: &(u16, String)) -> Run {
    let api = clerk_http::Settings::builder()
        .secret_key("sk_test_planted_secret".parse().expect("a key"))
        .build()
        .expect("settings");
    let now = UnixTime::from_secs(NOW);
    let head = request.head();
    let mut shown = format!("{head:?} {settings:?} {api:?}");
    let mut step = Step::start(&head, settings, &api, now);
    let mut steps = 0;
    loop {
        write!(shown, "{step:?}").expect("a text");
        step = match step {
            Step::Resolve(None, waiting) => waiting.resolved(Err(ResolveError::UnknownKey), now),
            Step::Resolve(Some(_), waiting) => waiting.resolved(Ok(instance_key()), now),
            Step::Send(request, waiting) => {
                write!(shown, "{:?}", request.headers()).expect("a text");
                let response = Response::builder()
                    .status(answer.0)
                    .header("content-type", "application/json")
                    .body(answer.1.clone().into());
                waiting.received(Ok(response.expect("a response")), now)
            }
            Step::Done(decided) => {
                return Run {
                    decided,
                    steps,
                    shown,
                };
            }
        };
        steps += 1;
        assert!(steps < 20, "asks without end");
    }
}

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

/// The request as it is at the place: with the place's tokens.
fn filled(place: usize, request: &Request, answer: &(u16, String)) -> (Request, (u16, String)) {
    let mut names = PLACES[place].names.clone();
    let headers = request.headers.iter().map(|(name, value)| {
        let value = match std::str::from_utf8(value) {
            Ok(text) => names.fill(text).into_bytes(),
            Err(_) => value.clone(),
        };
        (name.clone(), value)
    });
    let headers = headers.collect();
    let request = Request {
        method: request.method.clone(),
        target: names.fill(&request.target),
        headers,
    };
    (request, (answer.0, names.fill(&answer.1)))
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_request_leads_astray(
        place in 0..7_usize,
        request in request(),
        answer in answer(),
    ) {
        let (request, answer) = filled(place, &request, &answer);
        let run = run(&PLACES[place].settings, &request, &answer);
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
            prop_assert!(state.to_auth(clerk_auth::PendingSessions::SignedIn).is_none());
        }
        prop_assert_eq!(state.status() == "signed-in", state.reason().is_none());
    }

    #[test]
    fn no_request_signs_in_without_a_good_token(
        place in 0..7_usize,
        request in request(),
    ) {
        let (request, answer) = filled(place, &request, &(404, String::new()));
        let mut good = PLACES[place].names.clone();
        let mut is_there = |name: &str| {
            let token = good.fill(&format!("{{{name}}}"));
            let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(&token);
            has(request.target.as_bytes()) || request.headers.iter().any(|(_, value)| has(value))
        };
        let may = ["session", "in_acme", "pending", "handshake", "m2m", "oauth"]
            .into_iter()
            // A developer's clock may be a day off, but only for what a handshake brings.
            .any(&mut is_there);
        let run = run(&PLACES[place].settings, &request, &answer);
        let is_signed_in = matches!(run.decided, Ok(RequestState::SignedIn(_)));
        prop_assert!(may || !is_signed_in, "{request:?}");
    }

    #[test]
    fn no_other_token_of_the_same_length_signs_in(
        position in any::<prop::sample::Index>(),
        other in any::<u8>(),
        in_cookie in any::<bool>(),
    ) {
        let token = PLACES[0].names.clone().fill("{session}");
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
        let changed = run(&PLACES[0].settings, &request, &nothing);
        prop_assert!(!matches!(changed.decided, Ok(RequestState::SignedIn(_))));
        // As it was, it does.
        request.headers = vec![("authorization".to_owned(), token.into_bytes())];
        let whole = run(&PLACES[0].settings, &request, &nothing);
        prop_assert!(matches!(whole.decided, Ok(RequestState::SignedIn(_))));
    }
}

/// A secret in each place of a request, and nothing that shows it.
#[test]
fn no_secret_of_a_request_is_ever_shown() {
    let planted = "planted_secret";
    let parameters = "__clerk_db_jwt=planted_secret&__clerk_handshake_nonce=planted_secret";
    let cookie = "__session={token}; __client_uat=1799999900; __refresh_{suffix}=planted_secret; \
                  __clerk_db_jwt=planted_secret; __clerk_handshake={token}; other=planted_secret";
    let answers = [
        (
            200,
            r#"{"directives":["__session={token}; Path=/"],"cookies":["__session={token}"]}"#,
        ),
        (404, r#"{"errors":[{"code":"no","message":"no"}]}"#),
        (500, "planted_secret"),
    ];
    for (place, token) in (0..PLACES.len()).flat_map(|place| TOKENS.map(|token| (place, token))) {
        for (query, carrier) in [
            (parameters, "cookie"),
            ("__clerk_db_jwt=planted_secret", "cookie"),
            ("__clerk_handshake={token}", "cookie"),
            ("", "cookie"),
            ("", "authorization"),
        ] {
            for (status, body) in answers {
                let with_token = |text: &str| text.replace("{token}", &format!("{{{token}}}"));
                let value = match carrier {
                    "cookie" => with_token(cookie),
                    _ => with_token("Bearer {token}"),
                };
                let request = Request {
                    method: "GET".to_owned(),
                    target: with_token(&format!("https://example.com/?{query}")),
                    headers: vec![
                        ("sec-fetch-dest".to_owned(), b"document".to_vec()),
                        (carrier.to_owned(), value.into_bytes()),
                        ("x-api-key".to_owned(), planted.as_bytes().to_vec()),
                    ],
                };
                let (request, answer) = filled(place, &request, &(status, with_token(body)));
                let run = run(&PLACES[place].settings, &request, &answer);
                let secret = PLACES[place].names.clone().fill(&format!("{{{token}}}"));
                let shown = show(&run);
                for secret in [planted, &secret] {
                    assert!(!shown.contains(secret), "{token} at {place}: {shown}");
                }
            }
        }
    }
}

/// All that a program may put into its logs.
fn show(run: &Run) -> String {
    let mut shown = format!("{} {:?}", run.shown, run.decided);
    match &run.decided {
        Ok(state) => {
            write!(shown, "{:?}", state.headers()).expect("a text");
            let auth = state.to_auth(clerk_auth::PendingSessions::SignedIn);
            write!(shown, "{auth:?} {:?}", state.reason()).expect("a text");
        }
        Err(error) => {
            let mut source: Option<&dyn std::error::Error> = Some(error);
            while let Some(error) = source {
                write!(shown, "{error} {error:?}").expect("a text");
                source = error.source();
            }
            write!(shown, "{:?}", error.headers()).expect("a text");
        }
    }
    shown
}

/// An application that takes machines alone never answers with a redirect or a cookie.
#[test]
fn machines_are_never_sent_to_a_browsers_pages() {
    let place = set_up(&["production".to_owned()]);
    let settings = place.settings.expect("settings");
    let machines = [TokenType::ApiKey, TokenType::M2m, TokenType::OAuth];
    let several: AcceptedTokens = machines.into_iter().collect();
    for accepts in machines
        .map(AcceptedTokens::from)
        .into_iter()
        .chain([several])
    {
        let settings = settings.accepting(accepts).expect("settings");
        for token in TOKENS {
            let text = PLACES[0].names.clone().fill(&format!("{{{token}}}"));
            let request = Request {
                method: "GET".to_owned(),
                target: "https://example.com/".to_owned(),
                headers: vec![
                    ("sec-fetch-dest".to_owned(), b"document".to_vec()),
                    ("cookie".to_owned(), b"__client_uat=1".to_vec()),
                    ("authorization".to_owned(), text.into_bytes()),
                ],
            };
            let run = run(&settings, &request, &(404, String::new()));
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
