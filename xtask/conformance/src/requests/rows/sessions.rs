//! Sessions, and what leads to one.

use clerk_api::{
    actor_tokens, clients, models, sessions, sign_in_tokens, sign_ups, testing_tokens,
};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    sessions_rows(table);
    clients_rows(table);
    sign_ups_rows(table);
    sign_in_tokens_rows(table);
    actor_tokens_rows(table);
    testing_tokens_rows(table);
}

fn sessions_rows(table: &mut Table) {
    table.row("sessions.getSessionList", json!([]), sessions::list());
    table.row(
        "sessions.getSessionList",
        json!([{
            "clientId": "client_1",
            "userId": "user_1",
            "status": "active",
            "limit": 7,
            "offset": 7,
        }]),
        sessions::list()
            .client_id("client_1")
            .user_id("user_1")
            .status("active")
            .limit(7)
            .offset(7),
    );
    table.row(
        "sessions.createSession",
        json!([{ "userId": "user_1" }]),
        sessions::create("user_1"),
    );
    table.row(
        "sessions.getSession",
        json!(["session_1"]),
        sessions::get("session_1"),
    );
    table.row(
        "sessions.refreshSession",
        json!(["session_1", {
            "expired_token": "expired token",
            "refresh_token": "refresh token",
            "request_origin": "request origin",
        }]),
        sessions::refresh(
            "session_1",
            "expired token",
            "refresh token",
            "request origin",
        ),
    );
    table.row(
        "sessions.refreshSession",
        json!(["session_1", {
            "expired_token": "expired token",
            "refresh_token": "refresh token",
            "request_origin": "request origin",
            "request_headers": { "User-Agent": ["a browser"] },
            "request_originating_ip": "192.0.2.1",
            "suffixed_cookies": true,
            "format": "token",
        }]),
        sessions::refresh(
            "session_1",
            "expired token",
            "refresh token",
            "request origin",
        )
        .request_headers(json!({ "User-Agent": ["a browser"] }))
        .request_originating_ip("192.0.2.1")
        .format("token"),
    );
    table.row(
        "sessions.revokeSession",
        json!(["session_1"]),
        sessions::revoke("session_1"),
    );
    table.row(
        "sessions.getToken",
        json!(["session_1"]),
        sessions::create_token("session_1"),
    );
    table.row(
        "sessions.getToken",
        json!(["session_1", null, 7]),
        sessions::create_token("session_1").expires_in_seconds(7),
    );
    table.row(
        "sessions.getToken",
        json!(["session_1", "template_name_1"]),
        sessions::create_token_from_template("session_1", "template_name_1"),
    );
    table.row(
        "sessions.getToken",
        json!(["session_1", "template_name_1", 7]),
        sessions::create_token_from_template("session_1", "template_name_1").expires_in_seconds(7),
    );
}

fn clients_rows(table: &mut Table) {
    table.row(
        "clients.verifyClient",
        json!(["token"]),
        clients::verify("token"),
    );
    table.row("clients.getClientList", json!([]), clients::list());
    table.row(
        "clients.getClientList",
        json!([{ "limit": 7, "offset": 7 }]),
        clients::list().limit(7).offset(7),
    );
    table.row(
        "clients.getClient",
        json!(["client_1"]),
        clients::get("client_1"),
    );
}

fn sign_ups_rows(table: &mut Table) {
    table.row(
        "signUps.get",
        json!(["sign_up_1"]),
        sign_ups::get("sign_up_1"),
    );
    table.row(
        "signUps.update",
        json!([{ "signUpAttemptId": "sign_up_1" }]),
        sign_ups::update("sign_up_1"),
    );
    table.row(
        "signUps.update",
        json!([{
            "signUpAttemptId": "sign_up_1",
            "externalId": "external id",
            "customAction": true,
        }]),
        sign_ups::update("sign_up_1")
            .external_id("external id")
            .custom_action(true),
    );
}

fn sign_in_tokens_rows(table: &mut Table) {
    table.row(
        "signInTokens.createSignInToken",
        json!([{ "userId": "user_1" }]),
        sign_in_tokens::create("user_1"),
    );
    table.row(
        "signInTokens.createSignInToken",
        json!([{ "userId": "user_1", "orgId": "org_1", "expiresInSeconds": 7 }]),
        sign_in_tokens::create("user_1")
            .org_id("org_1")
            .expires_in_seconds(7),
    );
    table.row(
        "signInTokens.revokeSignInToken",
        json!(["sign_in_token_1"]),
        sign_in_tokens::revoke("sign_in_token_1"),
    );
}

fn actor_tokens_rows(table: &mut Table) {
    table.row(
        "actorTokens.create",
        json!([{ "userId": "user_1", "actor": { "sub": "sub" } }]),
        actor_tokens::create("user_1", models::Actor::new("sub")),
    );
    table.row(
        "actorTokens.create",
        json!([{
            "userId": "user_1",
            "actor": { "sub": "sub" },
            "expiresInSeconds": 7,
            "sessionMaxDurationInSeconds": 7,
        }]),
        actor_tokens::create("user_1", models::Actor::new("sub"))
            .expires_in_seconds(7)
            .session_max_duration_in_seconds(7),
    );
    table.row(
        "actorTokens.revoke",
        json!(["actor_token_1"]),
        actor_tokens::revoke("actor_token_1"),
    );
}

fn testing_tokens_rows(table: &mut Table) {
    table.row(
        "testingTokens.createTestingToken",
        json!([]),
        testing_tokens::create(),
    );
}
