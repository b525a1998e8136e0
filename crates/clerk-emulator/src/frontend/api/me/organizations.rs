use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::Invitation,
    frontend::api::{
        caller::{Caller, answer, page, read, signed_in},
        objects, tickets,
    },
    operations::keep_a_manager,
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.listOrganizationMemberships",
        method: Method::GET,
        path: "/v1/me/organization_memberships",
        access: Access::Browser,
        handler: memberships,
    },
    Route {
        operation: "_frontend.me.leaveOrganization",
        method: Method::DELETE,
        path: "/v1/me/organization_memberships/{organization_id}",
        access: Access::Browser,
        handler: leave,
    },
    Route {
        operation: "_frontend.me.listOrganizationInvitations",
        method: Method::GET,
        path: "/v1/me/organization_invitations",
        access: Access::Browser,
        handler: invitations,
    },
    Route {
        operation: "_frontend.me.acceptOrganizationInvitation",
        method: Method::POST,
        path: "/v1/me/organization_invitations/{invitation_id}/accept",
        access: Access::Browser,
        handler: accept_invitation,
    },
    Route {
        operation: "_frontend.me.listOrganizationSuggestions",
        method: Method::GET,
        path: "/v1/me/organization_suggestions",
        access: Access::Browser,
        handler: suggestions,
    },
    Route {
        operation: "_frontend.me.getOrganizationCreationDefaults",
        method: Method::GET,
        path: "/v1/me/organization_creation_defaults",
        access: Access::Browser,
        handler: creation_defaults,
    },
];

fn memberships(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { user, .. } = signed_in(call)?;
    let directory = &call.state.directory;
    let memberships: Vec<Value> = directory
        .memberships_of(&user.id)
        .map(|item| objects::membership(directory, item, call))
        .collect();
    Ok(read(&page(&call.query, &memberships)?))
}

fn leave(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { client, user, .. } = signed_in(call)?;
    let id = call.path.get("organization_id").to_owned();
    let directory = &mut call.state.directory;
    let membership = directory.membership(&id, &user.id).cloned();
    let membership =
        membership.ok_or_else(|| Refusal::resource_not_found("organization of the user", &id))?;
    keep_a_manager(directory, &membership)?;
    let told = membership.to_json(directory);
    directory.remove_membership(&id, &user.id);
    call.tell(EventType::OrganizationMembershipDeleted, told);
    let response = objects::deleted("organization_membership", &membership.id);
    Ok(answer(call, &client, response))
}

/// An invitation, to the one who was invited.
fn invitation(call: &Call<'_>, item: &Invitation) -> Value {
    let directory = &call.state.directory;
    let mut object = objects::invitation(directory, item, call);
    let place = item.organization.as_ref();
    let organization = place.and_then(|place| directory.organization(&place.organization_id));
    object["public_organization_data"] = json!(organization.map(objects::public_organization_data));
    object
}

fn invitations(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { user, .. } = signed_in(call)?;
    let wanted: Vec<&str> = call.query.all("status").collect();
    let all = call.state.directory.invitations.iter();
    let invitations: Vec<Value> = all
        .rev()
        .filter(|item| item.organization.is_some() && user.owns_email(&item.email_address))
        .filter(|item| wanted.is_empty() || wanted.contains(&item.status(call.now).as_str()))
        .map(|item| invitation(call, item))
        .collect();
    Ok(read(&page(&call.query, &invitations)?))
}

fn accept_invitation(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { client, user, .. } = signed_in(call)?;
    let id = call.path.get("invitation_id").to_owned();
    let theirs = |call: &Call<'_>| {
        let found = call.state.directory.invitations.get(&id);
        let found = found.filter(|item| item.organization.is_some());
        found
            .filter(|item| user.owns_email(&item.email_address))
            .cloned()
    };
    theirs(call).ok_or_else(|| Refusal::resource_not_found("invitation", &id))?;
    tickets::accept_invitation(call, &id, &user.id)?;
    let response = theirs(call).map(|item| invitation(call, &item));
    Ok(answer(call, &client, response.unwrap_or_default()))
}

/// Suggestions come with verified domains, which the emulator has not.
fn suggestions(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    signed_in(call)?;
    Ok(read(&page(&call.query, &[])?))
}

fn creation_defaults(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    signed_in(call)?;
    Ok(read(&json!({
        "advisory": null,
        "form": { "name": "", "slug": "", "logo": null, "blur_hash": null },
    })))
}
