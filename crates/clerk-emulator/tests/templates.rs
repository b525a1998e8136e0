//! The operations on JWT templates.

mod support;

use serde_json::{Value, json};
use support::{ADA, call, decode, emulator, get, patch, post, refusal, refused, session_of};

const TEMPLATES: &str = "/v1/jwt_templates";

#[test]
fn a_template_is_created_used_changed_and_deleted() {
    let emulator = emulator();
    let claims = json!({ "who": "{{user.id}}", "aud": "api" });
    let (status, template) = post(
        &emulator,
        TEMPLATES,
        json!({ "name": "api", "claims": claims, "lifetime": null, "custom_signing_key": false }),
    );
    assert_eq!(status, 200, "{template}");
    let id = template["id"].as_str().unwrap();
    assert_eq!(
        template,
        json!({
            "object": "jwt_template", "id": id, "name": "api", "claims": claims, "lifetime": 60,
            "allowed_clock_skew": 5, "custom_signing_key": false, "signing_algorithm": "RS256",
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    let path = format!("{TEMPLATES}/{id}");
    assert_eq!(get(&emulator, &path), (200, template.clone()));

    let session = session_of(&emulator, ADA);
    let claims_of = |name: &str| {
        let path = format!("/v1/sessions/{session}/tokens/{name}");
        let (status, token) = post(&emulator, &path, json!({}));
        assert_eq!(status, 200, "{token}");
        decode(token["jwt"].as_str().unwrap()).claims
    };
    assert_eq!(claims_of("api")["who"], ADA);
    let changes = json!({
        "name": "api-2", "claims": { "level": 3 }, "lifetime": 90, "allowed_clock_skew": 0,
        "signing_algorithm": "RS256",
    });
    let (status, changed) = patch(&emulator, &path, changes);
    assert_eq!((status, &changed["name"]), (200, &json!("api-2")));
    let claims = claims_of("api-2");
    assert_eq!((&claims["level"], claims.get("who")), (&json!(3), None));
    assert_eq!(
        (&claims["exp"], &claims["nbf"]),
        (&json!(1_800_000_090), &json!(1_800_000_000))
    );

    let (_, list) = get(&emulator, TEMPLATES);
    assert_eq!(list[0], changed);
    assert_eq!(list[1]["name"], "hasura");
    let (_, paged) = get(&emulator, "/v1/jwt_templates?paginated=true&limit=1");
    assert_eq!(paged, json!({ "data": [changed], "total_count": 2 }));

    let deleted = json!({ "object": "jwt_template", "id": id, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    let missing = || refused(404, "resource_not_found", "");
    for method in ["GET", "DELETE", "PATCH"] {
        assert_eq!(refusal(call(&emulator, method, &path, None)), missing());
    }
    let token = format!("/v1/sessions/{session}/tokens/api-2");
    assert_eq!(refusal(post(&emulator, &token, json!({}))), missing());
}

#[test]
fn templates_that_cannot_be_are_refused() {
    let emulator = emulator();
    let (_, template) = post(&emulator, TEMPLATES, json!({ "name": "a", "claims": {} }));
    let path = format!("{TEMPLATES}/{}", template["id"].as_str().unwrap());
    let value = |name: &str| refused(422, "form_param_value_invalid", name);
    let with = |name: &str, given: Value| {
        let mut body = json!({ "name": "b", "claims": {} });
        body[name] = given;
        body
    };
    for (body, expected) in [
        (
            json!({ "claims": {} }),
            refused(422, "form_param_missing", "name"),
        ),
        (
            json!({ "name": "b" }),
            refused(422, "form_param_missing", "claims"),
        ),
        (with("name", json!(" ")), value("name")),
        (
            with("name", json!("hasura")),
            refused(422, "form_already_exists", "name"),
        ),
        (with("claims", json!([])), value("claims")),
        (
            with("claims", json!({ "sub": "x" })),
            refused(400, "jwt_template_reserved_claim", ""),
        ),
        (with("lifetime", json!(29)), value("lifetime")),
        (with("lifetime", json!(315_360_001)), value("lifetime")),
        (
            with("allowed_clock_skew", json!(301)),
            value("allowed_clock_skew"),
        ),
        (
            with("custom_signing_key", json!(true)),
            value("custom_signing_key"),
        ),
        (
            with("signing_algorithm", json!("HS256")),
            value("signing_algorithm"),
        ),
        (
            with("colour", json!("red")),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        for (method, path) in [("POST", TEMPLATES), ("PATCH", &path)] {
            let found = refusal(call(&emulator, method, path, Some(&body)));
            assert_eq!(found, expected, "{method} {body}");
        }
    }
    assert_eq!(get(&emulator, &path).1, template);
    let found = refusal(get(&emulator, "/v1/jwt_templates?order_by=name"));
    assert_eq!(found, refused(422, "form_param_unknown", "order_by"));
}
