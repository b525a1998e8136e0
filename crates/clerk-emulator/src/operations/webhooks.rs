//! The control plane of webhooks: where they go, what became of them, and once more.

use clerk_core::UnixTime;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::body;
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    refusal::Refusal,
    route::Route,
    webhooks::{Endpoint, LoggedWebhook, WebhookDefect, WebhookEndpoint},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.webhooks",
        method: Method::GET,
        path: "/_emulator/webhooks",
        access: Access::Control,
        handler: list,
    },
    Route {
        operation: "_emulator.addWebhook",
        method: Method::POST,
        path: "/_emulator/webhooks",
        access: Access::Control,
        handler: add,
    },
    Route {
        operation: "_emulator.removeWebhooks",
        method: Method::DELETE,
        path: "/_emulator/webhooks",
        access: Access::Control,
        handler: remove,
    },
    Route {
        operation: "_emulator.replayWebhook",
        method: Method::POST,
        path: "/_emulator/webhooks/{message_id}/replay",
        access: Access::Control,
        handler: replay,
    },
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let outbox = &call.state.outbox;
    let endpoints: Vec<Value> = outbox.endpoints().map(endpoint_json).collect();
    let deliveries: Vec<Value> = outbox
        .log()
        .map(|webhook| delivery_json(&webhook))
        .collect();
    Ok(Reply::ok(
        json!({ "endpoints": endpoints, "deliveries": deliveries }),
    ))
}

/// With the secret: a program in another language has nowhere else to get it from.
fn endpoint_json(endpoint: &Endpoint) -> Value {
    json!({
        "url": endpoint.uri.to_string(),
        "secret": endpoint.secret.expose(),
        "events": endpoint.events,
        "late_ms": endpoint.late_ms,
    })
}

pub(super) fn delivery_json(webhook: &LoggedWebhook) -> Value {
    let attempts: Vec<Value> = webhook
        .attempts
        .iter()
        .map(|attempt| {
            let status = attempt.status.map(|status| status.as_u16());
            json!({ "at": attempt.at.as_millis(), "status": status, "answer": attempt.answer })
        })
        .collect();
    json!({
        "id": webhook.id,
        "type": webhook.event_type,
        "url": webhook.url,
        "body": String::from_utf8_lossy(&webhook.body),
        "defect": webhook.defect.map(WebhookDefect::name),
        "attempts": attempts,
        "delivered": webhook.is_delivered(),
        "next_attempt_at": webhook.next_attempt.map(UnixTime::as_millis),
    })
}

fn add(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let described: WebhookEndpoint = serde_json::from_slice(&call.body)
        .map_err(|error| Refusal::request_body_invalid(&error.to_string()))?;
    let endpoint = Endpoint::try_from(described)
        .map_err(|error| Refusal::request_body_invalid(&error.to_string()))?;
    let reply = Reply::ok(endpoint_json(&endpoint));
    call.state.outbox.add(endpoint);
    Ok(reply)
}

fn remove(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.state.outbox.clear();
    Ok(Reply::no_content())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ReplayBody {
    defect: Option<String>,
}

fn replay(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let ReplayBody { defect } = body(call)?;
    let defect = defect.map(|name| name.parse()).transpose();
    let defect = defect.map_err(|_| {
        let names: Vec<&str> = WebhookDefect::ALL
            .iter()
            .map(|known| known.name())
            .collect();
        let expected = format!("one of {}", names.join(", "));
        Refusal::form_param_value_invalid("defect", &expected)
    })?;
    let id = call.path.get("message_id");
    match call.state.outbox.repeat(id, defect) {
        true => Ok(Reply::no_content()),
        false => Err(Refusal::resource_not_found("webhook", id)),
    }
}
