//! What users have elsewhere: accounts, wallets, devices, and invitations that wait for them.

use serde_json::{Value, json};

use super::{called_for, not_found, store};
use crate::{
    answer::Reply,
    call::Call,
    directory::{ExternalAccount, IdentificationKind, Invitation, Key, User},
    operations::{
        deleted, identifications,
        invitations::check_status,
        listing::{page, page_with_total, passes},
    },
    refusal::Refusal,
};

pub(super) fn delete_wallet(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = called_for(call)?;
    let id = call.path.get("web3_wallet_identification_id").to_owned();
    identifications::remove(call, user, (IdentificationKind::Web3Wallet, &id))
}

pub(super) fn delete_external_account(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    let id = call.path.get("external_account_id").to_owned();
    disconnect(&mut user, &id)?;
    store(call, user);
    Ok(Reply::ok(deleted("external_account", &id, None)))
}

/// Takes an account away from a user.
pub(crate) fn disconnect(user: &mut User, id: &str) -> Result<(), Refusal> {
    let mut accounts = user.external_accounts.iter();
    let account = accounts.find(|account| account.id == id);
    let Some(link) = account.map(ExternalAccount::link) else {
        return Err(Refusal::resource_not_found("external account", id));
    };
    user.external_accounts.retain(|account| account.id != id);
    if !user.is_identified() {
        return Err(identifications::is_last());
    }
    // What came from it stays, and is the user's alone from now on.
    for email in &mut user.email_addresses {
        if email.linked_to.as_ref() == Some(&link) {
            email.linked_to = None;
        }
    }
    Ok(())
}

/// The tokens that the provider has given for the user.
pub(super) fn list_access_tokens(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "paginated"])?;
    let user = called_for(call)?;
    let provider = call.path.get("provider");
    let provider = provider.strip_prefix("oauth_").unwrap_or(provider);
    let strategy = format!("oauth_{provider}");
    let accounts = user.external_accounts.iter();
    let accounts: Vec<&ExternalAccount> = accounts
        .filter(|account| account.strategy() == strategy)
        .collect();
    let body = page(&call.query, &accounts, |account| account.token_json())?;
    Ok(Reply::ok(body))
}

/// Nobody registers a passkey with an emulator.
pub(super) fn delete_passkey(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    called_for(call)?;
    let id = call.path.get("passkey_identification_id");
    Err(Refusal::resource_not_found("passkey", id))
}

/// Nor a device.
pub(super) fn list_trusted_devices(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    called_for(call)?;
    Ok(Reply::ok(json!({ "data": [], "total_count": 0 })))
}

pub(super) fn revoke_trusted_device(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    called_for(call)?;
    let id = call.path.get("trusted_device_id");
    Err(Refusal::resource_not_found("trusted device", id))
}

/// The invitations of organizations to the addresses that are the user's.
pub(super) fn list_invitations(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset", "status"])?;
    check_status(call)?;
    let directory = &call.state.directory;
    let user = directory.user(call.path.get("user_id"));
    let user = user.ok_or_else(|| not_found(call))?;
    let emails = user
        .email_addresses
        .iter()
        .filter(|email| email.is_claimed());
    let invitations = emails.flat_map(|email| {
        let address = email.kind.normal(&email.address);
        let to_it: Vec<&Invitation> = directory
            .invitations
            .by(Key::EmailAddress, &address)
            .collect();
        to_it
    });
    let mut invitations: Vec<&Invitation> = invitations
        .filter(|invitation| invitation.organization.is_some())
        .filter(|invitation| passes(query, "status", Some(invitation.status(call.now).as_str())))
        .collect();
    invitations.sort_by_key(|invitation| std::cmp::Reverse(invitation.created_at));
    let write = |invitation: &&Invitation| {
        let mut body = invitation.to_json(directory, call.now);
        let place = invitation.organization.as_ref();
        let organization = place.and_then(|place| directory.organization(&place.organization_id));
        if let Some(organization) = organization {
            let organization = organization.to_json();
            let members = ["id", "name", "slug", "image_url", "has_image"];
            let data = members.map(|name| (name.to_owned(), organization[name].clone()));
            body["public_organization_data"] = Value::Object(data.into_iter().collect());
        }
        body
    };
    Ok(Reply::ok(page_with_total(query, &invitations, write)?))
}
