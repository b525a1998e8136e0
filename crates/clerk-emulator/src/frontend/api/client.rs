use http::Method;
use serde_json::{Value, json};

use super::{
    caller::{answer, browser, read},
    objects,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Client, SessionStatus},
    refusal::Refusal,
    route::Route,
    state::State,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.devBrowser.create",
        method: Method::POST,
        path: "/v1/dev_browser",
        access: Access::Browser,
        handler: dev_browser,
    },
    Route {
        operation: "_frontend.client.get",
        method: Method::GET,
        path: "/v1/client",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.client.create",
        method: Method::PUT,
        path: "/v1/client",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.client.delete",
        method: Method::DELETE,
        path: "/v1/client",
        access: Access::Browser,
        handler: sign_out_of_all,
    },
    Route {
        operation: "_frontend.sessions.deleteAll",
        method: Method::DELETE,
        path: "/v1/client/sessions",
        access: Access::Browser,
        handler: sign_out_of_all,
    },
];

/// A name for a browser that has none, for an instance in development.
fn dev_browser(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let State { directory, ids, .. } = &mut *call.state;
    let client = directory.client_or_new(None, ids);
    Ok(Reply::ok(
        json!({ "object": "dev_browser", "id": client.token }),
    ))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let client = browser(call)?;
    let client = client.map(|client| objects::client(call, &client.id));
    Ok(read(&client.unwrap_or_default()))
}

fn sign_out_of_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Some(client) = browser(call)? else {
        return Ok(read(&Value::Null));
    };
    end_all(call, &client);
    let response = objects::client(call, &client.id);
    Ok(answer(call, &client, response))
}

fn end_all(call: &mut Call<'_>, client: &Client) {
    let sessions = call.state.directory.sessions_on(&client.id, call.now);
    let ids: Vec<String> = sessions.map(|session| session.id.clone()).collect();
    for id in ids {
        let directory = &mut call.state.directory;
        if let Some(session) = directory.end_session(&id, SessionStatus::Removed, call.now) {
            call.tell_of_session(EventType::SessionRemoved, &session);
        }
    }
}
