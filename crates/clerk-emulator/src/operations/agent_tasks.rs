use std::time::Duration;

use http::StatusCode;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use url::Url;

use super::tickets;
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, Purpose, Ticket, User},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[("CreateAgentTask", create), ("RevokeAgentTask", revoke)];

/// How long an agent has to begin.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let on_behalf_of = input.object("on_behalf_of")?;
    let on_behalf_of = on_behalf_of.ok_or_else(|| Refusal::form_param_missing("on_behalf_of"))?;
    let permissions = input.required_text("permissions")?;
    let agent_name = input.required_text("agent_name")?;
    input.required_text("task_description")?;
    let redirect_url = input.required_text("redirect_url")?;
    let of_session = input.number("session_max_duration_in_seconds", tickets::SECONDS)?;
    input.finish()?;
    if permissions != "*" {
        return Err(Refusal::form_param_value_invalid("permissions", "`*`"));
    }
    check_url(call, &redirect_url)?;
    let user_id = subject(&call.state.directory, &on_behalf_of)?.id.clone();
    let purpose = Purpose::AgentTask {
        agent_id: agent_id(&agent_name),
        redirect_url,
        lifetime: Duration::from_secs(of_session.unwrap_or(tickets::SESSION_LIFETIME)),
    };
    let ticket = tickets::issue(call, "agtask_", user_id, purpose, LIFETIME);
    let mut body = to_json(&ticket);
    body["url"] = json!(tickets::url(call, &ticket));
    Ok(Reply::ok(body))
}

fn check_url(call: &Call<'_>, text: &str) -> Result<(), Refusal> {
    let schemes: &[&str] = match call.settings.domain {
        Some(_) => &["https"],
        None => &["https", "http"],
    };
    let url = Url::parse(text).ok();
    match url.is_some_and(|url| schemes.contains(&url.scheme()) && url.has_host()) {
        true => Ok(()),
        false => {
            let expected = format!("an absolute URL with {}", schemes.join(" or "));
            Err(Refusal::form_param_format_invalid(
                "redirect_url",
                &expected,
            ))
        }
    }
}

/// The user whom a task is done for, by exactly one name.
fn subject<'d>(
    directory: &'d Directory,
    names: &serde_json::Map<String, Value>,
) -> Result<&'d User, Refusal> {
    let name = |name: &str| names.get(name).and_then(Value::as_str);
    let user = match (name("user_id"), name("identifier")) {
        (Some(id), None) => directory.user(id),
        (None, Some(identifier)) => directory.user_identified_by(identifier),
        _ => {
            let expected = "an object with either a user_id or an identifier";
            return Err(Refusal::form_param_value_invalid("on_behalf_of", expected));
        }
    };
    user.ok_or_else(|| not_found("agent_task_subject_not_found", "There is no such user."))
}

/// The same for the same name.
fn agent_id(name: &str) -> String {
    let digest = digest(&SHA256, name.as_bytes());
    let bytes = digest.as_ref().iter().take(16);
    bytes.fold("agent_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("agent_task_id").to_owned();
    let is_one = |ticket: &Ticket| matches!(ticket.purpose, Purpose::AgentTask { .. });
    let Some(ticket) = tickets::find(call, &id, is_one) else {
        let why = format!("No agent task was found with id {id}.");
        return Err(not_found("agent_task_not_found", &why));
    };
    let ticket = tickets::revoke(call, ticket, ("agent_task_cannot_be_revoked", "agent task"))?;
    Ok(Reply::ok(to_json(&ticket)))
}

fn not_found(code: &str, why: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, "not found", why)
}

/// The API's agent task object, without the URL that lets somebody in: that is told once.
fn to_json(ticket: &Ticket) -> Value {
    let agent_id = match &ticket.purpose {
        Purpose::AgentTask { agent_id, .. } => json!(agent_id),
        Purpose::SignIn { .. } | Purpose::Impersonation { .. } => Value::Null,
    };
    json!({
        "object": "agent_task",
        "agent_id": agent_id,
        "agent_task_id": ticket.id,
        "task_id": ticket.id,
    })
}
