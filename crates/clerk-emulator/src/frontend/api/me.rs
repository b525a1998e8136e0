//! What users may do with themselves.

pub(super) mod accounts;
pub(super) mod addresses;
pub(super) mod organizations;
pub(super) mod picture;
pub(super) mod second_factors;
pub(super) mod sessions;

use http::Method;
use serde_json::{Map, Value, json};

use super::{
    caller::{Caller, answer, signed_in, store},
    errors,
    form::{clearable, required, text},
    objects, passwords,
    sign_ins::sign_out_elsewhere,
    sign_ups::{check_username, metadata},
};
use crate::{
    answer::Reply,
    call::{Call, Query},
    description::Access,
    directory::User,
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.get",
        method: Method::GET,
        path: "/v1/me",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.me.update",
        method: Method::PATCH,
        path: "/v1/me",
        access: Access::Browser,
        handler: update,
    },
    Route {
        operation: "_frontend.me.delete",
        method: Method::DELETE,
        path: "/v1/me",
        access: Access::Browser,
        handler: delete,
    },
    Route {
        operation: "_frontend.me.updateMetadata",
        method: Method::PATCH,
        path: "/v1/me/metadata",
        access: Access::Browser,
        handler: update_metadata,
    },
    Route {
        operation: "_frontend.me.changePassword",
        method: Method::POST,
        path: "/v1/me/change_password",
        access: Access::Browser,
        handler: change_password,
    },
    Route {
        operation: "_frontend.me.removePassword",
        method: Method::POST,
        path: "/v1/me/remove_password",
        access: Access::Browser,
        handler: remove_password,
    },
];

/// As large as metadata may be, as JSON.
const MOST_METADATA: usize = 8 * 1024;

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = signed_in(call)?;
    Ok(myself(call, &caller))
}

/// The answer with the user as they are now.
fn myself(call: &mut Call<'_>, caller: &Caller) -> Reply {
    let directory = &call.state.directory;
    let user = directory.user(&caller.user.id);
    let user = user.map(|user| objects::user_of(directory, user, call));
    answer(call, &caller.client, user.unwrap_or_default())
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    if let Some(first_name) = clearable(&form, "first_name") {
        user.first_name = first_name;
    }
    if let Some(last_name) = clearable(&form, "last_name") {
        user.last_name = last_name;
    }
    if let Some(name) = clearable(&form, "username") {
        change_username(call, name, &mut user)?;
    }
    if let Some(id) = text(&form, "primary_email_address_id") {
        let (name, what) = ("primary_email_address_id", "an email address of the user");
        let email = user.email_addresses.iter().find(|email| email.id == id);
        let email = email.ok_or_else(|| Refusal::form_resource_not_found(name, what))?;
        if !email.is_verified() {
            return Err(Refusal::form_verification_needed(name));
        }
        user.primary_email_address_id = Some(id.to_owned());
    }
    if let Some(members) = metadata(&form)? {
        user.unsafe_metadata = check_metadata(members)?;
    }
    store(call, user);
    Ok(myself(call, &caller))
}

fn change_username(call: &Call<'_>, name: Option<String>, user: &mut User) -> Result<(), Refusal> {
    let presence = call.state.directory.settings.username;
    match &name {
        Some(_) if !presence.is_on() => return Err(Refusal::form_param_unknown("username")),
        Some(name) => check_username(call, name, Some(&user.id))?,
        None if presence.is_required() => return Err(Refusal::form_param_missing("username")),
        None => {}
    }
    user.username = name;
    Ok(())
}

/// Of metadata, this is all that users may write themselves.
fn update_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    let changes = metadata(&form)?;
    let changes = changes.ok_or_else(|| Refusal::form_param_missing("unsafe_metadata"))?;
    merge(&mut user.unsafe_metadata, changes);
    user.unsafe_metadata = check_metadata(user.unsafe_metadata)?;
    store(call, user);
    Ok(myself(call, &caller))
}

/// `null` takes a member away, at any depth (RFC 7396).
fn merge(members: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (name, change) in changes {
        match (members.get_mut(&name), change) {
            (_, Value::Null) => drop(members.remove(&name)),
            (Some(Value::Object(known)), Value::Object(inner)) => merge(known, inner),
            (_, Value::Object(inner)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, inner);
                members.insert(name, fresh.into());
            }
            (_, change) => drop(members.insert(name, change)),
        }
    }
}

fn check_metadata(members: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let size = json!(members).to_string().len();
    match size > MOST_METADATA {
        true => Err(Refusal::form_param_exceeds_allowed_size(
            "unsafe_metadata",
            MOST_METADATA,
        )),
        false => Ok(members),
    }
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { client, user, .. } = signed_in(call)?;
    if !user.delete_self_enabled {
        let why = "The user may not delete themselves.";
        return Err(Refusal::forbidden("user_delete_self_not_enabled", why));
    }
    call.state.directory.remove_user(&user.id);
    let body = objects::deleted("user", &user.id);
    call.tell(EventType::UserDeleted, body.clone());
    Ok(answer(call, &client, body))
}

/// Whoever sits down at a browser that somebody has left knows no password: without the old one, a new
/// one is for those alone who have none.
fn change_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    let new = required(&form, "new_password")?;
    prove(&form, &user)?;
    passwords::check(new)?;
    user.set_password(new, &mut call.state.ids, call.now);
    let user_id = user.id.clone();
    store(call, user);
    if form.get("sign_out_of_other_sessions") == Some("true") {
        sign_out_elsewhere(call, &user_id, Some(&caller.session.id));
    }
    Ok(myself(call, &caller))
}

fn remove_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    if call.state.directory.settings.password.is_required() {
        return Err(Refusal::bad_request(
            "password_required",
            "Users of this instance have to have a password.",
        ));
    }
    prove(&form, &user)?;
    user.remove_password();
    store(call, user);
    Ok(myself(call, &caller))
}

fn prove(form: &Query, user: &User) -> Result<(), Refusal> {
    // Who has to choose another may not know the one there is.
    if user.password.is_none() || user.requires_password_reset {
        return Ok(());
    }
    match user.has_password(required(form, "current_password")?) {
        true => Ok(()),
        false => Err(errors::password_incorrect().param("current_password")),
    }
}
