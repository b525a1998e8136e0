use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::json;

use super::{
    deleted,
    listing::{mentions, slice},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{ApiKey, Key},
    ids::is_object_id,
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("getApiKeys", |call| with_bad_requests(list(call))),
    ("createApiKey", |call| with_bad_requests(create(call))),
    ("verifyApiKey", |call| with_bad_requests(verify(call))),
    ("getApiKey", get),
    ("updateApiKey", |call| with_bad_requests(update(call))),
    ("deleteApiKey", delete),
    ("getApiKeySecret", secret),
    ("revokeApiKey", |call| with_bad_requests(revoke(call))),
];

/// The service behind these operations has one code for all that is wrong with an input.
pub(super) fn with_bad_requests(result: Result<Reply, Refusal>) -> Result<Reply, Refusal> {
    result.map_err(Refusal::into_bad_request)
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let subject = input.required_text("subject")?;
    let ids = &mut call.state.ids;
    let (id, secret) = (ids.machine("ak_"), ids.object("ak_"));
    let mut key = ApiKey::new(id, secret, (name, subject), call.now);
    settings(&mut input, &mut key, call.now)?;
    key.created_by = input.text("created_by")?;
    check(&key)?;
    check_type(input.text("type")?.as_deref())?;
    input.finish()?;
    let mut body = key.to_json(call.now);
    body["secret"] = json!(key.secret);
    call.state.directory.api_keys.put(key);
    // Clerk's description says 200; what it sends, and its Python SDK insists on, is 201.
    Ok(Reply::created(body))
}

/// Refuses names that are none, and what is nobody's.
pub(crate) fn check(key: &ApiKey) -> Result<(), Refusal> {
    if key.name.chars().count() < 3 || key.name.trim() != key.name {
        let expected = "of 3 characters or more, without blanks around them";
        return Err(Refusal::form_param_value_invalid("name", expected));
    }
    check_subject("subject", &key.subject)?;
    check_description(key.description.as_deref())?;
    match &key.created_by {
        Some(user_id) if !is_object_id(user_id, "user_") => {
            let expected = "the id of a user";
            Err(Refusal::form_param_value_invalid("created_by", expected))
        }
        _ => Ok(()),
    }
}

fn check_description(description: Option<&str>) -> Result<(), Refusal> {
    match description {
        Some(text) if text.chars().count() > 255 => {
            let expected = "of at most 255 characters";
            Err(Refusal::form_param_value_invalid("description", expected))
        }
        _ => Ok(()),
    }
}

/// What creating and updating have in common.
fn settings(input: &mut Input, key: &mut ApiKey, now: UnixTime) -> Result<(), Refusal> {
    if let Some(claims) = input.any("claims") {
        key.claims = claims;
    }
    if let Some(scopes) = input.given_texts("scopes")? {
        key.scopes = scopes;
    }
    if let Some(description) = input.text("description")? {
        check_description(Some(&description))?;
        key.description = Some(description);
    }
    if let Some(seconds) = input.number("seconds_until_expiration", 0..=u64::MAX)? {
        key.expires_at = Some(now.saturating_add(Duration::from_secs(seconds)));
    }
    Ok(())
}

/// Refuses what is no id of anything that has keys.
pub(crate) fn check_subject(name: &str, subject: &str) -> Result<(), Refusal> {
    let prefixes = ["user_", "org_", "mch_", "scim_"];
    match prefixes.iter().any(|prefix| is_object_id(subject, prefix)) {
        true => Ok(()),
        false => {
            let expected = "the id of a user, an organization or a machine";
            Err(Refusal::form_param_value_invalid(name, expected))
        }
    }
}

fn check_type(kind: Option<&str>) -> Result<(), Refusal> {
    match kind {
        None | Some("api_key") => Ok(()),
        Some(_) => {
            let expected = "api_key: the emulator has no other";
            Err(Refusal::form_param_value_invalid("type", expected))
        }
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&[
        "type",
        "subject",
        "include_invalid",
        "limit",
        "offset",
        "query",
    ])?;
    check_type(query.get("type"))?;
    let subject = query
        .get("subject")
        .ok_or_else(|| Refusal::form_param_missing("subject"))?;
    check_subject("subject", subject)?;
    let all = query.flag("include_invalid")? == Some(true);
    let keys = call
        .state
        .directory
        .api_keys
        .by(Key::Subject, subject)
        .rev();
    let keys: Vec<&ApiKey> = keys
        .filter(|key| all || key.is_valid(call.now))
        .filter(|key| mentions(query, "query", [&*key.name, &*key.id]))
        .collect();
    let page = slice(query, &keys, 100, |key| key.to_json(call.now))?;
    Ok(Reply::ok(
        json!({ "data": page, "total_count": keys.len() }),
    ))
}

fn called_for(call: &Call<'_>) -> Result<ApiKey, Refusal> {
    let id = call.path.get("apiKeyID");
    let key = call.state.directory.api_keys.get(id);
    key.cloned()
        .ok_or_else(|| Refusal::resource_not_found("API key", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let now = call.now;
    Ok(Reply::ok(called_for(call)?.to_json(now)))
}

fn secret(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "secret": called_for(call)?.secret })))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut input, now) = (call.input()?, call.now);
    let mut key = called_for(call)?;
    settings(&mut input, &mut key, now)?;
    if let Some(subject) = input.text("subject")? {
        check_subject("subject", &subject)?;
        key.subject = subject;
    }
    input.finish()?;
    key.updated_at = now;
    let body = key.to_json(now);
    call.state.directory.api_keys.put(key);
    Ok(Reply::ok(body))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut input, now) = (call.input()?, call.now);
    let mut key = called_for(call)?;
    let reason = input.text("revocation_reason")?;
    input.finish()?;
    if !key.revoked {
        key.revoked = true;
        key.revocation_reason = reason;
        key.updated_at = now;
    }
    let body = key.to_json(now);
    call.state.directory.api_keys.put(key);
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    call.state.directory.api_keys.remove(&id);
    Ok(Reply::ok(deleted("api_key", &id, None)))
}

fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut input, now) = (call.input()?, call.now);
    let secret = input.required_text("secret")?;
    input.finish()?;
    let keys = &mut call.state.directory.api_keys;
    let key = keys.by(Key::Secret, &secret).find(|key| key.is_valid(now));
    let mut key = key
        .cloned()
        .ok_or_else(|| Refusal::token_not_found("API key"))?;
    key.last_used_at = Some(now);
    let body = key.to_json(now);
    keys.put(key);
    Ok(Reply::ok(body))
}
