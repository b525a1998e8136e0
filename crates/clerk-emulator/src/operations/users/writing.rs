//! What users are made of, and what changes them.

use clerk_core::UnixTime;

use super::{change_metadata, credentials, pictures, revoke_sessions, second_factors, store};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Claim, Directory, Identification, IdentificationKind, Key, User},
    operations::{identifications, metadata::Change},
    refusal::Refusal,
    rfc3339,
    webhooks::EventType,
};

pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let id = call.state.ids.object("user_");
    let mut user = User::new(id, &call.state.directory.images, call.now);
    for kind in IdentificationKind::ALL {
        take_identifications(&mut input, &mut user, (call, kind))?;
    }
    take_names(&mut input, &mut user)?;
    refuse_duplicates(&call.state.directory, &user)?;
    change_metadata(&mut input, &mut user, Change::Replace)?;
    user.banned = input.flag("banned")?.unwrap_or(false);
    user.locked = input.flag("locked")?.unwrap_or(false);
    take_common(&mut input, &mut user, call)?;
    // The instance asks for no password, no legal consent and no kind of identification in particular.
    input.flag("skip_password_requirement")?;
    let may_be_nobody = input.flag("skip_user_requirement")?.unwrap_or(false);
    input.finish()?;
    if !user.is_identified() && !may_be_nobody {
        return Err(Refusal::form_data_missing());
    }
    user.note_second_factors(call.now);
    let (body, told) = (user.to_json(), user.to_webhook_json());
    call.state.directory.users.put(user);
    call.tell(EventType::UserCreated, told);
    Ok(Reply::ok(body))
}

/// The addresses of a kind, the first of which is the primary one.
fn take_identifications(
    input: &mut Input,
    user: &mut User,
    (call, kind): (&mut Call<'_>, IdentificationKind),
) -> Result<(), Refusal> {
    let name = kind.as_str();
    let addresses = input.texts(name)?;
    let standing = format!("{name}_identification_status");
    let standings = match kind {
        IdentificationKind::Web3Wallet => Vec::new(),
        IdentificationKind::EmailAddress | IdentificationKind::PhoneNumber => {
            input.texts(&standing)?
        }
    };
    if !standings.is_empty() && standings.len() != addresses.len() {
        return Err(Refusal::form_param_array_length_mismatch(&standing, name));
    }
    for (index, address) in addresses.into_iter().enumerate() {
        identifications::check(&call.state.directory, user, (kind, &address))?;
        let id = call.state.ids.object("idn_");
        let mut made = Identification::verified(kind, id, address, call.now);
        match standings.get(index).map(String::as_str) {
            None | Some("verified") => {}
            Some("reserved") => made.claim = Claim::Reserved,
            Some(_) => {
                let expected = "a list of verified and reserved";
                return Err(Refusal::form_param_value_invalid(&standing, expected));
            }
        }
        user.identifications_mut(kind).push(made);
    }
    Ok(())
}

/// Those that are blank are none: otherwise nobody else could be without one.
fn take_names(input: &mut Input, user: &mut User) -> Result<(), Refusal> {
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
    Ok(())
}

/// Refuses usernames and ids that others have.
pub(crate) fn refuse_duplicates(directory: &Directory, new: &User) -> Result<(), Refusal> {
    for (key, name, value) in [
        (Key::Username, "username", &new.username),
        (Key::ExternalId, "external_id", &new.external_id),
    ] {
        let mut others = value
            .iter()
            .flat_map(|value| directory.users.by(key, value));
        if others.any(|other| other.id != new.id) {
            return Err(Refusal::form_identifier_exists(name));
        }
    }
    Ok(())
}

/// What a user is created with, and changed by.
fn take_common(input: &mut Input, user: &mut User, call: &mut Call<'_>) -> Result<(), Refusal> {
    for (name, field) in [
        ("delete_self_enabled", &mut user.delete_self_enabled),
        (
            "create_organization_enabled",
            &mut user.create_organization_enabled,
        ),
        ("bypass_client_trust", &mut user.bypass_client_trust),
    ] {
        if let Some(flag) = input.flag(name)? {
            *field = flag;
        }
    }
    if let Some(limit) = input.integer("create_organizations_limit")? {
        user.create_organizations_limit = Some(limit);
    }
    if let Some(created_at) = time(input, "created_at")? {
        user.created_at = created_at;
    }
    if let Some(accepted_at) = time(input, "legal_accepted_at")? {
        user.legal_accepted_at = Some(accepted_at);
    }
    input.flag("skip_legal_checks")?;
    credentials::take(input, user, call)?;
    second_factors::take(input, user)
}

fn time(input: &mut Input, name: &str) -> Result<Option<UnixTime>, Refusal> {
    let Some(text) = input.text(name)? else {
        return Ok(None);
    };
    let expected = "a time as RFC 3339 writes it, such as 2012-10-20T07:15:20.902Z";
    let time = rfc3339::parse(&text);
    time.map(Some)
        .ok_or_else(|| Refusal::form_param_format_invalid(name, expected))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut user = super::called_for(call)?;
    let was_identified = user.is_identified();
    take_names(&mut input, &mut user)?;
    for kind in IdentificationKind::ALL {
        let name = format!("primary_{}_id", kind.as_str());
        if let Some(id) = input.text(&name)? {
            identifications::choose(&mut user, (kind, &name), id)?;
        }
    }
    // Newer versions have the operations on metadata for this, and refuse it here.
    if call.is_older_than("2026-05-12") {
        change_metadata(&mut input, &mut user, Change::Replace)?;
    }
    take_common(&mut input, &mut user, call)?;
    let picture = input.text("profile_image_id")?;
    let sign_out = input.flag("sign_out_of_other_sessions")?.unwrap_or(false);
    input.flag("notify_primary_email_address_changed")?;
    input.finish()?;
    refuse_duplicates(&call.state.directory, &user)?;
    if was_identified && !user.is_identified() {
        return Err(Refusal::form_data_missing());
    }
    if let Some(id) = picture {
        pictures::choose(call, &mut user, id)?;
    }
    let user_id = user.id.clone();
    let reply = store(call, user);
    if sign_out {
        revoke_sessions(call, &user_id);
    }
    Ok(reply)
}
