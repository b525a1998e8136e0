//! What a server gives out so that somebody signs in: sign-in tokens, actor tokens, agent tasks.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use http::{Request, Response, header};
use serde_json::{Value, json};
use support::{
    ACME, ADA, BOB, NOW, call, decode, emulator, get, patch, post, refusal, refused, request,
};

const APP: &str = "http://localhost:3000/dash";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {value}"))
}

fn created(emulator: &Emulator, path: &str, body: Value) -> Value {
    let (status, created) = post(emulator, path, body);
    assert_eq!(status, 200, "{created}");
    created
}

/// One of each kind for Bob, and the path it is revoked at.
fn each(emulator: &Emulator) -> [(Value, String); 3] {
    let token = created(
        emulator,
        "/v1/sign_in_tokens",
        json!({ "user_id": BOB, "expires_in_seconds": 600 }),
    );
    let actor = created(
        emulator,
        "/v1/actor_tokens",
        json!({
            "user_id": BOB, "actor": { "sub": ADA, "reason": "support" },
            "expires_in_seconds": 600.0, "session_max_duration_in_seconds": 900,
        }),
    );
    let task = created(
        emulator,
        "/v1/agents/tasks",
        task(&json!({ "user_id": BOB })),
    );
    let path = |group: &str, value: &Value, name: &str| {
        format!("/v1/{group}/{}/revoke", text(value, name))
    };
    [
        (token.clone(), path("sign_in_tokens", &token, "id")),
        (actor.clone(), path("actor_tokens", &actor, "id")),
        (task.clone(), path("agents/tasks", &task, "agent_task_id")),
    ]
}

fn task(on_behalf_of: &Value) -> Value {
    json!({
        "on_behalf_of": on_behalf_of, "permissions": "*", "agent_name": "crawler",
        "task_description": "Reads the dashboard", "redirect_url": APP,
    })
}

/// What a browser without cookies gets at a URL.
fn open(emulator: &Emulator, url: &str, now: UnixTime) -> Response<bytes::Bytes> {
    let request = Request::get(url).body(bytes::Bytes::new()).unwrap();
    emulator.handle(request, now).into_response().unwrap()
}

fn code(response: &Response<bytes::Bytes>) -> (u16, String) {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let code = body["errors"][0]["code"].as_str().unwrap_or_default();
    (response.status().as_u16(), code.to_owned())
}

fn accept_url(ticket: &Value) -> String {
    let url = text(ticket, "url");
    match url.contains("/tickets/") {
        true => format!("{url}&redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdash"),
        false => url.to_owned(),
    }
}

