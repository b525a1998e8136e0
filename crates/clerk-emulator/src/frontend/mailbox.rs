//! What the emulator would have sent by mail, for whoever waits for it.

use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply, call::Call, description::Access, directory::Message, refusal::Refusal,
    route::Route,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.mailbox",
        method: Method::GET,
        path: "/_emulator/mailbox",
        access: Access::Control,
        handler: list,
    },
    Route {
        operation: "_emulator.clearMailbox",
        method: Method::DELETE,
        path: "/_emulator/mailbox",
        access: Access::Control,
        handler: clear,
    },
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["to"])?;
    let messages = call.state.directory.mailbox.messages(call.query.get("to"));
    let messages: Vec<Value> = messages.map(Message::to_json).collect();
    Ok(Reply::ok(json!({ "messages": messages })))
}

fn clear(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.state.directory.mailbox.clear();
    Ok(Reply::no_content())
}
