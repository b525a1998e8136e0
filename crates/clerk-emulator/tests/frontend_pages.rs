//! Which pages the Frontend API serves, and which browsers it knows.

mod support;

use bytes::Bytes;
use clerk_emulator::{Emulator, Fault, Seed, UserSeed};
use http::{Request, Response};
use serde_json::{Value, json};
use std::time::Duration;
use support::{
    ACME, ADA, NOW, decode, emulator, get,
    page::{ORIGIN, ScriptedPage, field, text},
    refusal, refused, send,
};

fn plain(emulator: &Emulator, method: &str, uri: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    send(emulator, request.body(Bytes::new()).unwrap())
}

fn body(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

#[test]
fn pages_of_this_machine_may_read_and_send_credentials() {
    let emulator = Emulator::builder()
        .allow_host("app.internal")
        .redirect_host("app.example.com")
        .build()
        .unwrap();
    for origin in [
        ORIGIN,
        "http://127.0.0.1:5173",
        "https://shop.localhost",
        "http://app.internal:8080",
        "https://app.example.com",
    ] {
        let fields = [("origin", origin)];
        for uri in ["/v1/environment", "/v1/client", "/v1/client/none"] {
            let response = plain(&emulator, "GET", uri, &fields);
            let headers = response.headers();
            assert_eq!(
                field(headers, "access-control-allow-origin"),
                origin,
                "{uri}"
            );
            assert_eq!(field(headers, "access-control-allow-credentials"), "true");
            assert_eq!(field(headers, "vary"), "Origin");
            assert_eq!(field(headers, "cache-control"), "no-store");
            assert_eq!(field(headers, "x-content-type-options"), "nosniff");
        }
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
        ];
        let response = plain(&emulator, "OPTIONS", "/v1/me", &asks);
        assert_eq!(response.status(), 204);
        assert_eq!(
            field(response.headers(), "access-control-allow-origin"),
            origin
        );
        let methods = field(response.headers(), "access-control-allow-methods");
        assert!(methods.contains("PATCH"), "{methods}");
    }
}

/// With the cookies of whoever is signed in, such a page would be them.
#[test]
fn a_page_from_elsewhere_does_nothing_in_anybodys_name() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    for origin in [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://evil.example?localhost",
        "null",
        "",
    ] {
        let mut evil = page.clone();
        evil.origin = Box::leak(origin.to_owned().into_boxed_str());
        for (method, path) in [
            ("GET", "/v1/client"),
            ("GET", "/v1/environment"),
            ("POST", "/v1/dev_browser"),
            ("PATCH", "/v1/me"),
            ("DELETE", "/v1/me"),
            ("DELETE", "/v1/client/sessions"),
            ("POST", "/v1/client/sign_ins"),
            ("POST", "/v1/organizations"),
        ] {
            let response = evil.send(method, path, &[("first_name", "Mallory")]);
            let headers = response.headers();
            let code = &body(&response)["errors"][0]["code"];
            assert_eq!(code, "origin_invalid", "{method} {path} from {origin}");
            assert!(!headers.contains_key("access-control-allow-origin"));
            assert!(!headers.contains_key("set-cookie"));
        }
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
        ];
        let response = plain(&emulator, "OPTIONS", "/v1/me", &asks);
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
    assert_eq!(page.signed_in(), ["ada@example.com"]);
    let (_, user) = get(&emulator, &format!("/v1/users/{ADA}"));
    assert_eq!(user["first_name"], "Ada");
}

#[test]
fn a_browser_of_another_run_begins_anew() {
    let emulator = emulator();
    let mut page = ScriptedPage::open(&emulator);
    page.browser = "dvb_ofAnotherRun".to_owned();
    for path in ["/v1/client", "/v1/me"] {
        assert_eq!(
            page.refused("GET", path, &[]),
            "401 dev_browser_unauthenticated"
        );
    }
    assert_eq!(ScriptedPage::open(&emulator).client(), json!(null));
}

