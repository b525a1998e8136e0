//! The operations on machines and their tokens.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{
    NOW, call, decode, delete, emulator, fine, get, patch, post, refusal, refused, request, send,
    text,
};

fn machine(emulator: &Emulator, name: &str, scopes: &[&str]) -> (String, String) {
    let body = json!({ "name": name, "scoped_machines": scopes });
    let (status, machine) = post(emulator, "/v1/machines", body);
    assert_eq!(status, 200, "{machine}");
    let text = |name: &str| machine[name].as_str().unwrap().to_owned();
    (text("id"), text("secret_key"))
}

/// A call with a machine's key.
fn by(emulator: &Emulator, key: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut request = request(method, path, Some(body));
    let authorization = format!("Bearer {key}").parse().unwrap();
    request.headers_mut().insert("authorization", authorization);
    let response = send(emulator, request);
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

#[test]
fn a_machine_is_created_listed_and_deleted() {
    let emulator = emulator();
    let (target, _) = machine(&emulator, "target", &[]);
    let (caller, key) = machine(&emulator, "caller", &[&target]);
    let path = format!("/v1/machines/{caller}");
    let (status, found) = get(&emulator, &path);
    assert_eq!(status, 200);
    assert_eq!(found["scoped_machines"][0]["id"], target);
    assert_eq!(found["default_token_ttl"], 3600);
    assert!(found.get("secret_key").is_none());
    let secret = get(&emulator, &format!("{path}/secret_key"));
    let expected = json!({ "object": "machine_secret_key", "secret": key });
    assert_eq!(secret, (200, expected));
    let (_, list) = get(&emulator, "/v1/machines?order_by=name");
    assert_eq!(
        (&list["data"][0], &list["total_count"]),
        (&found, &json!(2))
    );
    let deleted = json!({ "object": "machine", "id": caller, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("GET", format!("{path}/secret_key")),
    ] {
        let found = refusal(call(&emulator, method, &path, None));
        assert_eq!(found, refused(404, "resource_not_found", ""));
    }
    let value = |name: &str| refused(422, "form_param_value_invalid", name);
    for (body, expected) in [
        (json!({}), refused(422, "form_param_missing", "name")),
        (json!({ "name": "" }), value("name")),
        (
            json!({ "name": "m", "default_token_ttl": 0 }),
            value("default_token_ttl"),
        ),
        (
            json!({ "name": "m", "scoped_machines": ["mch_x"] }),
            refused(404, "resource_not_found", ""),
        ),
    ] {
        let found = refusal(post(&emulator, "/v1/machines", body));
        assert_eq!(found, expected);
    }
}

#[test]
fn a_token_is_for_the_machines_in_its_scopes() {
    let emulator = emulator();
    let (target, target_key) = machine(&emulator, "target", &[]);
    let (caller, key) = machine(&emulator, "caller", &[&target]);
    let tokens = "/m2m_tokens";
    let explicit = json!({
        "seconds_until_expiration": null, "claims": { "a": 1 }, "token_format": "opaque",
    });
    let (status, token) = by(&emulator, &key, "POST", tokens, &explicit);
    assert_eq!(status, 201, "{token}");
    assert_eq!(token["subject"], caller);
    assert_eq!(token["scopes"], json!([target]));
    assert_eq!(token["claims"], json!({ "a": 1 }));
    assert_eq!(token["expiration"], json!(1_800_003_600_000_i64));
    let secret = &token["token"];
    assert!(secret.as_str().unwrap().starts_with("mt_"));

    let reuse = json!({ "claims": { "a": 1 }, "min_remaining_ttl_seconds": 60 });
    assert_eq!(
        by(&emulator, &key, "POST", tokens, &reuse),
        (201, token.clone())
    );
    let verify = |key: &str, name: &str| {
        let path = "/v1/m2m_tokens/verify";
        by(&emulator, key, "POST", path, &json!({ name: secret }))
    };
    for (key, name) in [
        ("sk_test_emulator", "token"),
        ("sk_test_emulator", "secret"),
        (&target_key, "token"),
    ] {
        let (status, verified) = verify(key, name);
        assert_eq!((status, &verified["id"]), (200, &token["id"]));
        assert!(verified.get("token").is_none());
    }
    let missing = || refused(404, "resource_not_found", "");
    assert_eq!(refusal(verify(&key, "token")), missing());

    let list = |key: &str, query: &str| {
        let path = format!("{tokens}?subject={caller}{query}");
        by(&emulator, key, "GET", &path, &json!(null))
    };
    let (_, listed) = list(&key, "");
    assert_eq!(listed["m2m_tokens"][0]["id"], token["id"]);
    assert_eq!(
        refusal(list(&target_key, "")),
        refused(403, "forbidden", "")
    );
    let revoke = format!("{tokens}/{}/revoke", token["id"].as_str().unwrap());
    let reason = json!({ "revocation_reason": "lost" });
    let found = refusal(by(&emulator, &target_key, "POST", &revoke, &reason));
    assert_eq!(found, missing());
    let (status, revoked) = by(&emulator, &key, "POST", &revoke, &reason);
    assert_eq!(
        (status, &revoked["revocation_reason"]),
        (200, &json!("lost"))
    );
    assert_eq!(refusal(verify("sk_test_emulator", "token")), missing());
    assert_eq!(list(&key, "").1["total_count"], 0);
    assert_eq!(list(&key, "&revoked=true").1["total_count"], 1);
}

#[test]
fn a_token_that_is_a_jwt_speaks_for_itself() {
    let emulator = emulator();
    let (target, _) = machine(&emulator, "target", &[]);
    let (caller, key) = machine(&emulator, "caller", &[&target]);
    let body = json!({
        "token_format": "jwt", "claims": { "a": 1, "sub": "x" }, "seconds_until_expiration": 60,
    });
    let (status, token) = by(&emulator, &key, "POST", "/m2m_tokens", &body);
    assert_eq!(status, 201, "{token}");
    let jwt = decode(token["token"].as_str().unwrap());
    assert!(jwt.verifies(&emulator.jwks_json()));
    assert_eq!(jwt.header["cat"], "cl_B7d4PD333AAA");
    assert_eq!(jwt.claims["sub"], caller);
    assert_eq!(jwt.claims["scopes"], target);
    assert_eq!(jwt.claims["jti"], token["id"]);
    assert_eq!(jwt.claims["a"], 1);
    assert_eq!(jwt.claims["exp"], 1_800_000_060_i64);
    let (_, list) = get(&emulator, &format!("/m2m_tokens?subject={caller}"));
    assert_eq!(list, json!({ "m2m_tokens": [], "total_count": 0 }));

    let body = json!({ "token_format": "jwt", "claims": { "scopes": "mch_another" } });
    let (_, token) = by(&emulator, &key, "POST", "/m2m_tokens", &body);
    let jwt = decode(token["token"].as_str().unwrap());
    assert_eq!(jwt.claims["scopes"], "mch_another");
}

#[test]
fn tokens_that_cannot_be_are_refused() {
    let emulator = emulator();
    let (_, key) = machine(&emulator, "caller", &[]);
    let bad = |name: &str| refused(400, "bad_request", name);
    for (key, method, path, body, expected) in [
        (
            "sk_test_emulator",
            "POST",
            "/m2m_tokens",
            json!({}),
            refused(401, "clerk_key_invalid", ""),
        ),
        (
            "ak_x",
            "POST",
            "/m2m_tokens",
            json!({}),
            refused(401, "clerk_key_invalid", ""),
        ),
        (
            &key,
            "GET",
            "/v1/users",
            json!({}),
            refused(401, "clerk_key_invalid", ""),
        ),
        (
            &key,
            "POST",
            "/m2m_tokens",
            json!({ "token_format": "paseto" }),
            bad("token_format"),
        ),
        (&key, "POST", "/m2m_tokens", json!({ "x": 1 }), bad("x")),
        (&key, "POST", "/m2m_tokens/verify", json!({}), bad("token")),
        (&key, "GET", "/m2m_tokens", json!({}), bad("subject")),
        (
            &key,
            "POST",
            "/m2m_tokens/mt_x/revoke",
            json!({}),
            refused(404, "resource_not_found", ""),
        ),
    ] {
        let found = refusal(by(&emulator, key, method, path, &body));
        assert_eq!(found, expected, "{method} {path}");
    }
}

#[test]
fn a_machine_is_renamed() {
    let emulator = emulator();
    let (id, key) = machine(&emulator, "worker", &[]);
    let path = format!("/v1/machines/{id}");
    let renamed = fine(patch(
        &emulator,
        &path,
        json!({ "name": "night worker", "default_token_ttl": 60 }),
    ));
    assert_eq!(renamed["name"], "night worker");
    let body = json!({});
    let token = fine(by(&emulator, &key, "POST", "/v1/m2m_tokens", &body));
    assert_eq!(token["expiration"], (NOW.as_secs() + 60) * 1000);
    for (body, name) in [
        (json!({ "name": "" }), "name"),
        (json!({ "default_token_ttl": 0 }), "default_token_ttl"),
    ] {
        let found = refusal(patch(&emulator, &path, body));
        assert_eq!(found, refused(422, "form_param_value_invalid", name));
    }
}

#[test]
fn scopes_say_which_machines_tokens_are_for() {
    let emulator = emulator();
    let (worker, worker_key) = machine(&emulator, "worker", &[]);
    let (billing, billing_key) = machine(&emulator, "billing", &[]);
    let scopes = format!("/v1/machines/{worker}/scopes");
    let verified = || {
        let token = by(&emulator, &worker_key, "POST", "/v1/m2m_tokens", &json!({}));
        let body = json!({ "token": fine(token)["token"] });
        let verify = "/v1/m2m_tokens/verify";
        by(&emulator, &billing_key, "POST", verify, &body).0
    };
    assert_eq!(verified(), 404);
    let scope = json!({ "to_machine_id": billing });
    assert_eq!(
        fine(post(&emulator, &scopes, scope.clone())),
        json!({
            "object": "machine_scope", "from_machine_id": worker, "to_machine_id": billing,
            "created_at": NOW.as_millis(),
        })
    );
    assert_eq!(verified(), 200);
    assert_eq!(
        refusal(post(&emulator, &scopes, scope)),
        refused(409, "machine_scope_already_exists", "")
    );
    let nobody = json!({ "to_machine_id": "mch_x" });
    let expected = refused(404, "resource_not_found", "");
    assert_eq!(refusal(post(&emulator, &scopes, nobody)), expected);
    let one = format!("{scopes}/{billing}");
    assert_eq!(
        fine(delete(&emulator, &one)),
        json!({
            "object": "machine_scope", "from_machine_id": worker, "to_machine_id": billing,
            "deleted": true,
        })
    );
    assert_eq!(refusal(delete(&emulator, &one)), expected);
    assert_eq!(verified(), 404);
}

#[test]
fn a_key_that_was_rotated_away_opens_nothing_after_its_time() {
    let emulator = emulator();
    let (id, first) = machine(&emulator, "worker", &[]);
    let rotate = |seconds: u64| {
        let path = format!("/v1/machines/{id}/secret_key/rotate");
        let body = json!({ "previous_token_ttl": seconds });
        text(&fine(post(&emulator, &path, body)), "secret").to_owned()
    };
    let opens = |key: &str, at: UnixTime| {
        let mut request = request("POST", "/v1/m2m_tokens", Some(&json!({})));
        let authorization = format!("Bearer {key}").parse().unwrap();
        request.headers_mut().insert("authorization", authorization);
        let answer = emulator.handle(request, at).into_response().unwrap();
        answer.status() == 201
    };
    let second = rotate(60);
    let (soon, late) = (
        NOW.saturating_add(Duration::from_secs(59)),
        NOW.saturating_add(Duration::from_secs(60)),
    );
    assert_ne!(first, second);
    assert!(opens(&first, soon) && opens(&second, soon));
    assert!(!opens(&first, late) && opens(&second, late));
    // The last one is gone at once, the first still has its time.
    let third = rotate(0);
    assert!(opens(&first, soon) && !opens(&second, soon) && opens(&third, soon));
    let secret = fine(get(&emulator, &format!("/v1/machines/{id}/secret_key")));
    assert_eq!(text(&secret, "secret"), third);
    let path = format!("/v1/machines/{id}/secret_key/rotate");
    for (body, code) in [
        (json!({}), "form_param_missing"),
        (
            json!({ "previous_token_ttl": 28_801 }),
            "form_param_value_invalid",
        ),
    ] {
        let found = refusal(post(&emulator, &path, body));
        assert_eq!(found, refused(422, code, "previous_token_ttl"));
    }
}
