//! The control plane of what the instance holds: to look at it, and to take part.

use clerk_core::UnixTime;
use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Directory, Key, Organization, Session, SessionStatus, User},
    harvest::harvest,
    mint::{Form, session_token},
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.state",
        method: Method::GET,
        path: "/_emulator/state",
        access: Access::Control,
        handler: state,
    },
    Route {
        operation: "_emulator.seed",
        method: Method::GET,
        path: "/_emulator/seed",
        access: Access::Control,
        handler: seed,
    },
    Route {
        operation: "_emulator.revokeSession",
        method: Method::POST,
        path: "/_emulator/sessions/{session_id}/revoke",
        access: Access::Control,
        handler: revoke,
    },
    Route {
        operation: "_emulator.sessionToken",
        method: Method::POST,
        path: "/_emulator/sessions/{session_id}/token",
        access: Access::Control,
        handler: token,
    },
];

/// Of each kind, as many are shown: whoever has more looks for one.
const SHOWN: usize = 100;

fn state(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["query"])?;
    let directory = &call.state.directory;
    let query = call.query.get("query").unwrap_or_default().to_lowercase();
    let mentions = |texts: &[Option<&str>]| {
        let mut texts = texts.iter().flatten();
        query.is_empty() || texts.any(|text| text.to_lowercase().contains(&query))
    };
    let users = directory.users.iter().rev().filter(|user| {
        let name = user.full_name();
        mentions(&[Some(&user.id), user.identifier(), name.as_deref()])
    });
    let users: Vec<Value> = users
        .take(SHOWN)
        .map(|user| user_json(directory, user))
        .collect();
    let organizations = directory.organizations.iter().rev().filter(|organization| {
        let Organization { id, name, slug, .. } = organization;
        mentions(&[Some(id), Some(name), Some(slug)])
    });
    let organizations: Vec<Value> = organizations
        .take(SHOWN)
        .map(|organization| organization_json(directory, organization))
        .collect();
    let sessions = directory.sessions.iter().rev().take(SHOWN);
    let sessions: Vec<Value> = sessions
        .map(|session| session_json(directory, session, call.now))
        .collect();
    Ok(Reply::ok(json!({
        "users": users,
        "organizations": organizations,
        "sessions": sessions,
        "totals": {
            "users": directory.users.len(),
            "organizations": directory.organizations.len(),
            "sessions": directory.sessions.len(),
        },
        "application": call.settings.authorized_party,
    })))
}

fn seed(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&[])?;
    let text = harvest(call.state, call.now).to_json();
    Ok(Reply::download("application/json", "seed.json", text))
}

fn user_json(directory: &Directory, user: &User) -> Value {
    json!({
        "id": user.id,
        "identifier": user.identifier(),
        "name": user.full_name(),
        "banned": user.banned,
        "locked": user.locked,
        "sessions": directory.sessions.count(Key::User, &user.id),
        "created_at": user.created_at.as_millis(),
    })
}

fn organization_json(directory: &Directory, organization: &Organization) -> Value {
    json!({
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "members": directory.memberships.count(Key::Organization, &organization.id),
        "created_at": organization.created_at.as_millis(),
    })
}

fn session_json(directory: &Directory, session: &Session, now: UnixTime) -> Value {
    let user = directory.user(&session.user_id);
    let organization = session.organization_id.as_deref();
    let organization = organization.and_then(|id| directory.organization(id));
    json!({
        "id": session.id,
        "user": user.and_then(User::identifier),
        "organization": organization.map(|organization| &organization.slug),
        "status": session.status(now).as_str(),
        "created_at": session.created_at.as_millis(),
    })
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (id, now) = (active(call)?.id, call.now);
    let end = |session: &mut Session| {
        let ended = session.end(SessionStatus::Revoked, now);
        ended.then(|| session.clone())
    };
    if let Some(session) = call.state.directory.sessions.update(&id, end).flatten() {
        call.tell_of_session(EventType::SessionRevoked, &session);
    }
    Ok(Reply::no_content())
}

fn token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let session = active(call)?;
    let user = call.state.directory.user(&session.user_id).cloned();
    let user = user.ok_or_else(|| Refusal::resource_not_found("user", &session.user_id))?;
    let form = Form::Session(call.settings.token_version);
    let issuer = call.settings.issuer();
    let holder = (&user, &session);
    let draft = session_token(&form, issuer, call.state, holder, (call.now, None));
    let key = call.state.keys.current().clone();
    Ok(Reply::later(move || json!({ "jwt": draft.sign(&key) })))
}

fn active(call: &Call<'_>) -> Result<Session, Refusal> {
    let id = call.path.get("session_id");
    let session = call.state.directory.session(id);
    session
        .filter(|session| session.status(call.now) == SessionStatus::Active)
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("active session", id))
}