#[test]
fn a_browser_that_says_nothing_is_known_by_its_cookie() {
    let emulator = emulator();
    let sign_in = "/v1/client/sign_ins?_clerk_js_version=6";
    for (site, attributes) in [
        ("same-origin", "Path=/; SameSite=Lax; HttpOnly"),
        (
            "cross-site",
            "Path=/; Secure; SameSite=None; Partitioned; HttpOnly",
        ),
    ] {
        let fields = [("origin", ORIGIN), ("sec-fetch-site", site)];
        let response = plain(&emulator, "GET", "/v1/client", &fields);
        assert_eq!(body(&response)["response"], json!(null));
        let response = plain(&emulator, "POST", sign_in, &fields);
        let cookie = field(response.headers(), "set-cookie");
        let (cookie, rest) = cookie.split_once("; ").unwrap();
        assert!(cookie.starts_with("__client=dvb_"), "{cookie}");
        assert_eq!(rest, attributes);
        // The application's own cookie is as good, where it hands requests on.
        let applications = cookie.replace("__client", "__clerk_db_jwt");
        for cookie in [cookie, &applications] {
            let fields = [("origin", ORIGIN), ("cookie", cookie)];
            let response = plain(&emulator, "GET", "/v1/client", &fields);
            assert_eq!(
                body(&response)["response"]["sign_in"]["status"],
                "needs_identifier"
            );
        }
    }
}

#[test]
fn servers_and_browsers_are_told_apart_on_paths_of_both() {
    let emulator = emulator();
    let path = format!("/v1/organizations/{ACME}");
    let (status, organization) = get(&emulator, &path);
    assert_eq!(
        (status, &organization["private_metadata"]),
        (200, &json!({}))
    );
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let organization = page.ok("GET", &path, &[]);
    assert_eq!(organization["members_count"], 2);
    assert_eq!(organization.get("private_metadata"), None);
    // Whoever says neither is a server that forgot its key.
    let response = plain(&emulator, "GET", &path, &[]);
    let code = &body(&response)["errors"][0]["code"];
    assert_eq!(code, "authorization_header_format_invalid");
    // A key does not become a browser by saying so, nor a browser a server.
    let uri = format!("{path}?__clerk_db_jwt={}", page.browser);
    let wrong = [
        ("authorization", "Bearer sk_test_wrong"),
        ("origin", ORIGIN),
    ];
    let code = &body(&plain(&emulator, "GET", &uri, &wrong))["errors"][0]["code"];
    assert_eq!(code, "clerk_key_invalid");
    let code = page.refused("GET", "/v1/users", &[]);
    assert_eq!(code, "401 authorization_header_format_invalid");
}

#[test]
fn nobody_sees_private_metadata_or_what_belongs_to_others() {
    let emulator = emulator();
    let secret = json!({ "private_metadata": { "note": "kept from browsers" } });
    for path in [
        format!("/v1/users/{ADA}/metadata"),
        format!("/v1/organizations/{ACME}/metadata"),
        format!("/v1/organizations/{ACME}/memberships/{ADA}/metadata"),
    ] {
        let (status, body) = support::patch(&emulator, &path, secret.clone());
        assert_eq!(status, 200, "{body}");
    }
    let invitation = json!({ "email_address": "eve@example.com", "role": "org:member" });
    let invitations = format!("/v1/organizations/{ACME}/invitations");
    let (_, invitation) = support::post(&emulator, &invitations, invitation);
    let (_, ticket) = invitation["url"]
        .as_str()
        .unwrap()
        .split_once("ticket=")
        .unwrap();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    for path in [
        "/v1/client".to_owned(),
        "/v1/me".to_owned(),
        "/v1/me/sessions/active".to_owned(),
        "/v1/me/organization_memberships".to_owned(),
        format!("/v1/organizations/{ACME}"),
        format!("/v1/organizations/{ACME}/memberships"),
        invitations,
    ] {
        let (status, body) = page.get(&path);
        let body = body.to_string();
        assert_eq!(status, 200, "{path}");
        for hidden in ["private_metadata", "kept from browsers", ticket] {
            assert!(!body.contains(hidden), "{path}: {body}");
        }
    }
}