#[test]
fn tickets_are_whole_and_what_lets_in_is_told_once() {
    let emulator = emulator();
    let [
        (token, revoke_token),
        (actor, revoke_actor),
        (first, revoke_task),
    ] = each(&emulator);
    let base = format!("{}/v1/tickets/accept?ticket=", emulator.url());
    assert_eq!(text(&token, "url"), base.clone() + text(&token, "token"));
    assert_eq!(text(&actor, "url"), base + text(&actor, "token"));
    assert_eq!(
        token,
        json!({
            "object": "sign_in_token", "id": token["id"], "status": "pending", "user_id": BOB,
            "token": token["token"], "url": token["url"],
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    assert_eq!(actor["actor"], json!({ "sub": ADA, "reason": "support" }));
    assert_eq!(first["task_id"], first["agent_task_id"]);
    let again = created(
        &emulator,
        "/v1/agents/tasks",
        task(&json!({ "identifier": "ada@example.com" })),
    );
    assert_eq!(again["agent_id"], first["agent_id"]);
    assert_ne!(again["agent_task_id"], first["agent_task_id"]);
    for (path, code) in [
        (revoke_token, "sign_in_token_cannot_be_revoked_code"),
        (revoke_actor, "actor_token_cannot_be_revoked_code"),
        (revoke_task, "agent_task_cannot_be_revoked"),
    ] {
        let (status, revoked) = call(&emulator, "POST", &path, None);
        assert_eq!(status, 200, "{revoked}");
        assert_eq!(
            (&revoked["token"], &revoked["url"]),
            (&json!(null), &json!(null))
        );
        if revoked["object"] != "agent_task" {
            assert_eq!(revoked["status"], "revoked");
        }
        let found = refusal(call(&emulator, "POST", &path, None));
        assert_eq!(found, refused(400, code, ""));
    }
}

#[test]
fn a_sign_in_token_signs_in_once() {
    let emulator = emulator();
    let body = json!({ "user_id": ADA, "org_id": ACME });
    let ticket = created(&emulator, "/v1/sign_in_tokens", body);
    let response = open(&emulator, &accept_url(&ticket), NOW);
    assert_eq!(response.status(), 303);
    let location = response.headers()[header::LOCATION].to_str().unwrap();
    assert!(
        location.starts_with("http://localhost:3000/dash?__clerk_db_jwt=dvb_"),
        "{location}"
    );
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={ADA}"));
    assert_eq!(sessions[0]["last_active_organization_id"], ACME);
    assert_eq!(sessions[0]["actor"], json!(null));
    let again = open(&emulator, &accept_url(&ticket), NOW);
    assert_eq!(
        code(&again),
        (400, "sign_in_token_already_used_code".into())
    );
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={ADA}"));
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    let revoke = format!("/v1/sign_in_tokens/{}/revoke", text(&ticket, "id"));
    let found = refusal(call(&emulator, "POST", &revoke, None));
    assert_eq!(
        found,
        refused(400, "sign_in_token_cannot_be_revoked_code", "")
    );
}

#[test]
fn in_a_session_by_an_actor_token_somebody_acts() {
    let emulator = emulator();
    let [_, (actor, _), _] = each(&emulator);
    assert_eq!(open(&emulator, &accept_url(&actor), NOW).status(), 303);
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={BOB}"));
    let session = &sessions[0];
    let who = json!({ "sub": ADA, "reason": "support" });
    assert_eq!(session["actor"], who);
    assert_eq!(session["expire_at"], json!(1_800_000_900_000_i64));
    let path = format!("/v1/sessions/{}/tokens", text(session, "id"));
    let (_, token) = post(&emulator, &path, json!({}));
    let claims = decode(text(&token, "jwt")).claims;
    assert_eq!((&claims["act"], &claims["sub"]), (&who, &json!(BOB)));
}

#[test]
fn an_agent_task_hands_a_session_over_to_the_application() {
    let emulator = emulator();
    let [_, _, (task, _)] = each(&emulator);
    let response = open(&emulator, text(&task, "url"), NOW);
    assert_eq!(response.status(), 307);
    let location = response.headers()[header::LOCATION].to_str().unwrap();
    let (back, handshake) = location.split_once("?__clerk_handshake=").unwrap();
    assert_eq!(back, APP);
    let handshake = decode(handshake);
    assert!(handshake.verifies(&emulator.jwks_json()));
    let directives = handshake.claims["handshake"].as_array().unwrap();
    let session = directives.iter().find_map(|directive| {
        let rest = directive.as_str().unwrap().strip_prefix("__session=")?;
        Some(decode(rest.split(';').next().unwrap()))
    });
    let claims = session.expect("a session token").claims;
    assert_eq!(claims["sub"], BOB);
    assert_eq!(
        claims["act"],
        json!({ "type": "agent", "sub": task["agent_id"] })
    );
    let again = open(&emulator, text(&task, "url"), NOW);
    assert_eq!(code(&again), (400, "agent_task_already_used".into()));
}

#[test]
fn tickets_that_are_none_any_more_let_nobody_in() {
    let emulator = emulator();
    let expired = [
        "sign_in_token_cannot_be_used_code",
        "actor_token_cannot_be_used_code",
        "agent_task_cannot_be_used",
    ];
    let late = NOW.saturating_add(Duration::from_secs(600));
    for ((ticket, _), expected) in each(&emulator).iter().zip(expired) {
        let found = open(&emulator, &accept_url(ticket), late);
        assert_eq!(code(&found), (400, expected.into()));
    }
    let revoked = [
        "sign_in_token_revoked_code",
        "actor_token_revoked_code",
        "agent_task_revoked",
    ];
    for ((ticket, revoke), expected) in each(&emulator).iter().zip(revoked) {
        call(&emulator, "POST", revoke, None);
        let found = open(&emulator, &accept_url(ticket), NOW);
        assert_eq!(code(&found), (400, expected.into()));
    }
    // At the other's place, a ticket is none.
    let [(token, _), _, (task, _)] = each(&emulator);
    let origin = emulator.url();
    for (path, ticket) in [
        ("v1/agents/tasks", text(&token, "token")),
        (
            "v1/tickets/accept",
            text(&task, "url").rsplit_once('=').unwrap().1,
        ),
        ("v1/tickets/accept", "nothing"),
    ] {
        let found = open(&emulator, &format!("{origin}/{path}?ticket={ticket}"), NOW);
        assert_eq!(code(&found), (400, "ticket_invalid_code".into()), "{path}");
    }
    let bobs = each(&emulator);
    post(&emulator, &format!("/v1/users/{BOB}/ban"), json!({}));
    for (ticket, _) in &bobs {
        let found = open(&emulator, &accept_url(ticket), NOW);
        assert_eq!(code(&found), (403, "user_banned".into()));
    }
    call(&emulator, "DELETE", &format!("/v1/users/{BOB}"), None);
    for (ticket, _) in &bobs {
        let found = open(&emulator, &accept_url(ticket), NOW);
        assert_eq!(code(&found), (400, "ticket_invalid_code".into()));
    }
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={BOB}"));
    assert_eq!(sessions, json!([]));
}

#[test]
fn an_agent_task_leads_to_no_foreign_host() {
    let emulator = emulator();
    let mut elsewhere = task(&json!({ "user_id": ADA }));
    elsewhere["redirect_url"] = json!("https://attacker.example/");
    let task = created(&emulator, "/v1/agents/tasks", elsewhere);
    let found = open(&emulator, text(&task, "url"), NOW);
    assert_eq!(code(&found), (400, "redirect_url_not_allowed".into()));
    let (_, sessions) = get(&emulator, &format!("/v1/sessions?user_id={ADA}"));
    assert_eq!(sessions, json!([]));
}

#[test]
fn tickets_that_cannot_be_are_refused() {
    let emulator = emulator();
    let changed = |name: &str, value: Value| {
        let mut body = task(&json!({ "user_id": ADA }));
        body[name] = value;
        body
    };
    let invalid = |param: &str| refused(422, "form_param_value_invalid", param);
    for (path, body, expected) in [
        (
            "sign_in_tokens",
            json!({}),
            refused(422, "form_param_missing", "user_id"),
        ),
        (
            "sign_in_tokens",
            json!({ "user_id": "user_x" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            "sign_in_tokens",
            json!({ "user_id": ADA, "org_id": "org_x" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            "sign_in_tokens",
            json!({ "user_id": ADA, "expires_in_seconds": 0 }),
            invalid("expires_in_seconds"),
        ),
        (
            "sign_in_tokens",
            json!({ "user_id": ADA, "x": 0 }),
            refused(422, "form_param_unknown", "x"),
        ),
        (
            "actor_tokens",
            json!({ "user_id": ADA }),
            refused(422, "form_param_missing", "actor"),
        ),
        (
            "actor_tokens",
            json!({ "user_id": ADA, "actor": {} }),
            invalid("actor"),
        ),
        (
            "actor_tokens",
            json!({ "user_id": "user_x", "actor": { "sub": "a" } }),
            refused(422, "form_resource_not_found", "user_id"),
        ),
        (
            "agents/tasks",
            changed("permissions", json!("read")),
            invalid("permissions"),
        ),
        (
            "agents/tasks",
            changed("on_behalf_of", json!({})),
            invalid("on_behalf_of"),
        ),
        (
            "agents/tasks",
            changed(
                "on_behalf_of",
                json!({ "user_id": ADA, "identifier": "ada@example.com" }),
            ),
            invalid("on_behalf_of"),
        ),
        (
            "agents/tasks",
            changed("on_behalf_of", json!({ "identifier": "nobody" })),
            refused(404, "agent_task_subject_not_found", ""),
        ),
        (
            "agents/tasks",
            changed("redirect_url", json!("/dash")),
            refused(422, "form_param_format_invalid", "redirect_url"),
        ),
        (
            "agents/tasks",
            changed("agent_name", Value::Null),
            refused(422, "form_param_missing", "agent_name"),
        ),
        (
            "sign_in_tokens/sit_x/revoke",
            json!({}),
            refused(404, "resource_not_found", ""),
        ),
        (
            "actor_tokens/act_x/revoke",
            json!({}),
            refused(404, "resource_not_found", ""),
        ),
        (
            "agents/tasks/x/revoke",
            json!({}),
            refused(404, "agent_task_not_found", ""),
        ),
    ] {
        let found = refusal(post(&emulator, &format!("/v1/{path}"), body.clone()));
        assert_eq!(found, expected, "{path} {body}");
    }
    patch(
        &emulator,
        &format!("/v1/users/{ADA}"),
        json!({ "username": "ada" }),
    );
    created(
        &emulator,
        "/v1/agents/tasks",
        task(&json!({ "identifier": "ada" })),
    );
}

#[test]
fn testing_tokens_last_an_hour_and_differ() {
    let emulator = emulator();
    let token = || {
        let request = request("POST", "/v1/testing_tokens", None);
        let response = emulator.handle(request, NOW).into_response().unwrap();
        serde_json::from_slice::<Value>(response.body()).unwrap()
    };
    let (first, second) = (token(), token());
    assert_eq!(first["object"], "testing_token");
    assert_eq!(first["expires_at"], json!(1_800_003_600_000_i64));
    assert!(text(&first, "token").starts_with("1800003600-c_"));
    assert_ne!(first["token"], second["token"]);
}
