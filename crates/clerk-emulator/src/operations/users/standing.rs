//! Bans and locks.

use serde_json::Value;

use crate::{answer::Reply, call::Call, directory::User, refusal::Refusal, webhooks::EventType};

/// How many users one request bans.
const BULK: usize = 50;

pub(super) fn ban(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    one(call, |user| user.banned = true)
}

pub(super) fn unban(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    one(call, |user| user.banned = false)
}

pub(super) fn lock(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    one(call, |user| user.locked = true)
}

pub(super) fn unlock(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    one(call, |user| user.locked = false)
}

pub(super) fn ban_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    all(call, |user| user.banned = true)
}

pub(super) fn unban_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    all(call, |user| user.banned = false)
}

fn one(call: &mut Call<'_>, change: fn(&mut User)) -> Result<Reply, Refusal> {
    let id = call.path.get("user_id").to_owned();
    if call.state.directory.user(&id).is_none() {
        return Err(super::not_found(call));
    }
    let users = apply(call, &[id], change);
    Ok(users
        .into_iter()
        .next()
        .map_or(Reply::no_content(), Reply::ok))
}

fn all(call: &mut Call<'_>, change: fn(&mut User)) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let ids = input.texts("user_ids")?;
    input.finish()?;
    if ids.is_empty() {
        return Err(Refusal::form_param_missing("user_ids"));
    }
    if ids.len() > BULK {
        return Err(Refusal::bulk_size_exceeded(BULK));
    }
    let directory = &call.state.directory;
    if let Some(id) = ids.iter().find(|id| directory.user(id).is_none()) {
        return Err(Refusal::resource_not_found("user", id));
    }
    Ok(Reply::ok(apply(call, &ids, change).into()))
}

/// Changes users and returns them. Who is banned has no session afterwards.
fn apply(call: &mut Call<'_>, ids: &[String], change: fn(&mut User)) -> Vec<Value> {
    let mut users = Vec::new();
    for id in ids {
        let now = call.now;
        let change = |user: &mut User| {
            change(user);
            user.updated_at = now;
            user.clone()
        };
        let Some(user) = call.state.directory.users.update(id, change) else {
            continue;
        };
        users.push(user.to_json());
        call.tell(EventType::UserUpdated, user.to_webhook_json());
        if user.banned {
            super::revoke_sessions(call, id);
        }
    }
    users
}
