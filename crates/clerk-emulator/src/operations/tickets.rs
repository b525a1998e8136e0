//! What sign-in tokens, actor tokens and agent tasks have in common.

use std::{ops::RangeInclusive, time::Duration};

use serde_json::{Value, json};

use crate::{
    call::Call,
    directory::{Purpose, Ticket, TicketStatus},
    refusal::Refusal,
};

/// How long something may last, in seconds: ten years, as with tokens of sessions.
pub(super) const SECONDS: RangeInclusive<u64> = 1..=315_360_000;

/// How long sessions of others than the user last, in seconds: half an hour.
pub(super) const SESSION_LIFETIME: u64 = 30 * 60;

/// Makes a ticket, and keeps it.
pub(super) fn issue(
    call: &mut Call<'_>,
    prefix: &str,
    user_id: String,
    purpose: Purpose,
    lifetime: Duration,
) -> Ticket {
    let ids = &mut call.state.ids;
    let names = (ids.object(prefix), ids.hex(64));
    let ticket = Ticket::new(names, user_id, purpose, (call.now, lifetime));
    call.state.directory.tickets.put(ticket.clone());
    ticket
}

/// Where whoever has a ticket goes with it.
pub(super) fn url(call: &Call<'_>, ticket: &Ticket) -> String {
    let path = match ticket.purpose {
        Purpose::AgentTask { .. } => "agents/tasks",
        Purpose::SignIn { .. } | Purpose::Impersonation { .. } => "tickets/accept",
    };
    format!("{}/v1/{path}?ticket={}", call.settings.origin, ticket.token)
}

/// The ticket with this id, if it is one of those.
pub(super) fn find(call: &Call<'_>, id: &str, is_one: fn(&Ticket) -> bool) -> Option<Ticket> {
    let ticket = call.state.directory.tickets.get(id)?;
    is_one(ticket).then(|| ticket.clone())
}

/// Revokes a ticket and gives it back; one that is not pending is refused with this code.
pub(super) fn revoke(
    call: &mut Call<'_>,
    mut ticket: Ticket,
    (code, what): (&str, &str),
) -> Result<Ticket, Refusal> {
    let status = ticket.status(call.now);
    if status != TicketStatus::Pending {
        let status = status.as_str();
        let why =
            format!("The {what} is {status}, and those that are pending alone can be revoked.");
        return Err(Refusal::bad_request(code, why));
    }
    ticket.end(TicketStatus::Revoked, call.now);
    call.state.directory.tickets.put(ticket.clone());
    Ok(ticket)
}

/// What its object says once, when it is made: the token, and where it leads.
pub(super) fn with_token(call: &Call<'_>, ticket: &Ticket, mut body: Value) -> Value {
    body["token"] = json!(ticket.token);
    body["url"] = json!(url(call, ticket));
    body
}
