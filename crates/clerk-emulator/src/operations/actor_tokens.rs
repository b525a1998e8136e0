use std::time::Duration;

use serde_json::{Value, json};

use super::tickets;
use crate::{
    answer::Reply,
    call::Call,
    directory::{Purpose, Ticket},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] =
    &[("CreateActorToken", create), ("RevokeActorToken", revoke)];

/// In seconds: an hour.
const LIFETIME: u64 = 60 * 60;

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user_id = input.required_text("user_id")?;
    let actor = input.object("actor")?;
    let actor = actor.ok_or_else(|| Refusal::form_param_missing("actor"))?;
    let lifetime = input.number("expires_in_seconds", tickets::SECONDS)?;
    let of_session = input.number("session_max_duration_in_seconds", tickets::SECONDS)?;
    input.finish()?;
    if actor
        .get("sub")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        let expected = "an object whose sub is the id of who acts";
        return Err(Refusal::form_param_value_invalid("actor", expected));
    }
    if call.state.directory.user(&user_id).is_none() {
        return Err(Refusal::form_resource_not_found("user_id", "a user"));
    }
    let purpose = Purpose::Impersonation {
        actor,
        lifetime: Duration::from_secs(of_session.unwrap_or(tickets::SESSION_LIFETIME)),
    };
    let lifetime = Duration::from_secs(lifetime.unwrap_or(LIFETIME));
    let ticket = tickets::issue(call, "act_", user_id, purpose, lifetime);
    let body = tickets::with_token(call, &ticket, to_json(&ticket, call));
    Ok(Reply::ok(body))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("actor_token_id").to_owned();
    let is_one = |ticket: &Ticket| matches!(ticket.purpose, Purpose::Impersonation { .. });
    let Some(ticket) = tickets::find(call, &id, is_one) else {
        return Err(Refusal::resource_not_found("actor token", &id));
    };
    let ticket = tickets::revoke(
        call,
        ticket,
        ("actor_token_cannot_be_revoked_code", "actor token"),
    )?;
    Ok(Reply::ok(to_json(&ticket, call)))
}

/// The API's actor token object, without what lets somebody in: that is told once.
fn to_json(ticket: &Ticket, call: &Call<'_>) -> Value {
    let actor = match &ticket.purpose {
        Purpose::Impersonation { actor, .. } => json!(actor),
        Purpose::SignIn { .. } | Purpose::AgentTask { .. } => Value::Null,
    };
    json!({
        "object": "actor_token",
        "id": ticket.id,
        "status": ticket.status(call.now).as_str(),
        "user_id": ticket.user_id,
        "actor": actor,
        "created_at": ticket.created_at.as_millis(),
        "updated_at": ticket.updated_at().as_millis(),
    })
}
