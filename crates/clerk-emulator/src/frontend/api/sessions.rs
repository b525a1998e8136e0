use http::Method;
use serde_json::json;

use super::{
    caller::{Caller, answer, browser, signed_in},
    errors, objects,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Session, SessionStatus},
    mint::Form,
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.sessions.get",
        method: Method::GET,
        path: "/v1/client/sessions/{session_id}",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.sessions.touch",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/touch",
        access: Access::Browser,
        handler: touch,
    },
    Route {
        operation: "_frontend.sessions.end",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/end",
        access: Access::Browser,
        handler: end,
    },
    Route {
        operation: "_frontend.sessions.remove",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/remove",
        access: Access::Browser,
        handler: remove,
    },
    Route {
        operation: "_frontend.sessions.createToken",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/tokens",
        access: Access::Browser,
        handler: create_token,
    },
    Route {
        operation: "_frontend.sessions.createTokenFromTemplate",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/tokens/{template_name}",
        access: Access::Browser,
        handler: create_token_from_template,
    },
];

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller {
        client, session, ..
    } = signed_in(call)?;
    let response = objects::session(call, &session);
    Ok(answer(call, &client, response))
}

/// Somebody is there: this session is the browser's latest, in the organization that the page says.
fn touch(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let Caller {
        client,
        mut session,
        user,
    } = signed_in(call)?;
    let now = call.now;
    let directory = &mut call.state.directory;
    if let Some(named) = form.get("active_organization_id") {
        session.organization_id = organization_of(directory, &user.id, named)?;
    }
    session.touch(now);
    directory.sessions.put(session.clone());
    directory.clients.update(&client.id, |client| {
        client.session_id = Some(session.id.clone());
    });
    let response = objects::session(call, &session);
    Ok(answer(call, &client, response))
}

/// The id of an organization of the user's, by id or slug; nothing is the personal account.
fn organization_of(
    directory: &crate::directory::Directory,
    user_id: &str,
    named: &str,
) -> Result<Option<String>, Refusal> {
    if named.is_empty() {
        return Ok(None);
    }
    let organization = directory.organization(named);
    let organization = organization.filter(|found| directory.is_member(user_id, &found.id));
    match organization {
        Some(organization) => Ok(Some(organization.id.clone())),
        None => Err(Refusal::resource_not_found(
            "organization of the user",
            named,
        )),
    }
}

fn end(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    close(call, SessionStatus::Ended, EventType::SessionEnded)
}

fn remove(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    close(call, SessionStatus::Removed, EventType::SessionRemoved)
}

/// Ends one of the browser's sessions. One that has ended before is answered as it is: two pages may
/// sign out at once.
fn close(call: &mut Call<'_>, status: SessionStatus, event: EventType) -> Result<Reply, Refusal> {
    let id = call.path.get("session_id").to_owned();
    let not_found = || Refusal::resource_not_found("session", &id);
    let client = browser(call)?.ok_or_else(not_found)?;
    let is_its = |session: &&Session| session.client_id == client.id;
    let session = call.state.directory.session(&id).filter(is_its);
    session.ok_or_else(not_found)?;
    if let Some(session) = call.state.directory.end_session(&id, status, call.now) {
        call.tell_of_session(event, &session);
    }
    let session = call.state.directory.session(&id).cloned();
    let response = session.map(|session| objects::session_without_user(&session, call));
    Ok(answer(call, &client, response.unwrap_or_default()))
}

/// A token, for the organization that the form names or the session is in.
fn create_token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let Caller {
        mut session, user, ..
    } = signed_in(call)?;
    if let Some(named) = form.get("organization_id") {
        session.organization_id = organization_of(&call.state.directory, &user.id, named)?;
    }
    let version = call.settings.token_version;
    token(call, &session, &Form::Session(version))
}

fn create_token_from_template(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { session, .. } = signed_in(call)?;
    let name = call.path.get("template_name");
    let template = call.state.directory.template(name).cloned();
    let template = template.ok_or_else(|| Refusal::resource_not_found("JWT template", name))?;
    token(call, &session, &Form::Template(template))
}

fn token(call: &mut Call<'_>, session: &Session, form: &Form) -> Result<Reply, Refusal> {
    let draft = objects::token(call, session, form).ok_or_else(errors::signed_out)?;
    call.state
        .directory
        .note_renewal(&session.client_id, call.state.clock.now_in_tokens());
    let key = call.state.keys.current().clone();
    Ok(Reply::later(
        move || json!({ "object": "token", "jwt": draft.sign(&key) }),
    ))
}
