//! The control plane does over HTTP what the methods do.

mod support;

use std::time::Duration;

use clerk_emulator::{Defect, Emulator, TokenVersion};
use serde_json::{Value, json};
use support::{NOW, call, decode, emulator, get, post};

#[test]
fn minting_over_http_is_minting() {
    let twin = || Emulator::builder().deterministic(7).build().unwrap();
    let bob = || json!({ "user": "bob@example.com", "organization": "acme" });
    let with = |more: Value| {
        let mut body = bob();
        let members = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        body
    };
    type Describe = fn(&Emulator) -> clerk_emulator::TokenBuilder;
    let table: [(Value, Describe); 9] = [
        (json!({}), |e| e.token()),
        (bob(), |e| {
            e.token().user("bob@example.com").organization("acme")
        }),
        (with(json!({ "version": 1, "kind": "session" })), |e| {
            let token = e.token().user("bob@example.com").organization("acme");
            token.version(TokenVersion::V1)
        }),
        (with(json!({ "template": "hasura", "lifetime": 99 })), |e| {
            let token = e.token().user("bob@example.com").organization("acme");
            token.template("hasura").lifetime(Duration::from_secs(99))
        }),
        (json!({ "kind": "machine" }), |e| e.token().machine()),
        (json!({ "kind": "oauth" }), |e| e.token().oauth()),
        (json!({ "issued_ago": 90 }), |e| {
            e.token().issued_ago(Duration::from_secs(90))
        }),
        (json!({ "defect": "alg-none" }), |e| {
            e.token().defect(Defect::AlgNone)
        }),
        (
            json!({
                "claims": { "plan": "pro", "sub": null }, "without": ["sid"],
                "header": { "cat": 5 }, "without_header": ["typ"],
            }),
            |e| {
                let token = e.token().claim("plan", "pro").claim("sub", Value::Null);
                token.without("sid").header("cat", 5).without_header("typ")
            },
        ),
    ];
    for (body, describe) in table {
        let (status, minted) = post(&twin(), "/_emulator/mint", body.clone());
        assert_eq!(
            (status, minted),
            (200, json!({ "jwt": describe(&twin()).sign(NOW) })),
            "{body}"
        );
    }
}

#[test]
fn what_cannot_be_minted_is_refused() {
    let emulator = emulator();
    for (body, status) in [
        (json!({ "user": "eve@example.com" }), 400),
        (json!({ "version": 3 }), 422),
        (json!({ "colour": "red" }), 400),
        (json!({ "kind": "cookie" }), 400),
        (json!({ "kind": "oauth", "template": "hasura" }), 422),
        (json!({ "issued_at": 1, "issued_ago": 1 }), 422),
        (json!({ "defect": "nonsense" }), 422),
    ] {
        assert_eq!(
            post(&emulator, "/_emulator/mint", body.clone()).0,
            status,
            "{body}"
        );
    }
    let (_, error) = post(
        &emulator,
        "/_emulator/mint",
        json!({ "user": "eve@example.com" }),
    );
    let message = error["errors"][0]["long_message"].as_str().unwrap();
    assert!(
        message.contains("there is no user eve@example.com"),
        "{message}"
    );
}

#[test]
fn extreme_times_are_minted_and_not_panicked_over() {
    let emulator = emulator();
    for body in [
        json!({ "issued_at": i64::MAX, "lifetime": u64::MAX }),
        json!({ "issued_at": i64::MIN }),
        json!({ "issued_ago": u64::MAX }),
    ] {
        assert_eq!(
            post(&emulator, "/_emulator/mint", body.clone()).0,
            200,
            "{body}"
        );
    }
}

#[test]
fn keys_rotate() {
    let emulator = emulator();
    let first = emulator.key_id();
    let (status, rotated) = post(
        &emulator,
        "/_emulator/keys/rotate",
        json!({ "keep_old": true }),
    );
    assert_eq!(
        (status, &rotated["key_id"]),
        (200, &json!(emulator.key_id()))
    );
    let ids = |emulator: &Emulator| -> Vec<Value> {
        let keys = emulator.jwks_json();
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].clone())
            .collect()
    };
    assert_eq!(ids(&emulator), [json!(emulator.key_id()), json!(first)]);
    call(&emulator, "POST", "/_emulator/keys/rotate", None);
    assert_eq!(ids(&emulator), [json!(emulator.key_id())]);
    let alone = emulator.key_id();
    let (status, announced) = call(&emulator, "POST", "/_emulator/keys/announce", None);
    assert_eq!(status, 200);
    assert_eq!(ids(&emulator), [json!(alone), announced["key_id"].clone()]);
}

#[test]
fn faults_come_and_go() {
    let emulator = emulator();
    let add = |body: Value| post(&emulator, "/_emulator/faults", body).0;
    let status = || get(&emulator, "/v1/jwks").0;
    assert_eq!(
        add(json!({ "status": 429, "path": "/v1/jwks", "retry_after": 3, "count": 1 })),
        204
    );
    assert_eq!((status(), status()), (429, 200));
    assert_eq!(add(json!({ "status": 500, "method": "POST" })), 204);
    assert_eq!(status(), 200);
    assert_eq!(
        add(json!({ "body": "not JSON", "content_type": "text/plain", "count": 1 })),
        204
    );
    let odd = support::send(&emulator, support::request("GET", "/v1/jwks", None));
    assert_eq!(
        (odd.status().as_u16(), &odd.body()[..]),
        (200, &b"not JSON"[..])
    );
    assert_eq!(odd.headers()["content-type"], "text/plain");
    assert_eq!(add(json!({ "delay_ms": 1500, "count": 1 })), 204);
    let slow = emulator.handle(support::request("GET", "/v1/jwks", None), NOW);
    assert_eq!(slow.delay, Duration::from_millis(1500));
    assert_eq!(add(json!({ "drop": true })), 204);
    let dropped = emulator.handle(support::request("GET", "/v1/jwks", None), NOW);
    assert!(dropped.into_response().is_none());
    assert_eq!(call(&emulator, "DELETE", "/_emulator/faults", None).0, 204);
    assert_eq!(status(), 200);
    for body in [
        json!({}),
        json!({ "status": 200 }),
        json!({ "status": 500, "drop": true }),
        json!({ "status": 99, "body": "" }),
        json!({ "sttaus": 500 }),
    ] {
        assert!([400, 422].contains(&add(body.clone())), "{body}");
    }
}

#[test]
fn a_reset_brings_back_the_beginning_without_giving_an_id_twice() {
    let emulator = emulator();
    let first_key = emulator.key_id();
    let token = emulator.token().sign(NOW);
    emulator.rotate_keys(false);
    post(&emulator, "/v1/users", json!({ "username": "eve" }));
    post(&emulator, "/_emulator/faults", json!({ "status": 500 }));

    assert_eq!(
        call(&emulator, "POST", "/_emulator/reset", None),
        (204, Value::Null)
    );
    assert_eq!(emulator.requests(), []);
    let (_, health) = get(&emulator, "/_emulator/health");
    assert_eq!(
        (&health["users"], &health["sessions"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(
        (&health["key_id"], emulator.key_id()),
        (&json!(first_key), first_key.clone())
    );
    let again = emulator.token().sign(NOW);
    assert_ne!(decode(&again).claims["sid"], decode(&token).claims["sid"]);
    assert_eq!(get(&emulator, "/v1/jwks").0, 200);
}
