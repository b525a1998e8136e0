//! The page for whoever runs the emulator, and what it asks for.

mod support;

use http::Request;
use serde_json::{Value, json};
use support::{ADA, NOW, call, emulator, get, post, refusal, refused, send};

#[test]
fn the_root_leads_to_a_page_that_loads_nothing_from_elsewhere() {
    let emulator = emulator();
    let open = |path: &str| {
        let request = Request::get(path).header("host", "127.0.0.1:4010");
        send(&emulator, request.body(Default::default()).unwrap())
    };
    let root = open("/");
    assert_eq!(
        (root.status(), &root.headers()["location"]),
        (
            302.try_into().unwrap(),
            &"/_emulator/status".parse().unwrap()
        )
    );
    let page = open("/_emulator/status");
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    let html = std::str::from_utf8(page.body()).unwrap();
    for part in ["/_emulator/status.css", "/_emulator/status.js"] {
        assert!(html.contains(part), "{html}");
        assert_eq!(open(part).status(), 200);
    }
    assert!(!html.contains("http"), "{html}");
}

#[test]
fn it_is_told_what_the_instance_holds() {
    let emulator = emulator();
    let (status, session) = post(&emulator, "/v1/sessions", json!({ "user_id": ADA }));
    assert_eq!(status, 200);
    let (_, state) = get(&emulator, "/_emulator/state");
    assert_eq!(
        state["totals"],
        json!({ "users": 2, "organizations": 1, "sessions": 1 })
    );
    assert_eq!(state["users"][1]["identifier"], "ada@example.com");
    assert_eq!(state["users"][1]["sessions"], 1);
    assert_eq!(state["organizations"][0]["members"], 2);
    assert_eq!(state["sessions"][0]["id"], session["id"]);
    assert_eq!(state["sessions"][0]["organization"], "acme");
    for (query, expected) in [("LOVELACE", 1), ("example.com", 2), ("nobody", 0)] {
        let (_, state) = get(&emulator, &format!("/_emulator/state?query={query}"));
        assert_eq!(
            state["users"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    }
}

#[test]
fn a_session_gives_tokens_there_until_it_is_revoked() {
    let emulator = emulator();
    let (_, session) = post(&emulator, "/v1/sessions", json!({ "user_id": ADA }));
    let id = session["id"].as_str().unwrap();
    let act = |verb: &str| {
        call(
            &emulator,
            "POST",
            &format!("/_emulator/sessions/{id}/{verb}"),
            None,
        )
    };
    let (status, token) = act("token");
    assert_eq!(status, 200);
    let claims = support::decode(token["jwt"].as_str().unwrap()).claims;
    assert_eq!(
        (&claims["sid"], &claims["iat"]),
        (&session["id"], &json!(NOW.as_secs()))
    );
    assert_eq!(act("revoke"), (204, Value::Null));
    for verb in ["token", "revoke"] {
        assert_eq!(
            refusal(act(verb)),
            refused(404, "resource_not_found", ""),
            "{verb}"
        );
    }
}

#[test]
fn a_page_from_elsewhere_revokes_nothing() {
    let emulator = emulator();
    let (_, session) = post(&emulator, "/v1/sessions", json!({ "user_id": ADA }));
    let uri = format!(
        "/_emulator/sessions/{}/revoke",
        session["id"].as_str().unwrap()
    );
    let request = Request::post(uri).header("origin", "https://elsewhere.example");
    let response = send(&emulator, request.body(Default::default()).unwrap());
    assert_eq!(response.status(), 403);
    let (_, state) = get(&emulator, "/_emulator/state");
    assert_eq!(state["sessions"][0]["status"], "active");
}
