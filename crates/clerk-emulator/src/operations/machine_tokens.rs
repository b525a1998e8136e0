use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{api_keys::with_bad_requests, listing::slice};
use crate::{
    answer::Reply,
    call::Call,
    claims::{self, Validity},
    directory::{Key, Machine, MachineToken},
    draft::Draft,
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("getM2MTokens", |call| with_bad_requests(list(call))),
    ("createM2MToken", |call| with_bad_requests(create(call))),
    ("verifyM2MToken", |call| with_bad_requests(verify(call))),
    ("revokeM2MToken", |call| with_bad_requests(revoke(call))),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = call.machine.as_deref().unwrap_or_default();
    // A machine's token is in that machine's name, which the instance's own key says nothing of.
    let machine = call
        .state
        .directory
        .machines
        .get(caller)
        .cloned()
        .ok_or_else(Refusal::clerk_key_invalid)?;
    let mut input = call.input()?;
    let claims = input.any("claims").unwrap_or(Value::Null);
    let lifetime = input.number("seconds_until_expiration", 0..=u64::MAX)?;
    let lifetime = Duration::from_secs(lifetime.unwrap_or(machine.token_lifetime));
    let format = input.text("token_format")?;
    let reuse = input.number("min_remaining_ttl_seconds", 0..=u64::MAX)?;
    input.finish()?;
    if format.as_deref() == Some("jwt") {
        return Ok(Reply::created(jwt(call, machine, claims, lifetime)));
    }
    if !matches!(format.as_deref(), None | Some("opaque")) {
        let expected = "opaque or jwt";
        return Err(Refusal::form_param_value_invalid("token_format", expected));
    }
    let reusable = reuse.and_then(|seconds| {
        let until = call.now.saturating_add(Duration::from_secs(seconds));
        let tokens = &call.state.directory.machine_tokens;
        tokens.by(Key::Machine, &machine.id).find(|token| {
            token.claims == claims && token.scopes == machine.scopes && token.is_valid(until)
        })
    });
    if let Some(token) = reusable {
        return Ok(Reply::created(with_token(token, call.now)));
    }
    let (id, token) = (call.state.ids.machine("mt_"), call.state.ids.object("mt_"));
    let token = new_token((id, token), machine, claims, (call.now, lifetime));
    let body = with_token(&token, call.now);
    call.state.directory.machine_tokens.put(token);
    Ok(Reply::created(body))
}

fn new_token(
    (id, token): (String, String),
    machine: Machine,
    claims: Value,
    (now, lifetime): (UnixTime, Duration),
) -> MachineToken {
    MachineToken {
        id,
        token,
        subject: machine.id,
        claims,
        scopes: machine.scopes,
        expires_at: now.saturating_add(lifetime),
        revoked: false,
        revocation_reason: None,
        last_used_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn with_token(token: &MachineToken, now: UnixTime) -> Value {
    let mut body = token.to_json(now);
    body["token"] = json!(token.token);
    body
}

/// A token that says everything itself, so that none of it is kept.
fn jwt(call: &mut Call<'_>, machine: Machine, custom: Value, lifetime: Duration) -> Value {
    let validity = Validity::new(call.now, lifetime, &call.state.clock);
    let id = call.state.ids.machine("mt_");
    let mut members = match &custom {
        Value::Object(members) => members.clone(),
        _ => Map::new(),
    };
    members.extend(claims::machine(
        call.settings.issuer(),
        &machine.id,
        validity,
    ));
    members.insert("jti".into(), json!(id));
    // The machine may attach any, as it may any claim that is not Clerk's own.
    let scopes = || json!(machine.scopes.join(" "));
    members.entry("scopes").or_insert_with(scopes);
    let key = call.state.keys.current();
    let token = Draft::new("JWT", &key.id, members)
        .category(claims::MACHINE_CATEGORY)
        .sign(key);
    let token = new_token((id, token), machine, custom, (call.now, lifetime));
    with_token(&token, call.now)
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["subject", "revoked", "expired", "limit", "offset"])?;
    let subject = query
        .get("subject")
        .ok_or_else(|| Refusal::form_param_missing("subject"))?;
    if call.machine.as_deref().is_some_and(|id| id != subject) {
        return Err(Refusal::forbidden(
            "forbidden",
            "A machine lists its own tokens alone.",
        ));
    }
    let revoked = query.flag("revoked")? == Some(true);
    let expired = query.flag("expired")? == Some(true);
    let tokens = call
        .state
        .directory
        .machine_tokens
        .by(Key::Machine, subject)
        .rev();
    let tokens: Vec<&MachineToken> = tokens
        .filter(|token| (revoked || !token.revoked) && (expired || !token.is_expired(call.now)))
        .collect();
    let page = slice(query, &tokens, 100, |token| token.to_json(call.now))?;
    Ok(Reply::ok(
        json!({ "m2m_tokens": page, "total_count": tokens.len() }),
    ))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut input, now) = (call.input()?, call.now);
    let reason = input.text("revocation_reason")?;
    input.finish()?;
    let id = call.path.get("m2m_token_id");
    let caller = call.machine.as_deref();
    let tokens = &mut call.state.directory.machine_tokens;
    let token = tokens.get(id);
    let token = token.filter(|token| caller.is_none_or(|caller| caller == token.subject));
    let revoke = |token: &mut MachineToken| {
        if !token.revoked {
            token.revoked = true;
            token.revocation_reason = reason;
            token.updated_at = now;
        }
        token.to_json(now)
    };
    token
        .is_some()
        .then(|| tokens.update(id, revoke))
        .flatten()
        .map(Reply::ok)
        .ok_or_else(|| Refusal::resource_not_found("machine token", id))
}

fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut input, now) = (call.input()?, call.now);
    // Clerk's Python SDK has it as `secret`.
    let secret = input.text("secret")?;
    let token = match secret {
        Some(secret) => secret,
        None => input.required_text("token")?,
    };
    input.finish()?;
    let caller = call.machine.as_ref();
    let tokens = &mut call.state.directory.machine_tokens;
    let known = tokens.by(Key::Secret, &token).next();
    let id = known
        .filter(|known| {
            let is_for_caller = caller.is_none_or(|caller| known.scopes.contains(caller));
            known.is_valid(now) && is_for_caller
        })
        .map(|known| known.id.clone())
        .ok_or_else(|| Refusal::token_not_found("machine token"))?;
    let note_use = |token: &mut MachineToken| {
        token.last_used_at = Some(now);
        token.to_json(now)
    };
    let body = tokens.update(&id, note_use);
    Ok(Reply::ok(body.unwrap_or_default()))
}
