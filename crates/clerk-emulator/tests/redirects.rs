//! Where browsers are sent: whoever they are sent to, gets their session.

mod support;

use bytes::Bytes;
use clerk_emulator::Emulator;
use http::{Request, Response};
use serde_json::json;
use support::{ADA, emulator, get, post};

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn handshake(emulator: &Emulator, query: &str) -> Response<Bytes> {
    let uri = format!("/v1/client/handshake?{query}");
    support::send(emulator, Request::get(uri).body(Bytes::new()).unwrap())
}

#[test]
fn a_session_is_sent_to_nobody_elsewhere() {
    let emulator = Emulator::builder()
        .redirect_host("App.example.test")
        .build()
        .unwrap();
    let status = |url: &str| {
        let url = encoded(url);
        handshake(&emulator, &format!("redirect_url={url}"))
            .status()
            .as_u16()
    };
    for url in [
        "http://localhost/",
        "http://localhost:3000/a?b=c#d",
        "https://localhost:3443",
        "http://app.localhost:3000/",
        "http://127.0.0.1:3000/",
        "http://127.1.2.3/",
        "http://[::1]:3000/",
        "https://app.example.test/x",
    ] {
        assert_eq!(status(url), 307, "{url}");
    }
    for url in [
        "",
        "/relative",
        "//evil.example/",
        "https://evil.example/",
        "http://localhost.evil.example/",
        "http://evillocalhost/",
        "http://localhost@evil.example/",
        "http://localhost:3000@evil.example/",
        "http://user@localhost:3000/",
        "http://evil.example\\@localhost/",
        "http://evil.example/\\localhost",
        "http:\\\\evil.example",
        "http://ev\til.example/",
        "http://127.0.0.1.evil.example/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://x.app.example.test/",
        "javascript:alert(1)//localhost",
        "data:text/html,localhost",
        "file://localhost/etc/passwd",
        "http://",
    ] {
        assert_eq!(status(url), 400, "{url}");
    }
    assert_eq!(handshake(&emulator, "").status(), 422);
}

#[test]
fn every_way_back_is_watched() {
    let emulator = emulator();
    let evil = "redirect_url=https%3A%2F%2Fevil.example%2F";
    let (_, ticket) = post(&emulator, "/v1/sign_in_tokens", json!({ "user_id": ADA }));
    let ticket = ticket["url"].as_str().unwrap();
    for (method, path, body) in [
        ("GET", format!("{ticket}&{evil}"), String::new()),
        ("GET", format!("/sign-in?{evil}"), String::new()),
        ("GET", format!("/sign-out?{evil}"), String::new()),
        ("GET", format!("/sign-in?__clerk_{evil}"), String::new()),
        ("POST", "/sign-in".to_owned(), format!("user={ADA}&{evil}")),
        ("POST", "/sign-out".to_owned(), evil.to_owned()),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .body(body.into())
            .unwrap();
        let response = support::send(&emulator, request);
        assert_eq!(response.status(), 400, "{method} {path}");
        assert_eq!(response.headers().get("location"), None, "{method} {path}");
    }
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={ADA}"));
    assert_eq!(sessions, json!([]), "nobody was signed in on the way");
}

#[test]
fn a_handshake_is_for_navigation_alone() {
    let emulator = emulator();
    for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"] {
        let request = Request::builder()
            .method(method)
            .uri("/v1/client/handshake?redirect_url=http://localhost/");
        let response = support::send(&emulator, request.body(Bytes::new()).unwrap());
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.headers()["allow"], "GET");
    }
}

#[test]
fn a_header_cannot_be_written_through_a_query() {
    let emulator = emulator();
    let url = encoded("http://localhost:3000/\r\nset-cookie: a=b");
    let response = handshake(&emulator, &format!("redirect_url={url}"));
    assert_eq!(response.status(), 307);
    assert!(response.headers().get("set-cookie").is_none());
}
