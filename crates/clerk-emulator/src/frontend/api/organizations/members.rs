use http::Method;
use serde_json::Value;

use super::{
    super::caller::{Caller, answer, page, read},
    super::form::required,
    super::objects,
    member_with,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Membership, Organization},
    operations::{check_role_in, keep_a_manager, refuse_new_member},
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.organizations.listMemberships",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}/memberships",
        access: Access::Browser,
        handler: list,
    },
    Route {
        operation: "_frontend.organizations.createMembership",
        method: Method::POST,
        path: "/v1/organizations/{organization_id}/memberships",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.organizations.updateMembership",
        method: Method::PATCH,
        path: "/v1/organizations/{organization_id}/memberships/{user_id}",
        access: Access::Browser,
        handler: update,
    },
    Route {
        operation: "_frontend.organizations.deleteMembership",
        method: Method::DELETE,
        path: "/v1/organizations/{organization_id}/memberships/{user_id}",
        access: Access::Browser,
        handler: delete,
    },
];

pub(super) const MANAGE: &str = "org:sys_memberships:manage";
const READ: &str = "org:sys_memberships:read";

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (_, organization) = member_with(call, READ)?;
    let directory = &call.state.directory;
    let roles: Vec<&str> = call.query.all("role").collect();
    let sought = call.query.get("query").unwrap_or_default().to_lowercase();
    let memberships: Vec<Value> = directory
        .members(&organization.id)
        .filter(|item| roles.is_empty() || roles.contains(&item.role.as_str()))
        .map(|item| objects::membership(directory, item, call))
        .filter(|object| sought.is_empty() || mentions(object, &sought))
        .collect();
    Ok(read(&page(&call.query, &memberships)?))
}

/// Whether a member is called so.
fn mentions(object: &Value, sought: &str) -> bool {
    let names = ["identifier", "first_name", "last_name", "username"];
    let texts = names
        .iter()
        .filter_map(|name| object["public_user_data"][name].as_str());
    texts
        .into_iter()
        .any(|text| text.to_lowercase().contains(sought))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, organization) = member_with(call, MANAGE)?;
    let (user_id, role) = (required(&form, "user_id")?, required(&form, "role")?);
    let directory = &mut call.state.directory;
    if directory.user(user_id).is_none() {
        return Err(Refusal::resource_not_found("user", user_id));
    }
    check_role_in(directory, &organization, role)?;
    refuse_new_member(directory, &organization, user_id)?;
    let membership = Membership::new(
        call.state.ids.object("orgmem_"),
        organization.id,
        user_id.to_owned(),
        role.to_owned(),
        call.now,
    );
    directory.memberships.put(membership.clone());
    let event = EventType::OrganizationMembershipCreated;
    Ok(changed(call, &caller, &membership, event))
}

/// Has a change told, and answers with the membership.
fn changed(
    call: &mut Call<'_>,
    caller: &Caller,
    membership: &Membership,
    event: EventType,
) -> Reply {
    let directory = &call.state.directory;
    let told = membership.to_json(directory);
    let response = objects::membership(directory, membership, call);
    call.tell(event, told);
    answer(call, &caller.client, response)
}

fn called_for(call: &Call<'_>, organization: &Organization) -> Result<Membership, Refusal> {
    let user_id = call.path.get("user_id");
    let membership = call.state.directory.membership(&organization.id, user_id);
    membership
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("member of the organization", user_id))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, organization) = member_with(call, MANAGE)?;
    let mut membership = called_for(call, &organization)?;
    required(&form, "role")?.clone_into(&mut membership.role);
    let directory = &mut call.state.directory;
    check_role_in(directory, &organization, &membership.role)?;
    if !directory.manages_members(&membership.role) {
        keep_a_manager(directory, &membership)?;
    }
    membership.updated_at = call.now;
    directory.memberships.put(membership.clone());
    let event = EventType::OrganizationMembershipUpdated;
    Ok(changed(call, &caller, &membership, event))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (caller, organization) = member_with(call, MANAGE)?;
    let membership = called_for(call, &organization)?;
    let directory = &mut call.state.directory;
    keep_a_manager(directory, &membership)?;
    directory.remove_membership(&membership.organization_id, &membership.user_id);
    let event = EventType::OrganizationMembershipDeleted;
    Ok(changed(call, &caller, &membership, event))
}
