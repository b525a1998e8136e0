use http::Method;
use serde_json::Value;

use super::{
    super::{
        caller::{Caller, answer, page, read},
        form::required,
        objects,
    },
    member_with,
    members::MANAGE,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{IdentificationKind, Invitation, InvitationStatus, Message, Organization, Place},
    operations::check_role_in,
    refusal::Refusal,
    route::Route,
    state::State,
    webhooks::EventType,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.organizations.listInvitations",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}/invitations",
        access: Access::Browser,
        handler: list,
    },
    Route {
        operation: "_frontend.organizations.createInvitation",
        method: Method::POST,
        path: "/v1/organizations/{organization_id}/invitations",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.organizations.createInvitations",
        method: Method::POST,
        path: "/v1/organizations/{organization_id}/invitations/bulk",
        access: Access::Browser,
        handler: create_all,
    },
    Route {
        operation: "_frontend.organizations.revokeInvitation",
        method: Method::POST,
        path: "/v1/organizations/{organization_id}/invitations/{invitation_id}/revoke",
        access: Access::Browser,
        handler: revoke,
    },
];

/// In days.
const LIFETIME: u64 = 30;
/// How many are invited at once.
const BULK: usize = 10;

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (_, organization) = member_with(call, MANAGE)?;
    let wanted: Vec<&str> = call.query.all("status").collect();
    let directory = &call.state.directory;
    let mut invitations: Vec<Value> = directory
        .invitations_to(Some(&organization.id))
        .filter(|item| wanted.is_empty() || wanted.contains(&item.status(call.now).as_str()))
        .map(|item| objects::invitation(directory, item, call))
        .collect();
    invitations.reverse();
    Ok(read(&page(&call.query, &invitations)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, organization) = member_with(call, MANAGE)?;
    let (address, role) = (required(&form, "email_address")?, required(&form, "role")?);
    check(call, &organization, address, role)?;
    let response = invite(call, (&caller, &organization), address, role);
    Ok(answer(call, &caller.client, response))
}

/// All of them, or none.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, organization) = member_with(call, MANAGE)?;
    let role = required(&form, "role")?;
    let mut addresses: Vec<&str> = form.all("email_address").collect();
    addresses.dedup();
    if addresses.len() > BULK {
        return Err(Refusal::bulk_size_exceeded(BULK));
    }
    for address in &addresses {
        check(call, &organization, address, role)?;
    }
    let mut response = Vec::new();
    for address in addresses {
        response.push(invite(call, (&caller, &organization), address, role));
    }
    Ok(answer(call, &caller.client, response.into()))
}

fn check(
    call: &Call<'_>,
    organization: &Organization,
    address: &str,
    role: &str,
) -> Result<(), Refusal> {
    let directory = &call.state.directory;
    let kind = IdentificationKind::EmailAddress;
    if !kind.is_valid(address) {
        let expected = kind.expected();
        return Err(Refusal::form_param_format_invalid(
            "email_address",
            expected,
        ));
    }
    check_role_in(directory, organization, role)?;
    let user = directory.user_called(address);
    if user.is_some_and(|user| directory.is_member(&user.id, &organization.id)) {
        return Err(Refusal::bad_request(
            "already_a_member_in_organization",
            "The user is a member of the organization already.",
        ));
    }
    match directory.is_invited(address, Some(&organization.id), call.now) {
        true => Err(Refusal::bad_request(
            "duplicate_record",
            "An invitation to this email address is pending already.",
        )),
        false => Ok(()),
    }
}

fn invite(
    call: &mut Call<'_>,
    (caller, organization): (&Caller, &Organization),
    address: &str,
    role: &str,
) -> Value {
    let State { directory, ids, .. } = &mut *call.state;
    let ticket = ids.hex(32);
    let url = format!("{}/v1/tickets/accept?ticket={ticket}", call.settings.origin);
    let id = ids.object("orginv_");
    let mut invitation = Invitation::new(id, address.to_owned(), url.clone(), LIFETIME, call.now);
    invitation.organization = Some(Place {
        organization_id: organization.id.clone(),
        role: role.to_owned(),
        inviter_id: Some(caller.user.id.clone()),
    });
    directory.invitations.put(invitation.clone());
    directory.mailbox.put(Message {
        id: ids.object("ema_"),
        to: address.to_owned(),
        slug: "organization_invitation".to_owned(),
        subject: format!("You are invited to {}", organization.name),
        code: None,
        url: Some(url),
        user_id: None,
        created_at: call.now,
    });
    let told = invitation.to_json(&call.state.directory, call.now);
    let response = objects::invitation(&call.state.directory, &invitation, call);
    call.tell(EventType::OrganizationInvitationCreated, told);
    response
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (caller, organization) = member_with(call, MANAGE)?;
    let id = call.path.get("invitation_id").to_owned();
    let now = call.now;
    let directory = &mut call.state.directory;
    let is_its = |item: &Invitation| {
        let place = item.organization.as_ref();
        place.is_some_and(|place| place.organization_id == organization.id)
    };
    let invitation = directory.invitations.get(&id).filter(|item| is_its(item));
    let mut invitation = invitation
        .ok_or_else(|| Refusal::resource_not_found("invitation", &id))?
        .clone();
    if invitation.status(now) != InvitationStatus::Pending {
        return Err(Refusal::bad_request(
            "organization_invitation_not_pending",
            "The invitation is not pending any more.",
        ));
    }
    invitation.revoked_at = Some(now);
    directory.invitations.put(invitation.clone());
    let told = invitation.to_json(directory, now);
    let response = objects::invitation(&call.state.directory, &invitation, call);
    call.tell(EventType::OrganizationInvitationRevoked, told);
    Ok(answer(call, &caller.client, response))
}
