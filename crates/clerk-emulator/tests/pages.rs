//! The pages people see, and what strangers may try to write into them.

mod support;

use bytes::Bytes;
use clerk_emulator::{Emulator, Seed};
use http::{Request, Response};
use serde_json::json;
use support::{ADA, emulator, post, send};

const MARKUP: &str = "\"'><script>alert(1)</script>&";

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn page(emulator: &Emulator, path: &str) -> (u16, String, Response<Bytes>) {
    let response = send(emulator, Request::get(path).body(Bytes::new()).unwrap());
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), text, response)
}

#[test]
fn the_sign_in_page_has_a_button_for_each_user_and_no_script() {
    let emulator = emulator();
    let url = encoded("http://localhost:3000/dash?a=1&b=2");
    let (status, html, response) = page(&emulator, &format!("/sign-in?redirect_url={url}"));
    assert_eq!(status, 200);
    for expected in [
        "Clerk emulator, not Clerk",
        "data-testid=\"banner\"",
        "data-testid=\"sign-in-ada@example.com\"",
        "data-testid=\"sign-in-bob@example.com\"",
        "value=\"http://localhost:3000/dash?a=1&amp;b=2\"",
        ADA,
    ] {
        assert!(html.contains(expected), "{expected}\n{html}");
    }
    assert!(!html.contains("<script"));
    let header = |name: &str| response.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert!(header("content-security-policy").starts_with("default-src 'none'"));

    let (_, html, _) = page(&emulator, "/sign-out");
    assert!(html.contains("data-testid=\"sign-out\""), "{html}");
    assert!(html.contains("value=\"http://localhost:3000/\""), "{html}");

    let empty = Emulator::builder().seed(Seed::empty()).build().unwrap();
    let (_, html, _) = page(&empty, "/sign-in");
    assert!(html.contains("data-testid=\"no-users\""), "{html}");
}

#[test]
fn markup_in_a_name_or_a_query_is_shown_and_not_obeyed() {
    let emulator = emulator();
    let (status, user) = post(&emulator, "/v1/users", json!({ "username": MARKUP }));
    assert_eq!(status, 200, "{user}");
    let url = encoded(&format!("http://localhost:3000/?{MARKUP}#{MARKUP}"));
    let markup = encoded(MARKUP);
    for path in [
        format!("/sign-in?redirect_url={url}&__clerk_db_jwt={markup}"),
        format!("/sign-out?redirect_url={url}&__clerk_db_jwt={markup}"),
        format!("/v1/public/interstitial?frontend_api={markup}&sign_in_url={markup}"),
        format!("/v1/public/interstitial?frontendApi={markup}&proxy_url={markup}"),
        format!("/v1/public/interstitial?frontend_api=x&domain={markup}&clerk_js_version={markup}"),
    ] {
        let (status, html, _) = page(&emulator, &path);
        assert_eq!(status, 200, "{path}");
        let scripts = usize::from(path.contains("interstitial"));
        assert_eq!(html.matches("<script").count(), scripts, "{path}\n{html}");
        assert_eq!(html.matches("</script").count(), scripts, "{path}\n{html}");
        assert!(!html.contains("\"'"), "{path}\n{html}");
    }
    let (_, html, _) = page(&emulator, "/sign-in");
    assert!(
        html.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"),
        "{html}"
    );
}

#[test]
fn the_public_interstitial_asks_whose_it_is() {
    let emulator = emulator();
    let key = emulator.publishable_key();
    let (status, html, response) = page(
        &emulator,
        &format!("/v1/public/interstitial?publishable_key={key}"),
    );
    assert_eq!(
        (
            status,
            response.headers()["cache-control"].to_str().unwrap()
        ),
        (200, "no-store")
    );
    let location = "location.replace(\"http://127.0.0.1:4010/v1/client/handshake?redirect_url=\" +";
    assert!(html.contains(location), "{html}");
    assert!(
        html.contains("window.__clerk_frontend_api = \"http://127.0.0.1:4010\""),
        "{html}"
    );
    for (query, code) in [
        ("", "missing_query_parameter"),
        ("?publishable_key=pk_test_x", "malformed_publishable_key"),
    ] {
        let (status, text, _) = page(&emulator, &format!("/v1/public/interstitial{query}"));
        assert!(status == 400 && text.contains(code), "{text}");
    }
}

#[test]
fn the_internal_interstitial_asks_for_the_secret_key() {
    let emulator = emulator();
    assert_eq!(page(&emulator, "/v1/internal/interstitial").0, 401);
    let response = send(
        &emulator,
        support::request("GET", "/v1/internal/interstitial", None),
    );
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["deprecation"], "true");
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
}

#[test]
fn nobody_signs_in_who_may_not() {
    let emulator = emulator();
    let (_, banned) = post(
        &emulator,
        "/v1/users",
        json!({ "username": "b", "banned": true }),
    );
    let id = banned["id"].as_str().unwrap();
    for (form, status) in [
        (format!("user={id}"), 403),
        ("user=nobody".to_owned(), 404),
        (String::new(), 422),
    ] {
        let request = Request::post("/sign-in").body(form.clone().into()).unwrap();
        assert_eq!(send(&emulator, request).status(), status, "{form}");
    }
}
