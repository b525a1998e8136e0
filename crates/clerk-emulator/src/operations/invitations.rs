use clerk_core::UnixTime;
use serde_json::Value;

use super::{
    deleted,
    listing::{Order, Rank, mentions, page, passes, sort},
    metadata::{self, Change},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, IdentificationKind, Invitation, InvitationStatus},
    ids::Ids,
    refusal::Refusal,
    route::Handled,
    state::Settings,
};

/// How many invitations one request makes.
pub(super) const BULK: usize = 10;

pub(super) const HANDLERS: &[Handled] = &[
    ("ListInvitations", list),
    ("CreateInvitation", create),
    ("CreateBulkInvitations", create_all),
    ("RevokeInvitation", revoke),
    ("DeleteInvitation", delete),
];

/// The orders of lists of invitations.
pub(super) const ORDERS: [Order<'static, Invitation>; 3] = [
    ("created_at", &|invitation| {
        Rank::from(Some(invitation.created_at))
    }),
    ("email_address", &|invitation| {
        Rank::from(Some(invitation.email_address.as_str()))
    }),
    ("expires_at", &|invitation| {
        Rank::from(Some(invitation.expires_at))
    }),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let input = call.input()?;
    let invitation = invite(call, input)?;
    Ok(Reply::ok(invitation))
}

/// All of them, or none.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let inputs = call.inputs(BULK)?;
    Ok(Reply::ok(all_or_none(call, inputs, invite)?.into()))
}

/// Makes an invitation of each input. Where one is refused, those made before are taken back.
pub(super) fn all_or_none(
    call: &mut Call<'_>,
    inputs: Vec<Input>,
    mut invite: impl FnMut(&mut Call<'_>, Input) -> Result<Value, Refusal>,
) -> Result<Vec<Value>, Refusal> {
    let mut made = Vec::with_capacity(inputs.len());
    for input in inputs {
        match invite(call, input) {
            Ok(invitation) => made.push(invitation),
            Err(refusal) => {
                let ids = made
                    .iter()
                    .filter_map(|invitation| invitation["id"].as_str());
                for id in ids {
                    call.state.directory.invitations.remove(id);
                }
                return Err(refusal);
            }
        }
    }
    Ok(made)
}

fn invite(call: &mut Call<'_>, mut input: Input) -> Result<Value, Refusal> {
    let id = call.state.ids.object("inv_");
    let mut invitation = read(
        &mut input,
        call.settings,
        &mut call.state.ids,
        (id, call.now),
    )?;
    metadata::change(
        &mut input,
        Change::Replace,
        &mut [("public_metadata", &mut invitation.public_metadata)],
    )?;
    let ignore_existing = input.flag("ignore_existing")?.unwrap_or(false);
    input.ignore("template_slug");
    input.finish()?;
    if !ignore_existing {
        refuse_existing(&call.state.directory, &invitation, call.now)?;
    }
    let directory = &mut call.state.directory;
    let body = invitation.to_json(directory, call.now);
    directory.invitations.put(invitation);
    Ok(body)
}

/// Refuses to invite users, and those who are invited already.
pub(crate) fn refuse_existing(
    directory: &Directory,
    invitation: &Invitation,
    now: UnixTime,
) -> Result<(), Refusal> {
    let address = &invitation.email_address;
    if directory.user_with_email(address).is_some() {
        return Err(Refusal::form_identifier_exists("email_address"));
    }
    if directory.is_invited(address, None, now) {
        return Err(Refusal::bad_request(
            "duplicate_record",
            "An invitation to this email address is pending already.",
        ));
    }
    Ok(())
}

/// Where the mail would lead that an invitation comes by.
pub(super) fn url(settings: &Settings, ids: &mut Ids) -> String {
    url_with(&settings.origin, &ids.hex(32))
}

/// The same with this ticket, of the instance at `origin`.
pub(crate) fn url_with(origin: &str, ticket: &str) -> String {
    format!("{origin}/v1/tickets/accept?ticket={ticket}")
}

/// Refuses addresses that nobody can be invited at.
pub(crate) fn check_address(address: &str) -> Result<(), Refusal> {
    let kind = IdentificationKind::EmailAddress;
    match kind.is_valid(address) {
        true => Ok(()),
        false => {
            let name = kind.as_str();
            Err(Refusal::form_param_format_invalid(name, kind.expected()))
        }
    }
}

/// What all invitations have in common. Nobody is written to, so `notify` changes nothing.
pub(super) fn read(
    input: &mut Input,
    settings: &Settings,
    ids: &mut Ids,
    (id, now): (String, UnixTime),
) -> Result<Invitation, Refusal> {
    let address = input.required_text("email_address")?;
    check_address(&address)?;
    let days = input.number("expires_in_days", 1..=365)?.unwrap_or(30);
    input.flag("notify")?;
    let redirect_url = input.text("redirect_url")?;
    let mut invitation = Invitation::new(id, address, url(settings, ids), days, now);
    invitation.redirect_url = redirect_url;
    Ok(invitation)
}

/// The invitation to the instance that the path names.
fn called_for(call: &Call<'_>) -> Result<Invitation, Refusal> {
    let id = call.path.get("invitation_id");
    let invitation = call.state.directory.invitations.get(id);
    invitation
        .filter(|invitation| invitation.organization.is_none())
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("invitation", id))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let invitation = called_for(call)?;
    call.state.directory.invitations.remove(&invitation.id);
    Ok(Reply::ok(deleted("invitation", &invitation.id, None)))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut invitation = called_for(call)?;
    match invitation.status(call.now) {
        InvitationStatus::Pending | InvitationStatus::Expired => {}
        InvitationStatus::Accepted => {
            let why = "The invitation was accepted: whoever was invited is a user.";
            return Err(Refusal::bad_request("invitation_already_accepted", why));
        }
        InvitationStatus::Revoked => {
            let why = "The invitation was revoked before.";
            return Err(Refusal::bad_request("invitation_already_revoked", why));
        }
    }
    let directory = &mut call.state.directory;
    invitation.revoked_at = Some(call.now);
    let body = invitation.to_json(directory, call.now);
    directory.invitations.put(invitation);
    Ok(Reply::ok(body))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&[
        "status",
        "query",
        "order_by",
        "paginated",
        "limit",
        "offset",
    ])?;
    check_status(call)?;
    let directory = &call.state.directory;
    let mut invitations: Vec<&Invitation> = directory
        .invitations_to(None)
        .filter(|invitation| {
            let status = invitation.status(call.now);
            // Revoked ones are there only where they are asked for.
            let shown = status != InvitationStatus::Revoked || query.get("status").is_some();
            let texts = [&*invitation.email_address, &*invitation.id];
            shown
                && passes(query, "status", Some(status.as_str()))
                && mentions(query, "query", texts)
        })
        .collect();
    sort(query, &mut invitations, &ORDERS)?;
    let write = |invitation: &&Invitation| invitation.to_json(directory, call.now);
    Ok(Reply::ok(page(query, &invitations, write)?))
}

pub(super) fn check_status(call: &Call<'_>) -> Result<(), Refusal> {
    let known = ["pending", "accepted", "revoked", "expired"];
    match call
        .query
        .all("status")
        .all(|status| known.contains(&status))
    {
        true => Ok(()),
        false => {
            let expected = "pending, accepted, revoked or expired";
            Err(Refusal::form_param_value_invalid("status", expected))
        }
    }
}
