//! Where those go who were given a ticket: a sign-in token, an actor token or an agent task.

use http::Method;

use super::{api, handshake, return_url::ReturnUrl, sign_in};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Client, Purpose, Ticket},
    refusal::Refusal,
    route::Route,
    state::State,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.acceptTicket",
        method: Method::GET,
        path: "/v1/tickets/accept",
        access: Access::Public,
        handler: accept,
    },
    Route {
        operation: "_frontend.acceptAgentTask",
        method: Method::GET,
        path: "/v1/agents/tasks",
        access: Access::Public,
        handler: begin_task,
    },
];

/// Signs in by a sign-in token or an actor token, and goes on to the application. Whoever is invited goes
/// there at once, as they have to say more.
fn accept(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    if let Some(reply) = api::tickets::follow(call)? {
        return Ok(reply);
    }
    let ticket = pending(call)?;
    if let Purpose::AgentTask { .. } = ticket.purpose {
        return Err(api::tickets::unknown());
    }
    let query = std::mem::take(&mut call.query);
    let back = sign_in::return_url(call, &query)?;
    let client = sign_in::client(call, &query);
    let client = enter(call, &ticket, client);
    Ok(sign_in::leave(call, &client, back))
}

/// Signs an agent in, and hands its session over to the application at once, as a handshake does.
fn begin_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let ticket = pending(call)?;
    let Purpose::AgentTask { redirect_url, .. } = &ticket.purpose else {
        return Err(api::tickets::unknown());
    };
    let back = ReturnUrl::read(redirect_url, call.settings)?;
    let query = std::mem::take(&mut call.query);
    let client = sign_in::client(call, &query);
    let client = enter(call, &ticket, client);
    // Nobody has asked under which names the application looks for cookies.
    let suffixed = true;
    Ok(handshake::hand_over(call, &client, back, suffixed))
}

fn pending(call: &Call<'_>) -> Result<Ticket, Refusal> {
    let token = call.query.get("ticket");
    let token = token.ok_or_else(|| Refusal::form_param_missing("ticket"))?;
    api::tickets::pending(call, token)
}

/// Starts the session, in the place of the one that was active, and gives the browser back as it is then.
fn enter(call: &mut Call<'_>, ticket: &Ticket, client: Client) -> Client {
    sign_in::end_session(call, &client);
    let State { directory, ids, .. } = &mut *call.state;
    let session = directory.sign_in_by_ticket(ticket, &client, call.now, ids);
    let client = directory.clients.get(&client.id).cloned().unwrap_or(client);
    call.tell_of_session(EventType::SessionCreated, &session);
    client
}
