mod accounts;
mod credentials;
mod listing;
mod pictures;
mod second_factors;
mod standing;
mod writing;

pub(crate) use accounts::disconnect;
pub(crate) use credentials::{Credentials, give as give_credentials};
pub(super) use listing::{is_mentioned, is_named, primary};
pub(crate) use second_factors::give_app;
pub(crate) use writing::refuse_duplicates;

use super::{
    deleted,
    metadata::{self, Change},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::User,
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetUserList", listing::list),
    ("CreateUser", writing::create),
    ("GetUsersCount", listing::count),
    ("UsersBan", standing::ban_all),
    ("UsersUnban", standing::unban_all),
    ("GetUser", get),
    ("DeleteUser", delete),
    ("UpdateUser", writing::update),
    ("UpdateUserMetadata", merge_metadata),
    ("ReplaceUserMetadata", replace_metadata),
    ("BanUser", standing::ban),
    ("UnbanUser", standing::unban),
    ("LockUser", standing::lock),
    ("UnlockUser", standing::unlock),
    ("VerifyPassword", credentials::verify_password),
    ("RemoveUserPassword", credentials::remove_password),
    ("SetUserPasswordCompromised", credentials::set_compromised),
    (
        "UnsetUserPasswordCompromised",
        credentials::unset_compromised,
    ),
    ("VerifyTOTP", second_factors::verify),
    ("DisableMFA", second_factors::disable),
    ("DeleteTOTP", second_factors::delete_app),
    ("DeleteBackupCode", second_factors::delete_backup_codes),
    ("SetUserProfileImage", pictures::set),
    ("DeleteUserProfileImage", pictures::delete),
    ("UserWeb3WalletDelete", accounts::delete_wallet),
    ("DeleteExternalAccount", accounts::delete_external_account),
    ("GetOAuthAccessToken", accounts::list_access_tokens),
    ("UserPasskeyDelete", accounts::delete_passkey),
    ("ListUserTrustedDevices", accounts::list_trusted_devices),
    ("RevokeUserTrustedDevice", accounts::revoke_trusted_device),
    (
        "UsersGetOrganizationInvitations",
        accounts::list_invitations,
    ),
];

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
pub(super) fn store(call: &mut Call<'_>, mut user: User) -> Reply {
    user.updated_at = call.now;
    user.note_second_factors(call.now);
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
