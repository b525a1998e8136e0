//! Web pages that whoever uses this machine has open are no users of the emulator.

mod support;

use bytes::Bytes;
use clerk_core::SystemClock;
use clerk_emulator::{BuildError, Emulator, Server};
use http::{Request, Response, header};
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc};
use support::{emulator, exchange, exchange_at, send};

fn code(response: &Response<Bytes>) -> (u16, String) {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let code = body["errors"][0]["code"].as_str().unwrap_or_default();
    (response.status().as_u16(), code.to_owned())
}

fn to_host(path: &str, host: &str) -> Request<Bytes> {
    let request = Request::get(path).header(header::HOST, host);
    request.body(Bytes::new()).unwrap()
}

/// Everything that there is: the control plane, both APIs, pages, and what there is not.
const PLACES: [&str; 6] = [
    "/_emulator/health",
    "/_emulator/nothing",
    "/v1/jwks",
    "/.well-known/jwks.json",
    "/sign-in",
    "/nowhere",
];

const ELSEWHERE: [&str; 14] = [
    "attacker.example",
    "attacker.example:4010",
    "127.0.0.1.attacker.example:4010",
    "localhost.attacker.example",
    "attackerlocalhost",
    "clerk:4010",
    "192.168.0.1:4010",
    "0.0.0.0:4010",
    "128.0.0.1",
    "[2001:db8::1]:4010",
    "[::]:4010",
    "localhost@attacker.example",
    "attacker.example@localhost",
    "",
];

const HERE: [&str; 9] = [
    "localhost",
    "localhost:4010",
    "LocalHost:1",
    "clerk.localhost:4010",
    "a.b.localhost",
    "127.0.0.1",
    "127.0.0.1:4010",
    "127.1.2.3:65535",
    "[::1]:4010",
];

/// DNS rebinding: a page's own name is made to stand for this machine, so that the browser takes the
/// emulator for the page's own server, and lets it read everything.
#[test]
fn a_page_whose_name_was_rebound_to_this_machine_is_refused_everywhere() {
    let emulator = emulator();
    for path in PLACES {
        for host in ELSEWHERE {
            let refused = code(&send(&emulator, to_host(path, host)));
            let expected = (421, "misdirected_request".to_owned());
            assert_eq!(refused, expected, "{path} at {host}");
        }
        for host in HERE {
            let answered = send(&emulator, to_host(path, host)).status();
            assert_ne!(answered, 421, "{path} at {host}");
        }
    }
    // Of those that were refused, and of the control plane, nothing is noted.
    assert_eq!(emulator.requests().len(), HERE.len() * (PLACES.len() - 1));
}

/// As over HTTP/2, or with a whole URL in the request's first line.
#[test]
fn an_authority_counts_as_much_as_a_host() {
    let emulator = emulator();
    let at = |authority: &str, host: Option<&str>| {
        let uri = format!("http://{authority}/_emulator/health");
        let mut request = Request::get(uri);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        let response = send(&emulator, request.body(Bytes::new()).unwrap());
        response.status().as_u16()
    };
    assert_eq!(at("attacker.example", None), 421);
    assert_eq!(at("attacker.example", Some("localhost")), 421);
    assert_eq!(at("localhost:4010", Some("attacker.example")), 421);
    assert_eq!(at("localhost:4010", None), 200);
    assert_eq!(at("localhost:4010", Some("localhost:4010")), 200);

    let mut twice = to_host("/_emulator/health", "localhost");
    let other = "attacker.example".parse().unwrap();
    twice.headers_mut().append(header::HOST, other);
    assert_eq!(send(&emulator, twice).status(), 421);
}

#[test]
fn a_page_whose_name_was_rebound_is_refused_over_a_socket() {
    let server = Server::start(Emulator::builder()).unwrap();
    let mint = Request::post("/_emulator/mint").body(Bytes::new()).unwrap();
    let ask = |host: &str| exchange_at(server.address(), host, &mint).unwrap();
    assert_eq!(ask("attacker.example").status(), 421);
    assert_eq!(
        ask(&format!("localhost:{}", server.address().port())).status(),
        200
    );
}

fn control(method: &str, path: &str, origin: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:4010")
        .header(header::ORIGIN, origin)
        .body(Bytes::new())
        .unwrap()
}

/// A page sends a form, or a "simple" request, to this machine's own name.
#[test]
fn a_page_from_elsewhere_does_not_drive_the_control_plane() {
    let emulator = emulator();
    let key = emulator.key_id();
    for origin in [
        "null",
        "",
        "https://attacker.example",
        "http://127.0.0.1.attacker.example:4010",
        "http://localhost.attacker.example",
        "http://192.168.0.1:3000",
        "file://",
        "chrome-extension://abcdefghijklmnop",
        "http://localhost:3000 https://attacker.example",
        "localhost:3000",
        "http://attacker@localhost",
    ] {
        for (method, path) in [
            ("POST", "/_emulator/keys/rotate"),
            ("POST", "/_emulator/reset"),
            ("POST", "/_emulator/mint"),
            ("DELETE", "/_emulator/faults"),
            ("GET", "/_emulator/webhooks"),
            ("OPTIONS", "/_emulator/mint"),
            ("POST", "/_emulator/nothing"),
            ("POST", "/_emulator"),
        ] {
            let refused = code(&send(&emulator, control(method, path, origin)));
            let expected = (403, "origin_not_allowed".to_owned());
            assert_eq!(refused, expected, "{method} {path} from {origin}");
        }
    }
    assert_eq!(emulator.key_id(), key);
    let mut twice = control("POST", "/_emulator/keys/rotate", "http://localhost:3000");
    let other = "https://attacker.example".parse().unwrap();
    twice.headers_mut().append(header::ORIGIN, other);
    assert_eq!(send(&emulator, twice).status(), 403);

    for origin in [
        "http://localhost:3000",
        "https://app.localhost",
        "http://127.0.0.1:8080",
        "http://[::1]:3000",
    ] {
        let answered = send(&emulator, control("POST", "/_emulator/keys/rotate", origin));
        assert_eq!(answered.status(), 200, "{origin}");
    }
}

