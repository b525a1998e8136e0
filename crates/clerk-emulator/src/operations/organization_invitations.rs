use clerk_core::UnixTime;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    invitations::{self, BULK, ORDERS, check_status},
    listing::{mentions, page_with_total, passes, sort},
    memberships::check_role_in,
    metadata::{self, Change},
    organizations,
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Invitation, InvitationStatus, Organization, Place},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOrganizationInvitations", list),
    ("CreateOrganizationInvitation", create),
    ("CreateOrganizationInvitationBulk", create_all),
    ("ListPendingOrganizationInvitations", list_pending),
    ("GetOrganizationInvitation", get),
    ("RevokeOrganizationInvitation", revoke),
    ("ListInstanceOrganizationInvitations", list_of_instance),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let organization = organizations::called_for(call)?.clone();
    let input = call.input()?;
    Ok(Reply::ok(invite(call, &organization, input)?))
}

/// All of them, or none.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let organization = organizations::called_for(call)?.clone();
    let inputs = call.inputs(BULK)?;
    let invitations = invitations::all_or_none(call, inputs, |call, input| {
        invite(call, &organization, input)
    })?;
    let total_count = invitations.len();
    Ok(Reply::ok(
        json!({ "data": invitations, "total_count": total_count }),
    ))
}

fn invite(
    call: &mut Call<'_>,
    organization: &Organization,
    mut input: Input,
) -> Result<Value, Refusal> {
    let id = call.state.ids.object("orginv_");
    let ids = &mut call.state.ids;
    let mut invitation = invitations::read(&mut input, call.settings, ids, (id, call.now))?;
    let place = Place {
        organization_id: organization.id.clone(),
        role: input.required_text("role")?,
        inviter_id: input.text("inviter_user_id")?,
    };
    metadata::change(
        &mut input,
        Change::Replace,
        &mut [
            ("public_metadata", &mut invitation.public_metadata),
            ("private_metadata", &mut invitation.private_metadata),
        ],
    )?;
    input.finish()?;
    invitation.organization = Some(place);
    let directory = &mut call.state.directory;
    check(directory, (organization, &invitation), call.now)?;
    let body = invitation.to_json(directory, call.now);
    directory.invitations.put(invitation);
    call.tell(EventType::OrganizationInvitationCreated, body.clone());
    Ok(body)
}

/// Refuses roles that there are not, inviters who may not invite, and those who are members or invited already.
pub(crate) fn check(
    directory: &Directory,
    (organization, invitation): (&Organization, &Invitation),
    now: UnixTime,
) -> Result<(), Refusal> {
    let Some(place) = &invitation.organization else {
        return Ok(());
    };
    check_role_in(directory, organization, &place.role)?;
    if let Some(user_id) = &place.inviter_id {
        check_manager(directory, &organization.id, user_id)?;
    }
    let address = &invitation.email_address;
    let is_member = directory
        .user_called(address)
        .is_some_and(|user| directory.is_member(&user.id, &organization.id));
    if is_member {
        return Err(Refusal::bad_request(
            "already_a_member_in_organization",
            "The email address is that of a member of the organization.",
        ));
    }
    if directory.is_invited(address, Some(&organization.id), now) {
        return Err(Refusal::bad_request(
            "organization_invitation_not_unique",
            "An invitation of this email address to the organization is pending already.",
        ));
    }
    Ok(())
}

/// Who invites, or takes an invitation back, has to be able to manage members.
fn check_manager(
    directory: &Directory,
    organization_id: &str,
    user_id: &str,
) -> Result<(), Refusal> {
    match directory.membership(organization_id, user_id) {
        None => Err(Refusal::forbidden(
            "not_a_member_in_organization",
            "The user is not a member of the organization.",
        )),
        Some(membership) if !directory.manages_members(&membership.role) => {
            Err(Refusal::forbidden(
                "not_an_admin_in_organization",
                "The user may not manage the members of the organization.",
            ))
        }
        Some(_) => Ok(()),
    }
}

fn called_for(call: &Call<'_>) -> Result<Invitation, Refusal> {
    let organization = organizations::called_for(call)?;
    let id = call.path.get("invitation_id");
    let directory = &call.state.directory;
    let mut invitations = directory.invitations_to(Some(&organization.id));
    invitations
        .find(|invitation| invitation.id == id)
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("organization invitation", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let invitation = called_for(call)?;
    Ok(Reply::ok(
        invitation.to_json(&call.state.directory, call.now),
    ))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let organization_id = organizations::called_for(call)?.id.clone();
    let invitation = called_for(call)?;
    let mut input = call.input()?;
    let requester = input.text("requesting_user_id")?;
    input.finish()?;
    if let Some(user_id) = requester {
        check_manager(&call.state.directory, &organization_id, &user_id)?;
    }
    if invitation.status(call.now) != InvitationStatus::Pending {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "organization_invitation_not_pending",
            "not pending",
            "Only pending invitations can be revoked.",
        ));
    }
    let now = call.now;
    let revoke = |invitation: &mut Invitation| invitation.revoked_at = Some(now);
    call.state
        .directory
        .invitations
        .update(&invitation.id, revoke);
    let revoked = called_for(call)?.to_json(&call.state.directory, call.now);
    call.tell(EventType::OrganizationInvitationRevoked, revoked.clone());
    Ok(Reply::ok(revoked))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["status", "email_address", "order_by", "limit", "offset"])?;
    check_status(call)?;
    let organization = organizations::called_for(call)?;
    let directory = &call.state.directory;
    let mut invitations: Vec<&Invitation> = directory
        .invitations_to(Some(&organization.id))
        .filter(|invitation| {
            let address = query.get("email_address");
            let status = invitation.status(call.now).as_str();
            passes(query, "status", Some(status))
                && address.is_none_or(|address| invitation.is_for(address))
        })
        .collect();
    sort(query, &mut invitations, &ORDERS)?;
    let write = |invitation: &&Invitation| invitation.to_json(directory, call.now);
    Ok(Reply::ok(page_with_total(query, &invitations, write)?))
}

fn list_pending(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset"])?;
    let organization = organizations::called_for(call)?;
    let directory = &call.state.directory;
    let mut invitations: Vec<&Invitation> = directory
        .invitations_to(Some(&organization.id))
        .filter(|invitation| invitation.status(call.now) == InvitationStatus::Pending)
        .collect();
    sort(query, &mut invitations, &ORDERS)?;
    let write = |invitation: &&Invitation| invitation.to_json(directory, call.now);
    Ok(Reply::ok(page_with_total(query, &invitations, write)?))
}

fn list_of_instance(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["status", "query", "order_by", "limit", "offset"])?;
    check_status(call)?;
    let directory = &call.state.directory;
    let mut invitations: Vec<&Invitation> = directory
        .invitations
        .iter()
        .filter(|invitation| {
            let status = invitation.status(call.now).as_str();
            let texts = [&*invitation.email_address, &*invitation.id];
            invitation.organization.is_some()
                && passes(query, "status", Some(status))
                && mentions(query, "query", texts)
        })
        .collect();
    sort(query, &mut invitations, &ORDERS)?;
    let write = |invitation: &&Invitation| {
        let mut item = invitation.to_json(directory, call.now);
        let place = invitation.organization.as_ref();
        let organization = place.and_then(|place| directory.organization(&place.organization_id));
        item["public_organization_data"] = json!(organization.map(Organization::to_public_json));
        item
    };
    Ok(Reply::ok(page_with_total(query, &invitations, write)?))
}
