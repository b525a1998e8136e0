//! The operations on API keys.

mod support;

use std::time::Duration;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{ADA, BOB, NOW, call, emulator, get, patch, post, refusal, refused, request};

fn create(emulator: &Emulator, path: &str, name: &str) -> Value {
    let body = json!({ "name": name, "subject": ADA, "seconds_until_expiration": 60 });
    let (status, key) = post(emulator, path, body);
    assert_eq!(status, 201, "{key}");
    key
}

fn verify(emulator: &Emulator, secret: &Value) -> (u16, Value) {
    post(emulator, "/api_keys/verify", json!({ "secret": secret }))
}

#[test]
fn a_key_is_created_verified_changed_and_deleted() {
    let emulator = emulator();
    let (status, mut key) = post(
        &emulator,
        "/api_keys",
        json!({
            "name": "CI", "subject": ADA, "description": "d", "claims": { "a": 1 },
            "scopes": ["read"], "created_by": BOB, "type": "api_key",
        }),
    );
    assert_eq!(refusal((status, key)), refused(400, "bad_request", "name"));
    (_, key) = post(
        &emulator,
        "/api_keys",
        json!({
            "name": "CI bot", "subject": ADA, "description": "d", "claims": { "a": 1 },
            "scopes": ["read"], "created_by": BOB, "type": "api_key",
            "seconds_until_expiration": null,
        }),
    );
    let id = key["id"].as_str().unwrap().to_owned();
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(secret.as_str().unwrap().starts_with("ak_"));
    let mut expected = json!({
        "object": "api_key", "id": id, "type": "api_key", "name": "CI bot", "subject": ADA,
        "description": "d", "claims": { "a": 1 }, "scopes": ["read"], "created_by": BOB,
        "expired": false, "expiration": null, "revoked": false, "revocation_reason": null,
        "last_used_at": null, "created_at": 1_800_000_000_000_i64,
        "updated_at": 1_800_000_000_000_i64,
    });
    assert_eq!(key, expected);
    let path = format!("/api_keys/{id}");
    assert_eq!(get(&emulator, &path), (200, expected.clone()));
    assert_eq!(
        get(&emulator, &format!("/v1{path}")),
        (200, expected.clone())
    );
    let found = get(&emulator, &format!("{path}/secret"));
    assert_eq!(found, (200, json!({ "secret": secret })));

    expected["last_used_at"] = json!(1_800_000_000_000_i64);
    assert_eq!(verify(&emulator, &secret), (200, expected.clone()));
    let changes = json!({
        "claims": { "b": 2 }, "scopes": [], "description": "e", "subject": BOB,
        "seconds_until_expiration": 60,
    });
    expected["claims"] = json!({ "b": 2 });
    expected["scopes"] = json!([]);
    expected["description"] = json!("e");
    expected["subject"] = json!(BOB);
    expected["expiration"] = json!(1_800_000_060_000_i64);
    assert_eq!(patch(&emulator, &path, changes), (200, expected));
    let deleted = json!({ "object": "api_key", "id": id, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    let missing = || refused(404, "resource_not_found", "");
    for (method, rest) in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/secret"),
        ("POST", "/revoke"),
    ] {
        let found = refusal(call(&emulator, method, &format!("{path}{rest}"), None));
        assert_eq!(found, missing(), "{method} {rest}");
    }
    assert_eq!(refusal(verify(&emulator, &secret)), missing());
}

#[test]
fn revoked_and_expired_keys_are_not_verified() {
    let emulator = emulator();
    let (first, second) = (
        create(&emulator, "/api_keys", "first"),
        create(&emulator, "/v1/api_keys", "second"),
    );
    let revoke = format!("/api_keys/{}/revoke", first["id"].as_str().unwrap());
    let reason = json!({ "revocation_reason": "lost" });
    let (status, revoked) = post(&emulator, &revoke, reason);
    assert_eq!((status, &revoked["revoked"]), (200, &json!(true)));
    assert_eq!(revoked["revocation_reason"], "lost");
    let again = post(&emulator, &revoke, json!({ "revocation_reason": null }));
    assert_eq!(again, (200, revoked));

    let missing = || refused(404, "resource_not_found", "");
    assert_eq!(refusal(verify(&emulator, &first["secret"])), missing());
    assert_eq!(refusal(verify(&emulator, &json!("ak_x"))), missing());
    let status_after = |seconds: u64| {
        let body = json!({ "secret": second["secret"] });
        let request = request("POST", "/api_keys/verify", Some(&body));
        let answer = emulator.handle(request, NOW.saturating_add(Duration::from_secs(seconds)));
        answer.into_response().unwrap().status()
    };
    assert_eq!(
        (status_after(59), status_after(60)),
        (200.try_into().unwrap(), 404.try_into().unwrap())
    );
    let list = |query: &str| {
        let (status, list) = get(&emulator, &format!("/api_keys?subject={ADA}{query}"));
        assert_eq!(status, 200, "{list}");
        let names = list["data"].as_array().unwrap().iter();
        let names: Vec<String> = names
            .map(|key| key["name"].as_str().unwrap().into())
            .collect();
        (names.join(" "), list["total_count"].as_u64().unwrap())
    };
    for (query, names, total) in [
        ("", "second", 1),
        ("&include_invalid=true", "second first", 2),
        ("&include_invalid=true&limit=1&offset=1", "first", 2),
        ("&include_invalid=true&query=FIR", "first", 1),
    ] {
        assert_eq!(list(query), (names.to_owned(), total), "{query}");
    }
}

#[test]
fn the_keys_of_somebody_who_is_gone_open_nothing() {
    let emulator = emulator();
    let acme = emulator.organization_id("acme").unwrap();
    for (subject, path) in [
        (ADA, format!("/v1/users/{ADA}")),
        (&acme, format!("/v1/organizations/{acme}")),
    ] {
        let body = json!({ "name": "CI bot", "subject": subject });
        let (status, key) = post(&emulator, "/api_keys", body);
        assert_eq!(status, 201, "{key}");
        assert_eq!(verify(&emulator, &key["secret"]).0, 200);
        assert_eq!(call(&emulator, "DELETE", &path, None).0, 200);
        assert_eq!(
            refusal(verify(&emulator, &key["secret"])),
            refused(404, "resource_not_found", "")
        );
    }
}

#[test]
fn keys_that_cannot_be_are_bad_requests() {
    let emulator = emulator();
    let key = create(&emulator, "/api_keys", "key");
    let path = format!("/api_keys/{}", key["id"].as_str().unwrap());
    for (method, path, body, param) in [
        ("POST", "/api_keys", json!({ "subject": ADA }), "name"),
        (
            "POST",
            "/api_keys",
            json!({ "name": " key", "subject": ADA }),
            "name",
        ),
        ("POST", "/api_keys", json!({ "name": "key" }), "subject"),
        (
            "POST",
            "/api_keys",
            json!({ "name": "key", "subject": "ada" }),
            "subject",
        ),
        (
            "POST",
            "/api_keys",
            json!({ "name": "key", "subject": ADA, "created_by": "ada" }),
            "created_by",
        ),
        (
            "POST",
            "/api_keys",
            json!({ "name": "key", "subject": ADA, "type": "x" }),
            "type",
        ),
        ("POST", "/api_keys/verify", json!({}), "secret"),
        ("POST", "/api_keys/verify", json!({ "secret": 1 }), "secret"),
        ("PATCH", &path, json!({ "name": "other" }), "name"),
        ("PATCH", &path, json!({ "subject": "ada" }), "subject"),
        ("PATCH", &path, json!({ "scopes": "all" }), "scopes"),
        (
            "PATCH",
            &path,
            json!({ "description": "x".repeat(256) }),
            "description",
        ),
        (
            "PATCH",
            &path,
            json!({ "seconds_until_expiration": -1 }),
            "seconds_until_expiration",
        ),
        ("POST", &format!("{path}/revoke"), json!({ "x": 1 }), "x"),
        ("GET", "/api_keys", json!(null), "subject"),
        ("GET", "/api_keys?subject=ada", json!(null), "subject"),
        (
            "GET",
            &format!("/api_keys?subject={ADA}&limit=101"),
            json!(null),
            "limit",
        ),
    ] {
        let found = refusal(call(&emulator, method, path, Some(&body)));
        assert_eq!(found, refused(400, "bad_request", param), "{method} {path}");
    }
    let (_, unchanged) = get(&emulator, &path);
    assert_eq!(unchanged["updated_at"], key["updated_at"]);
    assert_eq!(unchanged["subject"], ADA);
}
