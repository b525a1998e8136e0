use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Session, SessionStatus},
    frontend::api::{
        caller::{Caller, answer, signed_in, signed_in_by_query},
        objects,
    },
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.listSessions",
        method: Method::GET,
        path: "/v1/me/sessions",
        access: Access::Browser,
        handler: list,
    },
    Route {
        operation: "_frontend.me.listActiveSessions",
        method: Method::GET,
        path: "/v1/me/sessions/active",
        access: Access::Browser,
        handler: list,
    },
    Route {
        operation: "_frontend.me.revokeSession",
        method: Method::POST,
        path: "/v1/me/sessions/{session_id}/revoke",
        access: Access::Browser,
        handler: revoke,
    },
];

/// The user's sessions on all browsers. It is a bare array, with nothing around it.
fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { user, .. } = signed_in(call)?;
    let sessions = call.state.directory.sessions.iter();
    let sessions = sessions.filter(|session| session.user_id == user.id);
    let active = sessions.filter(|session| session.status(call.now) == SessionStatus::Active);
    let sessions: Vec<Value> = active.map(|session| with_activity(session, call)).collect();
    Ok(Reply::ok(sessions.into()))
}

/// Where it is, as far as an emulator knows.
fn with_activity(session: &Session, call: &Call<'_>) -> Value {
    let mut object = objects::session_without_user(session, call);
    object["latest_activity"] = json!({
        "object": "session_activity",
        "id": format!("sess_activity_{}", session.id.trim_start_matches("sess_")),
        "device_type": null,
        "is_mobile": false,
        "browser_name": null,
        "browser_version": null,
        "ip_address": "127.0.0.1",
        "city": null,
        "country": null,
    });
    object
}

/// The path has the session that is to end; whose it is, says the one of the query.
fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { client, user, .. } = signed_in_by_query(call)?;
    let id = call.path.get("session_id").to_owned();
    let session = call.state.directory.session(&id);
    session
        .filter(|session| session.user_id == user.id)
        .ok_or_else(|| Refusal::resource_not_found("session", &id))?;
    let directory = &mut call.state.directory;
    if let Some(session) = directory.end_session(&id, SessionStatus::Revoked, call.now) {
        call.tell_of_session(EventType::SessionRevoked, &session);
    }
    let session = call.state.directory.session(&id);
    let response = session.map(|session| with_activity(session, call));
    Ok(answer(call, &client, response.unwrap_or_default()))
}
