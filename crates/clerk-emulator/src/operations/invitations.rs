use clerk_core::UnixTime;
use http::Method;
use serde_json::Value;

use super::{
    listing::{mentions, page, passes, sort},
    metadata::{self, Change},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{EmailAddress, Invitation, InvitationStatus},
    ids::Ids,
    refusal::Refusal,
    routing::{Access, Route},
    state::Settings,
};

/// How many invitations one request makes.
pub(super) const BULK: usize = 10;

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "ListInvitations",
        method: Method::GET,
        path: "/v1/invitations",
        access: Access::SecretKey,
        handler: list,
    },
    Route {
        operation: "CreateInvitation",
        method: Method::POST,
        path: "/v1/invitations",
        access: Access::SecretKey,
        handler: create,
    },
    Route {
        operation: "CreateBulkInvitations",
        method: Method::POST,
        path: "/v1/invitations/bulk",
        access: Access::SecretKey,
        handler: create_all,
    },
    Route {
        operation: "RevokeInvitation",
        method: Method::POST,
        path: "/v1/invitations/{invitation_id}/revoke",
        access: Access::SecretKey,
        handler: revoke,
    },
];

/// The orders of lists of invitations, and where in an invitation each looks.
pub(super) const ORDERS: [(&str, &str); 3] = [
    ("created_at", "/created_at"),
    ("email_address", "/email_address"),
    ("expires_at", "/expires_at"),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let input = call.input()?;
    let invitation = invite(call, input)?;
    Ok(Reply::ok(invitation))
}

/// All of them, or none.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let inputs = call.inputs(BULK)?;
    let before = call.state.directory.invitations.len();
    let invitations: Result<Vec<Value>, Refusal> = inputs
        .into_iter()
        .map(|input| invite(call, input))
        .collect();
    if invitations.is_err() {
        call.state.directory.invitations.truncate(before);
    }
    Ok(Reply::ok(invitations?.into()))
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
    let directory = &mut call.state.directory;
    let address = &invitation.email_address;
    if !ignore_existing {
        if directory.users.iter().any(|user| user.has_email(address)) {
            return Err(Refusal::form_identifier_exists("email_address"));
        }
        if directory.is_invited(address, None, call.now) {
            return Err(Refusal::bad_request(
                "duplicate_record",
                "An invitation to this email address is pending already.",
            ));
        }
    }
    let body = invitation.to_json(directory, call.now);
    directory.invitations.push(invitation);
    Ok(body)
}

/// What all invitations have in common. Nobody is written to, so `notify` changes nothing.
pub(super) fn read(
    input: &mut Input,
    settings: &Settings,
    ids: &mut Ids,
    (id, now): (String, UnixTime),
) -> Result<Invitation, Refusal> {
    let address = input.required_text("email_address")?;
    if !EmailAddress::is_valid(&address) {
        let expected = "a valid email address";
        return Err(Refusal::form_param_format_invalid(
            "email_address",
            expected,
        ));
    }
    let days = input.number("expires_in_days", 1..=365)?.unwrap_or(30);
    input.flag("notify")?;
    input.text("redirect_url")?;
    let url = format!(
        "{}/v1/tickets/accept?ticket={}",
        settings.origin,
        ids.hex(32)
    );
    Ok(Invitation::new(id, address, url, days, now))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("invitation_id");
    let directory = &mut call.state.directory;
    let mut invitations = directory.invitations.iter_mut();
    let invitation = invitations
        .find(|invitation| invitation.id == id && invitation.organization.is_none())
        .ok_or_else(|| Refusal::resource_not_found("invitation", id))?;
    if invitation.status(call.now) == InvitationStatus::Revoked {
        return Err(Refusal::bad_request(
            "invitation_already_revoked",
            "The invitation was revoked before.",
        ));
    }
    invitation.revoked_at = Some(call.now);
    let invitation = invitation.clone();
    Ok(Reply::ok(invitation.to_json(directory, call.now)))
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
    let mut invitations: Vec<Value> = directory
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
        .map(|invitation| invitation.to_json(directory, call.now))
        .collect();
    sort(query, &mut invitations, &ORDERS)?;
    Ok(Reply::ok(page(query, &invitations)?))
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
