//! E-mails that the application has sent. They are kept, and go nowhere.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    answer::Reply,
    call::Call,
    described,
    directory::{Email, IdentificationKind, Key},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("CreateEmail", create),
    ("CreateEmailBatch", create_all),
    ("GetEmail", get),
];

/// In bytes, of both kinds together.
const MAX_BODY: usize = 50_000;

const MAX_RECIPIENTS: usize = 50;

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let request = described::given(call)?;
    let key = call.headers.get("idempotency-key");
    let key = key.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
    Ok(Reply::ok(send(call, request, key)?))
}

/// Each for itself: some may be refused, and the others are sent.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let messages = given.get("messages").and_then(Value::as_array);
    let messages: Vec<Map<String, Value>> = messages
        .into_iter()
        .flatten()
        .filter_map(|message| message.as_object().cloned())
        .collect();
    let results: Vec<Value> = messages
        .into_iter()
        .enumerate()
        .map(|(index, mut message)| {
            let key = message.remove("idempotency_key");
            let key = key.and_then(|key| key.as_str().map(str::to_owned));
            match send(call, message, key) {
                Ok(email) => json!({ "index": index, "status_code": 200, "email": email }),
                Err(refusal) => json!({
                    "index": index,
                    "status_code": refusal.status().as_u16(),
                    "errors": [refusal.to_json()],
                }),
            }
        })
        .collect();
    Ok(Reply::ok(results.into()))
}

fn send(
    call: &mut Call<'_>,
    request: Map<String, Value>,
    key: Option<String>,
) -> Result<Value, Refusal> {
    if let Some(key) = &key {
        check_key(key)?;
        let mut known = call.state.directory.emails.by(Key::Name, key);
        match known.next() {
            None => {}
            Some(known) if known.request == request => return Ok(known.to_json()),
            Some(_) => {
                return Err(Refusal::new(
                    StatusCode::CONFLICT,
                    "idempotency_key_reused",
                    "key was used before",
                    "Another e-mail was sent with this idempotency key: each has one of its own.",
                ));
            }
        }
    }
    let mut email = write(call, request)?;
    email.idempotency_key = key;
    let body = email.to_json();
    call.state.directory.emails.put(email);
    Ok(body)
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    match (1..=255).contains(&key.len()) && key.bytes().all(allowed) {
        true => Ok(()),
        false => {
            let expected = "1 to 255 letters, digits, _ and -";
            Err(Refusal::form_param_format_invalid(
                "idempotency_key",
                expected,
            ))
        }
    }
}

/// The e-mail that a request describes, if it could be sent.
fn write(call: &mut Call<'_>, request: Map<String, Value>) -> Result<Email, Refusal> {
    let text = |name: &str| {
        let text = request.get(name).and_then(Value::as_str);
        text.map(str::to_owned)
    };
    let (html, plain) = (text("html"), text("text"));
    let size = [&html, &plain].into_iter().flatten().map(String::len).sum();
    match size {
        0 => return Err(Refusal::form_param_missing("text")),
        1..=MAX_BODY => {}
        _ => return Err(Refusal::form_param_exceeds_allowed_size("html", MAX_BODY)),
    }
    let (to, user) = recipient(call, &request)?;
    let from = mailbox(&request, "from")?;
    let from = from.ok_or_else(|| Refusal::form_param_missing("from"))?;
    let reply_to = mailbox(&request, "reply_to")?;
    check_others(&request, &to)?;
    Ok(Email {
        id: call.state.ids.object("ema_"),
        from: local_part(&from),
        reply_to: reply_to.map(|address| local_part(&address)),
        to,
        user,
        subject: text("subject").unwrap_or_default(),
        html,
        text: plain,
        idempotency_key: None,
        request,
    })
}

/// Whom it is for: an address, and the user whose it is, where a user was named.
fn recipient(
    call: &Call<'_>,
    request: &Map<String, Value>,
) -> Result<(String, Option<(String, String)>), Refusal> {
    let member = |name: &str| {
        let to = request.get("to")?;
        to.get(name)?.as_str()
    };
    match (member("address"), member("user_id")) {
        (Some(address), None) => {
            check_address("to", address)?;
            Ok((address.to_owned(), None))
        }
        (None, Some(id)) => {
            let user = call.state.directory.user(id);
            let user = user.ok_or_else(|| Refusal::form_resource_not_found("to", "user"))?;
            let address = user.primary_email().ok_or_else(|| {
                let expected = "a user with an e-mail address";
                Refusal::form_param_value_invalid("to", expected)
            })?;
            let user = (user.id.clone(), address.id.clone());
            Ok((address.address.clone(), Some(user)))
        }
        _ => {
            let expected = "an address, or the user_id of a user";
            Err(Refusal::form_param_value_invalid("to", expected))
        }
    }
}

fn mailbox(request: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    let mailbox = request.get(name).and_then(|mailbox| mailbox.get("address"));
    let Some(address) = mailbox.and_then(Value::as_str) else {
        return Ok(None);
    };
    check_address(name, address)?;
    Ok(Some(address.to_owned()))
}

/// Refuses copies for what is no address, too many of them, and two for one address.
fn check_others(request: &Map<String, Value>, to: &str) -> Result<(), Refusal> {
    let mut known = HashSet::from([to.to_lowercase()]);
    for name in ["cc", "bcc"] {
        let addresses = request.get(name).and_then(Value::as_array);
        let addresses = addresses.into_iter().flatten().filter_map(Value::as_str);
        for address in addresses {
            check_address(name, address)?;
            if !known.insert(address.to_lowercase()) || known.len() > MAX_RECIPIENTS {
                let expected = format!("at most {MAX_RECIPIENTS} recipients in all, each once");
                return Err(Refusal::form_param_value_invalid(name, &expected));
            }
        }
    }
    Ok(())
}

fn check_address(name: &str, address: &str) -> Result<(), Refusal> {
    match IdentificationKind::EmailAddress.is_valid(address) {
        true => Ok(()),
        false => {
            let expected = "a valid email address";
            Err(Refusal::form_param_format_invalid(name, expected))
        }
    }
}

fn local_part(address: &str) -> String {
    let local_part = address.rsplit_once('@').map(|(local_part, _)| local_part);
    local_part.unwrap_or_default().to_owned()
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("email_id");
    let email = call.state.directory.emails.get(id);
    let email = email.ok_or_else(|| Refusal::resource_not_found("email", id))?;
    Ok(Reply::ok(email.to_json()))
}
