//! Who asks, and what everybody is answered.

use http::header;
use serde_json::{Map, Value, json};

use super::{errors, objects};
use crate::{
    answer::Reply,
    call::{Call, Query},
    cookies::CookieScope,
    directory::{Client, Session, User},
    frontend::sign_in::{COOKIE, remember},
    refusal::Refusal,
    state::State,
    webhooks::EventType,
};

/// Whoever is signed in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) user: User,
}

/// The browser that asks, if it was ever here.
///
/// In development, clerk-js says which it is where the publishable key names a development host of
/// Clerk's. Elsewhere the cookie of this host tells, or, where the application hands requests on, that
/// of the application's own.
pub(super) fn browser(call: &Call<'_>) -> Result<Option<Client>, Refusal> {
    let directory = &call.state.directory;
    let is_development = call.settings.domain.is_none();
    if let Some(token) = call.query.get("__clerk_db_jwt").filter(|_| is_development) {
        let client = directory.client(token).cloned();
        return client
            .map(Some)
            .ok_or_else(errors::dev_browser_unauthenticated);
    }
    let own = call.cookie(COOKIE);
    let applications = call.cookie("__clerk_db_jwt").filter(|_| is_development);
    let tokens = [own, applications].into_iter().flatten();
    Ok(tokens
        .filter_map(|token| directory.client(token))
        .next()
        .cloned())
}

/// The browser that asks, from now on known.
pub(super) fn browser_or_new(call: &mut Call<'_>) -> Result<Client, Refusal> {
    if let Some(client) = browser(call)? {
        return Ok(client);
    }
    let State { directory, ids, .. } = &mut *call.state;
    Ok(directory.client_or_new(None, ids))
}

/// Whoever asks, in the session that the query or the path names, or in the latest of the browser.
pub(super) fn signed_in(call: &Call<'_>) -> Result<Caller, Refusal> {
    let client = browser(call)?.ok_or_else(errors::signed_out)?;
    let path = Some(call.path.get("session_id")).filter(|id| !id.is_empty());
    let named = path.or_else(|| call.query.get("_clerk_session_id"));
    session_on(call, client, named)
}

/// Whoever asks, in a path that names a session of others': that of the query alone.
pub(super) fn signed_in_by_query(call: &Call<'_>) -> Result<Caller, Refusal> {
    let client = browser(call)?.ok_or_else(errors::signed_out)?;
    session_on(call, client, call.query.get("_clerk_session_id"))
}

fn session_on(call: &Call<'_>, client: Client, named: Option<&str>) -> Result<Caller, Refusal> {
    let directory = &call.state.directory;
    let session = match named {
        Some(id) => {
            let mut sessions = directory.sessions_on(&client.id, call.now);
            sessions.find(|session| session.id == id)
        }
        None => directory.active_session(&client, call.now),
    };
    let session = session.ok_or_else(errors::signed_out)?.clone();
    let user = directory.user(&session.user_id);
    let user = user.ok_or_else(errors::signed_out)?.clone();
    Ok(Caller {
        client,
        session,
        user,
    })
}

/// `{response, client}`: what was asked for, and all that the browser now has.
pub(super) fn answer(call: &mut Call<'_>, client: &Client, response: Value) -> Reply {
    let mut body = Map::new();
    body.insert("client".into(), objects::client(call, &client.id));
    body.insert("response".into(), response);
    let reply = Reply::ok(body.into());
    match call.settings.domain {
        Some(_) => with_cookies(call, client, reply),
        None => remembered(call, client, reply),
    }
}

/// Has a browser known again that does not say itself which it is.
fn remembered(call: &Call<'_>, client: &Client, reply: Reply) -> Reply {
    let says = call.query.get("__clerk_db_jwt").is_some();
    if says || call.cookie(COOKIE) == Some(&client.token) {
        return reply;
    }
    // A page of another site is asking, which it may only where `origin::admit` says so.
    let site = call.headers.get("sec-fetch-site");
    let policy = match site.is_some_and(|site| site == "cross-site") {
        true => "Secure; SameSite=None; Partitioned",
        false => "SameSite=Lax",
    };
    let cookie = format!("{COOKIE}={}; Path=/; {policy}; HttpOnly", client.token);
    reply.header(header::SET_COOKIE, &cookie)
}

/// In production, the instance's own host has the browser know it again, and the domain since when
/// somebody is signed in.
fn with_cookies(call: &Call<'_>, client: &Client, reply: Reply) -> Reply {
    let settings = call.settings;
    let scope = CookieScope::new(settings, settings.domain.as_deref(), true);
    let (directory, clock) = (&call.state.directory, &call.state.clock);
    let client = directory.client(&client.token).unwrap_or(client);
    let session = directory.active_session(client, call.now);
    let since = session.map_or(0, |session| {
        clock.past_in_tokens(session.created_at).as_secs()
    });
    let cookies = scope.client_uat_of_production(settings, since);
    let reply = remember(settings, client, reply);
    cookies.iter().fold(reply, |reply, cookie| {
        reply.header(header::SET_COOKIE, cookie)
    })
}

/// A list that is read, which changes nothing of the browser.
pub(super) fn read(response: &Value) -> Reply {
    Reply::ok(json!({ "response": response, "client": null }))
}

/// One page of a list, which by itself has no end.
pub(super) fn page(query: &Query, items: &[Value]) -> Result<Value, Refusal> {
    let limit = query.number("limit", 1..=500, 10)?;
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    let data: Vec<&Value> = items.iter().skip(offset).take(limit).collect();
    Ok(json!({ "data": data, "total_count": items.len() }))
}

/// Puts a changed user back, and has that told.
pub(super) fn store(call: &mut Call<'_>, mut user: User) {
    user.updated_at = call.now;
    user.note_second_factors(call.now);
    let told = user.to_webhook_json();
    call.state.directory.users.put(user);
    call.tell(EventType::UserUpdated, told);
}
