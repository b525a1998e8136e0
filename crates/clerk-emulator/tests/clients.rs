//! Browsers as servers see them, and sessions that are verified for them.

mod support;

use clerk_emulator::Defect;
use serde_json::json;
use support::{ADA, call, emulator, get, post, refusal, refused, session_of};

#[test]
fn a_client_has_the_sessions_that_are_active() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let (_, body) = get(&emulator, &format!("/v1/sessions/{session}"));
    let path = format!("/v1/clients/{}", body["client_id"].as_str().unwrap());
    let (status, client) = get(&emulator, &path);
    assert_eq!(status, 200, "{client}");
    let at = 1_800_000_000_000_i64;
    let mut expected = json!({
        "object": "client", "id": body["client_id"], "session_ids": [session], "sessions": [body],
        "sign_in_id": null, "sign_up_id": null, "last_active_session_id": session,
        "last_authentication_strategy": null, "updated_at": at, "created_at": at,
    });
    assert_eq!(client, expected);
    call(
        &emulator,
        "POST",
        &format!("/v1/sessions/{session}/revoke"),
        None,
    );
    expected["session_ids"] = json!([]);
    expected["sessions"] = json!([]);
    expected["last_active_session_id"] = json!(null);
    assert_eq!(get(&emulator, &path), (200, expected));
    let found = refusal(get(&emulator, "/v1/clients/client_x"));
    assert_eq!(found, refused(404, "resource_not_found", ""));
}

#[test]
fn clients_are_listed_newest_first_and_verified_by_their_token() {
    let emulator = emulator();
    session_of(&emulator, ADA);
    let cookies = emulator.signed_out_cookies();
    let token = cookies.split("__clerk_db_jwt=").nth(1).unwrap();
    let token = token.split(';').next().unwrap();
    let (status, client) = post(&emulator, "/v1/clients/verify", json!({ "token": token }));
    assert_eq!((status, &client["sessions"]), (200, &json!([])), "{client}");
    let (_, list) = get(&emulator, "/v1/clients?paginated=true&limit=1");
    assert_eq!(list, json!({ "data": [client], "total_count": 2 }));
    assert_eq!(get(&emulator, "/v1/clients").1.as_array().unwrap().len(), 2);
    let found = refusal(post(
        &emulator,
        "/v1/clients/verify",
        json!({ "token": "dvb_x" }),
    ));
    assert_eq!(found, refused(404, "resource_not_found", ""));
}

#[test]
fn a_session_is_verified_by_a_token_of_it_alone() {
    let emulator = emulator();
    let (session, other) = (session_of(&emulator, ADA), session_of(&emulator, ADA));
    let token_of = |id: &str| post(&emulator, &format!("/v1/sessions/{id}/tokens"), json!({})).1;
    let verify = |token: &serde_json::Value| {
        let path = format!("/v1/sessions/{session}/verify");
        post(&emulator, &path, json!({ "token": token }))
    };
    let (status, verified) = verify(&token_of(&session)["jwt"]);
    assert_eq!((status, &verified["id"]), (200, &json!(session)));
    let forged = emulator.token().user(ADA).defect(Defect::ForeignKey);
    let forged = json!(forged.sign(support::NOW));
    for token in [&token_of(&other)["jwt"], &forged, &json!("x")] {
        let found = refusal(verify(token));
        assert_eq!(found, refused(400, "invalid_session_token", ""), "{token}");
    }
}
