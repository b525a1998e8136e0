//! Where those go who were given a ticket: a sign-in token, an actor token or an agent task.

use http::Method;

use super::{handshake, return_url::ReturnUrl, sign_in};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Client, Purpose, Ticket, TicketStatus},
    operations::admit,
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

/// Signs in by a sign-in token or an actor token, and goes on to the application.
fn accept(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let ticket = pending(call)?;
    if let Purpose::AgentTask { .. } = ticket.purpose {
        return Err(unknown());
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
        return Err(unknown());
    };
    let back = ReturnUrl::read(redirect_url, call.settings)?;
    let query = std::mem::take(&mut call.query);
    let client = sign_in::client(call, &query);
    let client = enter(call, &ticket, client);
    // Nobody has asked under which names the application looks for cookies.
    let suffixed = true;
    Ok(handshake::hand_over(call, &client, back, suffixed))
}

/// The ticket in the query, whose user may sign in.
fn pending(call: &Call<'_>) -> Result<Ticket, Refusal> {
    let token = call.query.get("ticket");
    let token = token.ok_or_else(|| Refusal::form_param_missing("ticket"))?;
    let directory = &call.state.directory;
    let ticket = directory.ticket(token).ok_or_else(unknown)?;
    let (what, codes) = match ticket.purpose {
        Purpose::SignIn { .. } => ("sign-in token", SIGN_IN_TOKEN),
        Purpose::Impersonation { .. } => ("actor token", ACTOR_TOKEN),
        Purpose::AgentTask { .. } => ("agent task", AGENT_TASK),
    };
    let status = ticket.status(call.now);
    let code = match status {
        TicketStatus::Pending => None,
        TicketStatus::Accepted => Some(codes.accepted),
        TicketStatus::Revoked => Some(codes.revoked),
        TicketStatus::Expired => Some(codes.expired),
    };
    if let Some(code) = code {
        let status = status.as_str();
        let why = format!("The {what} is {status}, and each is good once, while it is pending.");
        return Err(Refusal::bad_request(code, why));
    }
    let user = directory.user(&ticket.user_id);
    admit(user.ok_or_else(unknown)?)?;
    Ok(ticket.clone())
}

/// Why a ticket is good no more.
struct Codes {
    accepted: &'static str,
    revoked: &'static str,
    expired: &'static str,
}

const SIGN_IN_TOKEN: Codes = Codes {
    accepted: "sign_in_token_already_used_code",
    revoked: "sign_in_token_revoked_code",
    expired: "sign_in_token_cannot_be_used_code",
};

const ACTOR_TOKEN: Codes = Codes {
    accepted: "actor_token_already_used_code",
    revoked: "actor_token_revoked_code",
    expired: "actor_token_cannot_be_used_code",
};

const AGENT_TASK: Codes = Codes {
    accepted: "agent_task_already_used",
    revoked: "agent_task_revoked",
    expired: "agent_task_cannot_be_used",
};

fn unknown() -> Refusal {
    let why = "The ticket is none that this instance has given for this.";
    Refusal::bad_request("ticket_invalid_code", why)
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
