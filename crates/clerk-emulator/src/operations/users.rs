mod listing;
mod standing;

use super::{
    deleted,
    metadata::{self, Change},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, EmailAddress, Key, User},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetUserList", listing::list),
    ("CreateUser", create),
    ("GetUsersCount", listing::count),
    ("UsersBan", standing::ban_all),
    ("UsersUnban", standing::unban_all),
    ("GetUser", get),
    ("DeleteUser", delete),
    ("UpdateUser", update),
    ("UpdateUserMetadata", merge_metadata),
    ("ReplaceUserMetadata", replace_metadata),
    ("BanUser", standing::ban),
    ("UnbanUser", standing::unban),
    ("LockUser", standing::lock),
    ("UnlockUser", standing::unlock),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let directory = &mut call.state.directory;
    let id = call.state.ids.object("user_");
    let mut user = User::new(id, &directory.images, call.now);
    for address in input.texts("email_address")? {
        if !EmailAddress::is_valid(&address) {
            let expected = "a valid email address";
            return Err(Refusal::form_param_format_invalid(
                "email_address",
                expected,
            ));
        }
        if user.has_email(&address) || directory.user_with_email(&address).is_some() {
            return Err(Refusal::form_identifier_exists("email_address"));
        }
        let id = call.state.ids.object("idn_");
        user.email_addresses.push(EmailAddress { id, address });
    }
    user.username = input.text("username")?;
    user.external_id = input.text("external_id")?;
    refuse_duplicates(directory, &user)?;
    user.first_name = input.text("first_name")?;
    user.last_name = input.text("last_name")?;
    user.locale = input.text("locale")?;
    change_metadata(&mut input, &mut user, Change::Replace)?;
    user.banned = input.flag("banned")?.unwrap_or(false);
    user.locked = input.flag("locked")?.unwrap_or(false);
    user.delete_self_enabled = input.flag("delete_self_enabled")?.unwrap_or(true);
    user.create_organization_enabled = input.flag("create_organization_enabled")?.unwrap_or(true);
    user.create_organizations_limit = input.integer("create_organizations_limit")?;
    user.password_set_at = has_password(&mut input)?.then_some(call.now);
    for rule in [
        "skip_password_requirement",
        "skip_legal_checks",
        "skip_user_requirement",
    ] {
        input.ignore(rule);
    }
    input.finish()?;
    if user.email_addresses.is_empty() && user.username.is_none() {
        return Err(Refusal::form_data_missing());
    }
    let (body, told) = (user.to_json(), user.to_webhook_json());
    directory.users.put(user);
    call.tell(EventType::UserCreated, told);
    Ok(Reply::ok(body))
}

fn refuse_duplicates(directory: &Directory, new: &User) -> Result<(), Refusal> {
    for (key, name, value) in [
        (Key::Username, "username", &new.username),
        (Key::ExternalId, "external_id", &new.external_id),
    ] {
        let mut others = directory
            .users
            .by(key, value.as_deref().unwrap_or_default());
        if others.any(|other| other.id != new.id) {
            return Err(Refusal::form_identifier_exists(name));
        }
    }
    Ok(())
}

/// Whether a password comes with the request.
fn has_password(input: &mut Input) -> Result<bool, Refusal> {
    let skip_checks = input.flag("skip_password_checks")?.unwrap_or(false);
    match input.text("password")? {
        None => Ok(false),
        Some(password) if password.chars().count() < 8 && !skip_checks => {
            Err(Refusal::form_password_length_too_short())
        }
        Some(_) => Ok(true),
    }
}

fn change_metadata(input: &mut Input, user: &mut User, change: Change) -> Result<(), Refusal> {
    metadata::change(
        input,
        change,
        &mut [
            ("public_metadata", &mut user.public_metadata),
            ("private_metadata", &mut user.private_metadata),
            ("unsafe_metadata", &mut user.unsafe_metadata),
        ],
    )
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut user = called_for(call)?;
    for (name, field) in [
        ("external_id", &mut user.external_id),
        ("username", &mut user.username),
        ("first_name", &mut user.first_name),
        ("last_name", &mut user.last_name),
        ("locale", &mut user.locale),
    ] {
        if let Some(text) = input.clearable_text(name)? {
            *field = text;
        }
    }
    if let Some(id) = input.text("primary_email_address_id")? {
        if !user.email_addresses.iter().any(|email| email.id == id) {
            let (name, what) = ("primary_email_address_id", "an email address of the user");
            return Err(Refusal::form_resource_not_found(name, what));
        }
        user.primary_email_address_id = Some(id);
    }
    for (name, field) in [
        ("delete_self_enabled", &mut user.delete_self_enabled),
        (
            "create_organization_enabled",
            &mut user.create_organization_enabled,
        ),
    ] {
        if let Some(flag) = input.flag(name)? {
            *field = flag;
        }
    }
    if let Some(limit) = input.integer("create_organizations_limit")? {
        user.create_organizations_limit = Some(limit);
    }
    // Newer versions have the operations on metadata for this, and refuse it here.
    if call.is_older_than("2026-05-12") {
        change_metadata(&mut input, &mut user, Change::Replace)?;
    }
    if has_password(&mut input)? {
        user.password_set_at = Some(call.now);
    }
    let sign_out = input.flag("sign_out_of_other_sessions")?.unwrap_or(false);
    input.ignore("skip_legal_checks");
    input.ignore("notify_primary_email_address_changed");
    input.finish()?;
    refuse_duplicates(&call.state.directory, &user)?;
    if user.email_addresses.is_empty() && user.username.is_none() {
        return Err(Refusal::form_data_missing());
    }
    let user_id = user.id.clone();
    let reply = store(call, user);
    if sign_out {
        revoke_sessions(call, &user_id);
    }
    Ok(reply)
}

/// Revokes the sessions of a user.
fn revoke_sessions(call: &mut Call<'_>, user_id: &str) {
    for session in call.state.directory.revoke_sessions(user_id, call.now) {
        call.tell_of_session(EventType::SessionRevoked, &session);
    }
}

fn merge_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    update_metadata(call, Change::Merge)
}

fn replace_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    update_metadata(call, Change::Replace)
}

fn update_metadata(call: &mut Call<'_>, change: Change) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut user = called_for(call)?;
    change_metadata(&mut input, &mut user, change)?;
    input.finish()?;
    Ok(store(call, user))
}

/// Puts a changed user back.
fn store(call: &mut Call<'_>, mut user: User) -> Reply {
    user.updated_at = call.now;
    let (body, told) = (user.to_json(), user.to_webhook_json());
    call.state.directory.users.put(user);
    call.tell(EventType::UserUpdated, told);
    Reply::ok(body)
}

fn called_for(call: &Call<'_>) -> Result<User, Refusal> {
    let user = call.state.directory.user(call.path.get("user_id"));
    user.cloned().ok_or_else(|| not_found(call))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = call.state.directory.user(call.path.get("user_id"));
    let user = user.ok_or_else(|| not_found(call))?;
    Ok(Reply::ok(user.to_json()))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = call.state.directory.remove_user(call.path.get("user_id"));
    let user = user.ok_or_else(|| not_found(call))?;
    let external_id = user.external_id.as_deref();
    let body = deleted("user", &user.id, external_id);
    call.tell(EventType::UserDeleted, body.clone());
    Ok(Reply::ok(body))
}

fn not_found(call: &Call<'_>) -> Refusal {
    Refusal::resource_not_found("user", call.path.get("user_id"))
}