/// Older browsers send no `Origin` with a form; none sends this type of content without asking first.
#[test]
fn what_a_form_can_send_is_no_json_to_the_control_plane() {
    let emulator = emulator();
    let fault = json!({ "status": 503 }).to_string();
    let send_as = |path: &str, types: &[&str]| {
        let mut request = Request::post(path);
        for media_type in types {
            request = request.header(header::CONTENT_TYPE, *media_type);
        }
        send(&emulator, request.body(fault.clone().into()).unwrap())
    };
    let places = ["/_emulator/faults", "/_emulator/mint", "/_emulator/nothing"];
    for path in places {
        for types in [
            &[][..],
            &["text/plain"],
            &["text/plain;application/json"],
            &["application/x-www-form-urlencoded"],
            &["multipart/form-data; boundary=x"],
            &["application/jsonp"],
            &["application/json, text/plain"],
            &["text/plain", "application/json"],
        ] {
            let refused = code(&send_as(path, types));
            let expected = (415, "unsupported_media_type".to_owned());
            assert_eq!(refused, expected, "{path} {types:?}");
        }
    }
    let jwks = to_host("/.well-known/jwks.json", "localhost");
    assert_eq!(send(&emulator, jwks).status(), 200);
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
    ] {
        let added = send_as("/_emulator/faults", &[media_type]);
        assert_eq!(added.status(), 204, "{media_type}");
    }
}

/// A page may ask, and browsers keep the answer from it: nothing says that they need not.
#[test]
fn no_answer_is_for_pages_from_elsewhere_to_read() {
    let emulator = emulator();
    for path in PLACES {
        for method in ["GET", "OPTIONS"] {
            let response = send(&emulator, control(method, path, "https://attacker.example"));
            let names = response.headers().keys();
            let mut names = names.filter(|name| name.as_str().starts_with("access-control"));
            assert_eq!(names.next(), None, "{method} {path}");
        }
    }
}

#[test]
fn a_name_that_was_allowed_is_as_good_as_this_machines() {
    let builder = || {
        Emulator::builder()
            .allow_host("Clerk")
            .allow_host("172.18.0.2")
    };
    let emulator = builder().build().unwrap();
    for host in [
        "clerk",
        "clerk:4010",
        "CLERK:1",
        "172.18.0.2:4010",
        "localhost",
    ] {
        for path in ["/.well-known/jwks.json", "/_emulator/health"] {
            let answered = send(&emulator, to_host(path, host)).status();
            assert_eq!(answered, 200, "{host}");
        }
    }
    for host in ["clerk.attacker.example", "notclerk", "172.18.0.3:4010"] {
        assert_eq!(
            send(&emulator, to_host("/v1/jwks", host)).status(),
            421,
            "{host}"
        );
    }
    for (origin, status) in [
        ("http://clerk:3000", 200),
        ("http://clerk.attacker.example", 403),
    ] {
        let rotated = send(&emulator, control("POST", "/_emulator/keys/rotate", origin));
        assert_eq!(rotated.status(), status, "{origin}");
    }
    for name in ["clerk:4010", "http://clerk", "", "*", "clerk/"] {
        let error = Emulator::builder().allow_host(name).build().unwrap_err();
        assert_eq!(error, BuildError::AllowedHost(name.to_owned()));
    }
}

/// Whoever gives the emulator an origin has it reached there.
#[test]
fn the_host_of_its_own_origin_is_allowed() {
    let builder = Emulator::builder().origin("https://clerk.test.example");
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start_at(any_port, builder, Arc::new(SystemClock::new())).unwrap();
    let emulator = server.emulator();
    assert_eq!(
        send(
            emulator,
            to_host("/.well-known/jwks.json", "clerk.test.example")
        )
        .status(),
        200
    );
    let jwks = support::request("GET", "/v1/jwks", None);
    assert_eq!(exchange(server.address(), &jwks).unwrap().status(), 200);
}

#[test]
fn a_refusal_says_what_to_do() {
    let emulator = emulator();
    let said = |request: Request<Bytes>| {
        let body: Value = serde_json::from_slice(send(&emulator, request).body()).unwrap();
        body["errors"][0]["long_message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let host = said(to_host("/v1/jwks", "clerk:4010"));
    assert!(
        host.contains("clerk:4010") && host.contains("--allow-host"),
        "{host}"
    );
    let origin = said(control(
        "POST",
        "/_emulator/reset",
        "https://attacker.example",
    ));
    assert!(origin.contains("https://attacker.example"), "{origin}");
    let form = Request::post("/_emulator/reset").body("{}".into()).unwrap();
    assert!(said(form).contains("content-type: application/json"));
}
