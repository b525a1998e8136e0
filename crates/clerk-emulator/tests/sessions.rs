//! The operations on sessions and their tokens.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::{Emulator, TokenVersion};
use serde_json::{Value, json};
use support::{
    ACME, ADA, BOB, NOW, call, decode, emulator, get, post, refusal, refused, request, session_of,
};

#[test]
fn a_session_starts_in_the_organization_joined_last_and_ends_when_revoked() {
    let emulator = emulator();
    let id = session_of(&emulator, ADA);
    let path = format!("/v1/sessions/{id}");
    let (status, session) = get(&emulator, &path);
    assert_eq!(status, 200);
    for (member, expected) in [
        ("object", json!("session")),
        ("user_id", json!(ADA)),
        ("status", json!("active")),
        ("last_active_organization_id", json!(ACME)),
        ("created_at", json!(1_800_000_000_000_i64)),
        ("expire_at", json!(1_800_604_800_000_i64)),
        ("abandon_at", json!(1_802_592_000_000_i64)),
        ("actor", json!(null)),
    ] {
        assert_eq!(session[member], expected, "{member}");
    }
    let (status, revoked) = post(&emulator, &format!("{path}/revoke"), json!({}));
    assert_eq!((status, &revoked["status"]), (200, &json!("revoked")));
    let again = post(&emulator, &format!("{path}/revoke"), json!({}));
    assert_eq!(again, (200, revoked));
    let found = refusal(post(&emulator, &format!("{path}/tokens"), json!({})));
    assert_eq!(found, refused(404, "resource_not_found", ""));

    let other = session_of(&emulator, ADA);
    let list = |query: &str| get(&emulator, &format!("/v1/sessions?{query}")).1;
    let all = list(&format!("user_id={ADA}"));
    assert_eq!((&all[0]["id"], &all[1]["id"]), (&json!(other), &json!(id)));
    assert_eq!(list(&format!("user_id={ADA}&status=revoked"))[0]["id"], id);
    assert_eq!(list(&format!("user_id={BOB}")), json!([]));
    let client = all[1]["client_id"].as_str().unwrap();
    let of_client = json!({ "data": [all[1]], "total_count": 1 });
    assert_eq!(
        list(&format!("client_id={client}&paginated=true")),
        of_client
    );
    let page = json!({ "data": [all[1]], "total_count": 2 });
    let query = format!("user_id={ADA}&limit=1&offset=1&paginated=true");
    assert_eq!(list(&query), page);
}

#[test]
fn a_session_expires_after_a_week() {
    let emulator = emulator();
    let id = session_of(&emulator, ADA);
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let status_at = |time: UnixTime| {
        let request = request("GET", &format!("/v1/sessions/{id}"), None);
        let response = emulator.handle(request, time).into_response().unwrap();
        serde_json::from_slice::<Value>(response.body()).unwrap()["status"].clone()
    };
    assert_eq!(
        status_at(NOW.saturating_add(week - Duration::from_millis(1))),
        "active"
    );
    assert_eq!(status_at(NOW.saturating_add(week)), "expired");
}

