use http::Method;
use serde_json::json;

use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal, route::Route};

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_backend.handshakePayload",
    method: Method::GET,
    path: "/v1/clients/handshake_payload",
    access: Access::SecretKey,
    handler: handshake_payload,
}];

fn handshake_payload(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let nonce = call
        .query
        .get("nonce")
        .ok_or_else(|| Refusal::form_param_missing("nonce"))?;
    let handshake = call.state.directory.redeem(nonce, call.now);
    let handshake = handshake.ok_or_else(|| Refusal::token_not_found("handshake nonce"))?;
    Ok(Reply::ok(json!({ "directives": handshake.directives })))
}
