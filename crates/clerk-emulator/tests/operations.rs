//! What holds for every operation, and the key set.

mod support;

use http::{Request, header};
use serde_json::{Value, json};
use support::{NOW, call, emulator, get, refusal, refused, request, send};

#[test]
fn answers_are_json_of_exactly_that_type_and_carry_a_trace_id() {
    let emulator = emulator();
    for path in ["/v1/jwks", "/v1/users", "/v1/users/nobody", "/v1/nowhere"] {
        let response = send(&emulator, request("GET", path, None));
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()["clerk-trace-id"].len(), 32, "{path}");
    }
}

#[test]
fn the_secret_key_is_asked_for() {
    let emulator = emulator();
    let format = "authorization_header_format_invalid";
    for (authorization, status, code) in [
        (None, 401, format),
        (Some(""), 401, format),
        (Some("sk_test_emulator"), 401, format),
        (Some("Basic sk_test_emulator"), 401, format),
        (Some("Bearer "), 401, format),
        (Some("Bearer sk_test_other"), 401, "clerk_key_invalid"),
        (Some("bearer sk_test_emulator"), 200, ""),
        (Some("Bearer sk_test_emulator"), 200, ""),
    ] {
        for path in ["/v1/jwks", "/v1/users", "/v1/sessions?user_id=x"] {
            let mut request = Request::get(path);
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            let response = send(&emulator, request.body(Default::default()).unwrap());
            assert_eq!(response.status(), status, "{path} {authorization:?}");
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            let found = body["errors"][0]["code"].as_str().unwrap_or_default();
            assert_eq!(found, code, "{path} {authorization:?}");
        }
    }
}

#[test]
fn the_key_set_is_the_same_in_public() {
    let emulator = emulator();
    let (_, keys) = get(&emulator, "/v1/jwks");
    let public = Request::get("/.well-known/jwks.json").body(Default::default());
    let public = send(&emulator, public.unwrap());
    assert_eq!(public.status(), 200);
    assert_eq!(
        serde_json::from_slice::<Value>(public.body()).unwrap(),
        keys
    );
    let key = keys["keys"][0].as_object().unwrap();
    let members: Vec<&str> = key.keys().map(String::as_str).collect();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(
        (&key["e"], &key["kid"]),
        (&json!("AQAB"), &json!(emulator.key_id()))
    );
}

#[test]
fn requests_that_no_operation_can_take_are_refused() {
    let emulator = emulator();
    let with_version = |version: &str| {
        let mut request = request("GET", "/v1/users", None);
        let version = version.parse().unwrap();
        request.headers_mut().insert("clerk-api-version", version);
        send(&emulator, request).status().as_u16()
    };
    assert_eq!(with_version("2026-05-12"), 200);
    assert_eq!(with_version("2021-02-05"), 200);
    assert_eq!(with_version("latest"), 400);
    assert_eq!(with_version("2026-5-12"), 400);

    let send_body = |body: &'static str| {
        let request = Request::post("/v1/users").header("authorization", "Bearer sk_test_emulator");
        let response = send(&emulator, request.body(body.into()).unwrap());
        (
            response.status().as_u16(),
            serde_json::from_slice(response.body()).unwrap(),
        )
    };
    let invalid = || refused(400, "request_body_invalid", "");
    assert_eq!(refusal(send_body("{")), invalid());
    assert_eq!(refusal(send_body("[]")), invalid());

    let large = " ".repeat(1024 * 1024 + 1);
    let request = Request::post("/v1/users").header("authorization", "Bearer sk_test_emulator");
    let response = send(&emulator, request.body(large.into()).unwrap());
    assert_eq!(response.status(), 413);

    for (method, path) in [
        ("GET", "/v1/users/user_1/nothing"),
        ("PUT", "/v1/jwks"),
        ("GET", "/nowhere"),
    ] {
        let found = refusal(call(&emulator, method, path, None));
        assert_eq!(found, refused(404, "operation_not_emulated", ""));
    }
}

#[test]
fn pictures_are_on_this_machine() {
    let emulator = emulator();
    let (_, user) = get(&emulator, &format!("/v1/users/{}", support::ADA));
    let url = user["image_url"].as_str().unwrap();
    let picture = Request::get(url).body(Default::default()).unwrap();
    let picture = send(&emulator, picture);
    assert_eq!(picture.status(), 200, "{url}");
    assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/svg+xml");
    assert!(picture.body().starts_with(b"<svg "));
}

/// Clerk's identifiers do, and so do programs that go through them by it.
#[test]
fn identifiers_sort_by_the_time_the_emulator_was_given() {
    let created = |emulator: &clerk_emulator::Emulator, seconds: u64| {
        let body = json!({ "username": format!("u{seconds}") });
        let now = NOW.saturating_add(std::time::Duration::from_secs(seconds));
        let answer = emulator.handle(request("POST", "/v1/users", Some(&body)), now);
        let user: Value = serde_json::from_slice(answer.into_response().unwrap().body()).unwrap();
        user["id"].as_str().unwrap().to_owned()
    };
    let (one, same) = (emulator(), emulator());
    let ids: Vec<String> = (0..20).map(|seconds| created(&one, seconds)).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let again: Vec<String> = (0..20).map(|seconds| created(&same, seconds)).collect();
    assert_eq!(ids, again);
    assert!(one.key_id() < ids[0].replace("user_", "ins_"));
}

#[test]
fn the_backend_api_says_which_version_it_served() {
    let emulator = emulator();
    for (path, asked_for, served) in [
        ("/v1/users", None, Some("2026-05-12")),
        ("/v1/users", Some("2021-02-05"), Some("2021-02-05")),
        ("/v1/users/nobody", Some("2025-11-10"), Some("2025-11-10")),
        ("/v1/users", Some("latest"), Some("2026-05-12")),
        ("/v1/m2m_tokens?subject=x", None, Some("2026-05-12")),
        ("/v1/nowhere", Some("2025-11-10"), Some("2025-11-10")),
        ("/.well-known/jwks.json", None, None),
        ("/sign-in", None, None),
        ("/_emulator/health", None, None),
    ] {
        for authorization in ["Bearer sk_test_emulator", "Bearer sk_test_other"] {
            let mut request = Request::get(path).header("authorization", authorization);
            if let Some(version) = asked_for {
                request = request.header("clerk-api-version", version);
            }
            let response = send(&emulator, request.body(Default::default()).unwrap());
            let found = response.headers().get("clerk-api-version");
            let found = found.map(|version| version.to_str().unwrap());
            assert_eq!(found, served, "{path} {asked_for:?} {authorization}");
        }
    }
}