#[test]
fn sessions_that_cannot_be_are_refused() {
    let emulator = emulator();
    let create = |body: Value| post(&emulator, "/v1/users", body).1["id"].clone();
    let banned = create(json!({ "username": "b", "banned": true }));
    let locked = create(json!({ "username": "l", "locked": true }));
    for (body, expected) in [
        (json!({}), refused(422, "form_param_missing", "user_id")),
        (
            json!({ "user_id": "user_x" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            json!({ "user_id": banned }),
            refused(403, "user_banned", ""),
        ),
        (
            json!({ "user_id": locked }),
            refused(403, "user_locked", ""),
        ),
        (
            json!({ "user_id": ADA, "active_organization_id": "org_x" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            json!({ "user_id": create(json!({ "username": "e" })), "active_organization_id": ACME }),
            refused(403, "not_a_member_in_organization", ""),
        ),
        (
            json!({ "user_id": ADA, "x": 1 }),
            refused(422, "form_param_unknown", "x"),
        ),
    ] {
        let found = refusal(post(&emulator, "/v1/sessions", body.clone()));
        assert_eq!(found, expected, "{body}");
    }
    let found = refusal(get(&emulator, "/v1/sessions"));
    assert_eq!(found, refused(422, "form_param_missing", "user_id"));
    let path = format!("/v1/sessions?user_id={ADA}&status=");
    assert_eq!(get(&emulator, &format!("{path}replaced")), (200, json!([])));
    let found = refusal(get(&emulator, &format!("{path}asleep")));
    assert_eq!(found, refused(422, "form_param_value_invalid", "status"));
}

#[test]
fn a_session_gives_tokens_for_as_long_as_asked() {
    let emulator = emulator();
    let id = session_of(&emulator, ADA);
    let token = |path: &str, body: Value| {
        let (status, token) = post(&emulator, &format!("/v1/sessions/{id}/{path}"), body);
        assert_eq!(
            (status, &token["object"]),
            (200, &json!("token")),
            "{token}"
        );
        decode(token["jwt"].as_str().unwrap())
    };
    for (body, exp) in [
        (json!({}), 1_800_000_060_i64),
        (json!({ "expires_in_seconds": null }), 1_800_000_060),
        (json!({ "expires_in_seconds": 30 }), 1_800_000_030),
        (json!({ "expires_in_seconds": 315_360_000 }), 2_115_360_000),
    ] {
        let jwt = token("tokens", body.clone());
        assert_eq!(jwt.claims["exp"], exp, "{body}");
        assert_eq!(
            (&jwt.claims["sid"], &jwt.claims["sub"]),
            (&json!(id), &json!(ADA))
        );
        assert_eq!(jwt.claims["o"]["rol"], "admin");
        assert_eq!(jwt.header["cat"], "cl_B7d4PD111AAA");
        assert!(jwt.verifies(&emulator.jwks_json()));
    }
    let jwt = token("tokens/hasura", json!({ "expires_in_seconds": 90 }));
    assert_eq!(jwt.header["cat"], "cl_B7d4PD222AAA");
    assert_eq!(jwt.claims["exp"], 1_800_000_090);
    assert_eq!(
        jwt.claims["https://hasura.io/jwt/claims"]["x-hasura-user-id"],
        ADA
    );

    for seconds in [
        json!(29),
        json!(-1),
        json!(315_360_001),
        json!("60"),
        json!(60.5),
    ] {
        let body = json!({ "expires_in_seconds": seconds });
        let found = refusal(post(&emulator, &format!("/v1/sessions/{id}/tokens"), body));
        let expected = refused(422, "form_param_value_invalid", "expires_in_seconds");
        assert_eq!(found, expected, "{seconds}");
    }
    for path in [
        "sess_x/tokens",
        "sess_x/tokens/hasura",
        &format!("{id}/tokens/nope"),
    ] {
        let found = refusal(post(&emulator, &format!("/v1/sessions/{path}"), json!({})));
        assert_eq!(found, refused(404, "resource_not_found", ""), "{path}");
    }
}

#[test]
fn the_instance_says_which_version_and_party_its_tokens_have() {
    let emulator = Emulator::builder()
        .token_version(TokenVersion::V1)
        .issuer("https://clerk.example.com")
        .authorized_party(None)
        .build()
        .unwrap();
    let id = session_of(&emulator, BOB);
    let (_, token) = post(&emulator, &format!("/v1/sessions/{id}/tokens"), json!({}));
    let claims = decode(token["jwt"].as_str().unwrap()).claims;
    assert_eq!(claims["org_role"], "org:member");
    assert_eq!(claims["iss"], "https://clerk.example.com");
    assert_eq!((claims.get("v"), claims.get("azp")), (None, None));
}

#[test]
fn deleting_a_user_ends_their_sessions() {
    let emulator = emulator();
    let id = session_of(&emulator, ADA);
    call(&emulator, "DELETE", &format!("/v1/users/{ADA}"), None);
    let found = refusal(get(&emulator, &format!("/v1/sessions/{id}")));
    assert_eq!(found, refused(404, "resource_not_found", ""));
    assert!(emulator.token().user(ADA).try_sign(NOW).is_err());
}
