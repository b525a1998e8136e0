//! What browsers get to see: never private metadata, and of others only what members may know.

use serde_json::{Value, json};

use super::{attempts, origin};
use crate::{
    call::Call,
    claims::Issuer,
    directory::{Directory, Invitation, Membership, Organization, Session, User},
    draft::Draft,
    mint::{Form, session_token},
};

/// All that a browser has: sessions with their users and a token each, and what it has begun. `null`
/// where it has nothing.
pub(super) fn client(call: &mut Call<'_>, id: &str) -> Value {
    let now = call.now;
    let directory = &call.state.directory;
    let sessions: Vec<Session> = directory.sessions_on(id, now).cloned().collect();
    let sign_in = directory.sign_in_of(id).cloned();
    let sign_up = directory.sign_up_of(id).cloned();
    // What is complete is no attempt any more.
    let sign_in = sign_in.filter(|sign_in| sign_in.session_id.is_none());
    let sign_up = sign_up.filter(|sign_up| sign_up.session_id.is_none());
    let known = directory.clients.get(id);
    let last_active = known.and_then(|client| directory.active_session(client, now));
    let last_active = last_active.map(|session| session.id.clone());
    let last_active = last_active.or_else(|| Some(sessions.last()?.id.clone()));
    if sessions.is_empty() && sign_in.is_none() && sign_up.is_none() {
        return Value::Null;
    }
    let began = sessions.first().map_or(now, |session| session.created_at);
    let sessions: Vec<Value> = sessions.iter().map(|item| session(call, item)).collect();
    json!({
        "object": "client",
        "id": id,
        "sessions": sessions,
        "sign_in": sign_in.map(|sign_in| attempts::sign_in(call, &sign_in)),
        "sign_up": sign_up.map(|sign_up| attempts::sign_up(call, &sign_up)),
        "last_active_session_id": last_active,
        "last_authentication_strategy": null,
        "captcha_bypass": false,
        "cookie_expires_at": null,
        "created_at": began.as_millis(),
        // The script keeps it as the cookie `__client_uat`, which servers hold against tokens.
        "updated_at": call.state.clock.now_in_tokens().as_millis(),
    })
}

/// A session with its user and a new token.
pub(super) fn session(call: &mut Call<'_>, session: &Session) -> Value {
    let token = token(call, session, &Form::Session(call.settings.token_version));
    let mut object = session_without_user(session, call);
    let key = call.state.keys.current();
    let token = token.map(|draft| json!({ "object": "token", "jwt": draft.sign(key) }));
    object["last_active_token"] = token.unwrap_or_default();
    let user = call.state.directory.user(&session.user_id);
    object["user"] = user.map_or(Value::Null, |found| {
        user_of(&call.state.directory, found, call)
    });
    object
}

/// What all of a session's objects have.
pub(super) fn session_without_user(session: &Session, call: &Call<'_>) -> Value {
    let directory = &call.state.directory;
    let mut object = directory.session_json(session, call.now);
    if let Some(members) = object.as_object_mut() {
        members.remove("client_id");
        members.remove("user_id");
    }
    object["last_active_organization_id"] = json!(session.organization_id);
    object["factor_verification_age"] = json!(session.factor_ages(call.now));
    let tasks = directory.tasks(session).into_iter();
    let tasks: Vec<Value> = tasks.map(|task| json!({ "key": task.as_str() })).collect();
    object["tasks"] = match tasks.is_empty() {
        true => Value::Null,
        false => tasks.into(),
    };
    let user = call.state.directory.user(&session.user_id);
    object["public_user_data"] = json!(user.map(public_user_data));
    object["user"] = Value::Null;
    object
}

/// A token of a session for the page that asks, if there still is whom it speaks of. It is not yet signed.
pub(super) fn token(call: &mut Call<'_>, session: &Session, form: &Form) -> Option<Draft> {
    let user = call.state.directory.user(&session.user_id)?.clone();
    let party = origin::of(call).or_else(|| call.settings.authorized_party.clone());
    let issuer = Issuer {
        url: &call.settings.issuer,
        authorized_party: party.as_deref(),
    };
    let holder = (&user, session);
    Some(session_token(
        form,
        issuer,
        call.state,
        holder,
        (call.now, None),
    ))
}

/// A user, to the user.
pub(super) fn user_of(directory: &Directory, user: &User, call: &Call<'_>) -> Value {
    let mut object = user.to_json();
    let memberships: Vec<Value> = directory
        .memberships_of(&user.id)
        .map(|item| membership(directory, item, call))
        .collect();
    if let Some(members) = object.as_object_mut() {
        members.remove("private_metadata");
        members.remove("last_active_at");
        members.insert("organization_memberships".into(), json!(memberships));
        if let Some(Value::Array(accounts)) = members.get_mut("external_accounts") {
            accounts.extend(directory.refused_accounts(&user.id, call.now));
        }
        members.insert("profile_image_id".into(), json!(""));
        members.insert("timezone".into(), Value::Null);
    }
    object
}

pub(super) fn public_user_data(user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": user.image_url,
        "has_image": user.picture_id.is_some(),
        "identifier": user.identifier(),
        "username": user.username,
    })
}

/// A membership, to members of the organization.
pub(super) fn membership(directory: &Directory, item: &Membership, call: &Call<'_>) -> Value {
    let mut object = item.to_json(directory);
    let found = directory.organization(&item.organization_id);
    object["organization"] = json!(found.map(|found| organization(directory, found, call)));
    let user = directory.user(&item.user_id);
    object["public_user_data"] = json!(user.map(public_user_data));
    without_private_metadata(object)
}

/// An organization, to its members.
pub(super) fn organization(directory: &Directory, item: &Organization, call: &Call<'_>) -> Value {
    let mut object = item.to_json();
    let pending = directory.invitations_to(Some(&item.id));
    let pending = pending.filter(|invitation| invitation.is_pending(call.now));
    object["members_count"] = json!(directory.members(&item.id).count());
    object["pending_invitations_count"] = json!(pending.count());
    without_private_metadata(object)
}

/// What somebody may know of an organization who is no member.
pub(super) fn public_organization_data(item: &Organization) -> Value {
    json!({
        "id": item.id,
        "name": item.name,
        "slug": item.slug,
        "image_url": item.image_url,
        "has_image": item.picture_id.is_some(),
    })
}

/// An invitation, to whoever manages members.
pub(super) fn invitation(directory: &Directory, item: &Invitation, call: &Call<'_>) -> Value {
    let mut object = without_private_metadata(item.to_json(directory, call.now));
    if let Some(members) = object.as_object_mut() {
        // It has the ticket, which is for the one who was invited alone.
        members.remove("url");
    }
    object
}

fn without_private_metadata(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove("private_metadata");
    }
    object
}

pub(super) fn deleted(object: &str, id: &str) -> Value {
    json!({ "object": object, "id": id, "deleted": true })
}