#[test]
fn faults_and_the_log_know_of_pages_too() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let session = page.sign_in("ada@example.com");
    let template = "/v1/client/sessions/{session_id}/tokens";
    emulator.add_fault(Fault::status(503).method("POST").path(template).times(1));
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    let response = page.send("POST", &tokens, &[]);
    assert_eq!(response.status(), 503);
    // Else the page would not learn what it was.
    let allowed = field(response.headers(), "access-control-allow-origin");
    assert_eq!(allowed, ORIGIN);
    assert_eq!(page.send("POST", &tokens, &[]).status(), 200);
    assert_eq!(emulator.count_requests("POST", template), 2);
    page.ok("DELETE", "/v1/client/sessions", &[]);
    assert_eq!(emulator.count_requests("DELETE", "/v1/client/sessions"), 1);
}

#[test]
fn a_page_and_the_application_behind_it_agree_on_who_is_there() {
    let emulator = Emulator::builder()
        .seed(Seed::empty().user(UserSeed::new("ada@example.com")))
        .proxy_url("http://localhost:3000/__clerk/")
        .build()
        .unwrap();
    assert_eq!(emulator.proxy_url(), Some("http://localhost:3000/__clerk"));
    assert_eq!(emulator.issuer(), "http://localhost:3000/__clerk");
    assert_eq!(
        emulator.publishable_key().frontend_api(),
        "emulator.lcl.dev"
    );
    let page = ScriptedPage::open(&emulator);
    let session = page.sign_in("ada@example.com");
    // What the application's server asks of the browser.
    let uri = format!(
        "/v1/client/handshake?redirect_url=http://localhost:3000/&__clerk_db_jwt={}",
        page.browser
    );
    let response = plain(&emulator, "GET", &uri, &[]);
    let location = field(response.headers(), "location");
    let token = location.split_once("__clerk_handshake=").unwrap().1;
    let directives = decode(token).claims["handshake"].clone();
    let given = directives.as_array().unwrap().iter().map(text);
    let given: Vec<String> = given
        .filter(|cookie| cookie.starts_with("__session="))
        .collect();
    let token = given[0].split([';', '=']).nth(1).unwrap().to_owned();
    assert_eq!(decode(&token).claims["sid"], json!(session));
    // And what the hosted page ends, is ended for clerk-js.
    let form = format!(
        "redirect_url=http://localhost:3000/&__clerk_db_jwt={}",
        page.browser
    );
    let request = Request::post("/sign-out").body(form.into()).unwrap();
    send(&emulator, request);
    assert!(page.signed_in().is_empty());
}

#[test]
fn a_proxy_is_at_an_address() {
    for url in [
        "localhost:3000",
        "/__clerk",
        "ftp://localhost/",
        "http://localhost/?a",
        "",
    ] {
        let problem = Emulator::builder().proxy_url(url).build().err();
        let problem = problem
            .unwrap_or_else(|| panic!("{url} is one"))
            .to_string();
        assert!(problem.contains("no proxy URL"), "{problem}");
    }
}

#[test]
fn sessions_end_by_themselves() {
    let emulator = emulator();
    let mut page = ScriptedPage::open(&emulator);
    let session = page.sign_in("ada@example.com");
    page.now = NOW.saturating_add(Duration::from_secs(8 * 24 * 60 * 60));
    assert_eq!(page.client(), json!(null));
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    assert_eq!(
        page.refused("POST", &tokens, &[]),
        "401 authentication_invalid"
    );
}

#[test]
fn the_mailbox_is_the_control_planes() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let response = plain(
        &emulator,
        "GET",
        "/_emulator/mailbox",
        &[("origin", "https://evil.example")],
    );
    assert_eq!(response.status(), 403);
    assert_eq!(
        get(&emulator, "/_emulator/mailbox").1["messages"][0]["code"],
        "424242"
    );
    let unknown = get(&emulator, "/_emulator/mailbox?form=x");
    assert_eq!(refusal(unknown), refused(422, "form_param_unknown", "form"));
    let response = plain(&emulator, "DELETE", "/_emulator/mailbox", &[]);
    assert_eq!(response.status(), 204);
    assert_eq!(
        get(&emulator, "/_emulator/mailbox").1["messages"],
        json!([])
    );
}
