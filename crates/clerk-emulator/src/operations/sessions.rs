use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{
    listing::{page, passes},
    refreshing,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Directory, Key, Session, SessionStatus, User},
    mint::{Form, session_token},
    refusal::Refusal,
    route::{Handled, Route},
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetSessionList", list),
    ("createSession", create),
    ("GetSession", get),
    ("RevokeSession", revoke),
    ("CreateSessionToken", create_token),
    ("CreateSessionTokenFromTemplate", create_token_from_template),
];

/// What sessions are at Clerk; not all of it comes to pass here.
const STATUSES: [&str; 8] = [
    "active",
    "revoked",
    "ended",
    "expired",
    "removed",
    "abandoned",
    "replaced",
    "pending",
];

/// Clerk's client for JavaScript has it, though Clerk's description has it no more.
pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_backend.verifySession",
    method: Method::POST,
    path: "/v1/sessions/{session_id}/verify",
    access: Access::SecretKey,
    handler: verify,
}];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user_id = input.required_text("user_id")?;
    let organization = input.text("active_organization_id")?;
    input.finish()?;
    let state = &mut *call.state;
    let user = state
        .directory
        .user(&user_id)
        .ok_or_else(|| Refusal::resource_not_found("user", &user_id))?;
    admit(user)?;
    let organization = match organization {
        None => state.directory.last_joined(&user_id).map(str::to_owned),
        Some(id) => {
            check_member(&state.directory, &user_id, &id)?;
            Some(id)
        }
    };
    let place = (state.ids.object("client_"), organization);
    let session = state
        .directory
        .start_session(place, &user_id, call.now, &mut state.ids);
    call.tell_of_session(EventType::SessionCreated, &session);
    Ok(Reply::ok(
        call.state.directory.session_json(&session, call.now),
    ))
}

/// Refuses organizations that there are not, or that the user is not in.
pub(super) fn check_member(
    directory: &Directory,
    user_id: &str,
    organization_id: &str,
) -> Result<(), Refusal> {
    if directory.is_member(user_id, organization_id) {
        return Ok(());
    }
    Err(match directory.organization(organization_id) {
        None => Refusal::resource_not_found("organization", organization_id),
        Some(_) => Refusal::forbidden(
            "not_a_member_in_organization",
            "The user is not a member of the organization.",
        ),
    })
}

/// Whether the user may sign in.
pub(crate) fn admit(user: &User) -> Result<(), Refusal> {
    if user.banned {
        return Err(Refusal::forbidden("user_banned", "The user is banned."));
    }
    if user.locked {
        return Err(Refusal::forbidden("user_locked", "The user is locked."));
    }
    Ok(())
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let session = called_for(call)?;
    Ok(Reply::ok(
        call.state.directory.session_json(session, call.now),
    ))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id.clone();
    let now = call.now;
    let end = |session: &mut Session| {
        let ended = session.end(SessionStatus::Revoked, now);
        ended.then(|| session.clone())
    };
    if let Some(session) = call.state.directory.sessions.update(&id, end).flatten() {
        call.tell_of_session(EventType::SessionRevoked, &session);
    }
    get(call)
}

/// The session, for who has a token of it that a browser may hold, expired or not.
fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let token = input.required_text("token")?;
    input.finish()?;
    let id = &called_for(call)?.id;
    match refreshing::session_of(&call.state.keys, &token).as_ref() == Some(id) {
        true => get(call),
        false => Err(Refusal::bad_request(
            "invalid_session_token",
            "The token is no session token of this session.",
        )),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&[
        "limit",
        "offset",
        "paginated",
        "user_id",
        "client_id",
        "status",
    ])?;
    if query
        .get("status")
        .is_some_and(|status| !STATUSES.contains(&status))
    {
        let expected = format!("one of {}", STATUSES.join(", "));
        return Err(Refusal::form_param_value_invalid("status", &expected));
    }
    let sessions = &call.state.directory.sessions;
    let found: Vec<&Session> = match (query.get("user_id"), query.get("client_id")) {
        (Some(id), _) => sessions.by(Key::User, id).collect(),
        (None, Some(id)) => sessions.by(Key::Client, id).collect(),
        (None, None) => return Err(Refusal::form_param_missing("user_id")),
    };
    let sessions = found.into_iter().rev().filter(|session| {
        passes(query, "client_id", Some(&session.client_id))
            && passes(
                query,
                "status",
                Some(call.state.directory.session_status(session, call.now)),
            )
    });
    let sessions: Vec<&Session> = sessions.collect();
    let write = |session: &&Session| call.state.directory.session_json(session, call.now);
    Ok(Reply::ok(page(query, &sessions, write)?))
}

fn create_token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = Form::Session(call.settings.token_version);
    token(call, &form)
}

fn create_token_from_template(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let name = call.path.get("template_name");
    let template = call.state.directory.template(name).cloned();
    let template = template.ok_or_else(|| Refusal::resource_not_found("JWT template", name))?;
    token(call, &Form::Template(template))
}

fn token(call: &mut Call<'_>, form: &Form) -> Result<Reply, Refusal> {
    let (user, session) = active_session(call)?;
    let mut input = call.input()?;
    let lifetime = input.number("expires_in_seconds", 30..=315_360_000)?;
    let lifetime = lifetime.map(Duration::from_secs);
    input.finish()?;
    let holder = (&user, &session);
    let issuer = call.settings.issuer();
    let draft = session_token(form, issuer, call.state, holder, (call.now, lifetime));
    let key = call.state.keys.current().clone();
    Ok(Reply::later(
        move || json!({ "object": "token", "jwt": draft.sign(&key) }),
    ))
}

fn called_for<'c>(call: &'c Call<'_>) -> Result<&'c Session, Refusal> {
    let id = call.path.get("session_id");
    call.state
        .directory
        .session(id)
        .ok_or_else(|| Refusal::resource_not_found("session", id))
}

/// The session and its user, while it is active: no other gives tokens.
fn active_session(call: &Call<'_>) -> Result<(User, Session), Refusal> {
    let session = called_for(call)?;
    let user = call.state.directory.user(&session.user_id);
    match user {
        Some(user) if session.status(call.now) == SessionStatus::Active => {
            Ok((user.clone(), session.clone()))
        }
        _ => Err(Refusal::resource_not_found("active session", &session.id)),
    }
}
