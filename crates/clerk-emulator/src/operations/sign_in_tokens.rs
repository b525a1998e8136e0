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
    &[("CreateSignInToken", create), ("RevokeSignInToken", revoke)];

/// In seconds: thirty days.
const LIFETIME: u64 = 30 * 24 * 60 * 60;

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user_id = input.required_text("user_id")?;
    let organization_id = input.text("org_id")?;
    let lifetime = input.number("expires_in_seconds", tickets::SECONDS)?;
    input.finish()?;
    let directory = &call.state.directory;
    if directory.user(&user_id).is_none() {
        return Err(Refusal::resource_not_found("user", &user_id));
    }
    if let Some(id) = &organization_id {
        super::sessions::check_member(directory, &user_id, id)?;
    }
    let purpose = Purpose::SignIn { organization_id };
    let lifetime = Duration::from_secs(lifetime.unwrap_or(LIFETIME));
    let ticket = tickets::issue(call, "sit_", user_id, purpose, lifetime);
    let body = tickets::with_token(call, &ticket, to_json(&ticket, call));
    Ok(Reply::ok(body))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("sign_in_token_id").to_owned();
    let is_one = |ticket: &Ticket| matches!(ticket.purpose, Purpose::SignIn { .. });
    let Some(ticket) = tickets::find(call, &id, is_one) else {
        return Err(Refusal::resource_not_found("sign-in token", &id));
    };
    let ticket = tickets::revoke(
        call,
        ticket,
        ("sign_in_token_cannot_be_revoked_code", "sign-in token"),
    )?;
    Ok(Reply::ok(to_json(&ticket, call)))
}

/// The API's sign-in token object, without what lets somebody in: that is told once.
fn to_json(ticket: &Ticket, call: &Call<'_>) -> Value {
    json!({
        "object": "sign_in_token",
        "id": ticket.id,
        "status": ticket.status(call.now).as_str(),
        "user_id": ticket.user_id,
        "created_at": ticket.created_at.as_millis(),
        "updated_at": ticket.updated_at().as_millis(),
    })
}
