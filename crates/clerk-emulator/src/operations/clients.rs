use http::Method;
use serde_json::json;

use super::listing::page;
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::Client,
    refusal::Refusal,
    route::{Handled, Route},
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetClientList", list),
    ("VerifyClient", verify),
    ("GetClient", get),
];

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_backend.handshakePayload",
    method: Method::GET,
    path: "/v1/clients/handshake_payload",
    access: Access::SecretKey,
    handler: handshake_payload,
}];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset", "paginated"])?;
    let directory = &call.state.directory;
    let clients: Vec<&Client> = directory.clients.iter().rev().collect();
    let write = |client: &&Client| directory.client_json(client, call.now);
    Ok(Reply::ok(page(query, &clients, write)?))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("client_id");
    let directory = &call.state.directory;
    let client = directory.clients.get(id);
    let client = client.ok_or_else(|| Refusal::resource_not_found("client", id))?;
    Ok(Reply::ok(directory.client_json(client, call.now)))
}

/// The client whose token this is, as its cookie has it.
fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let token = input.required_text("token")?;
    input.finish()?;
    let directory = &call.state.directory;
    let client = directory.client(&token);
    let client = client.ok_or_else(|| Refusal::token_not_found("client token"))?;
    Ok(Reply::ok(directory.client_json(client, call.now)))
}

fn handshake_payload(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let nonce = call
        .query
        .get("nonce")
        .ok_or_else(|| Refusal::form_param_missing("nonce"))?;
    let handshake = call.state.directory.redeem(nonce, call.now);
    let handshake = handshake.ok_or_else(|| Refusal::token_not_found("handshake nonce"))?;
    Ok(Reply::ok(json!({ "directives": handshake.directives })))
}
