//! What members of organizations may do there, by their roles.

pub(super) mod invitations;
pub(super) mod logo;
pub(super) mod members;

use http::Method;
use serde_json::{Value, json};

use super::{
    caller::{Caller, answer, page, read, signed_in},
    errors,
    form::{required, text},
    objects,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Membership, Organization},
    operations::{check_organization, founded},
    refusal::Refusal,
    route::Route,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.organizations.create",
        method: Method::POST,
        path: "/v1/organizations",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.organizations.get",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.organizations.update",
        method: Method::PATCH,
        path: "/v1/organizations/{organization_id}",
        access: Access::Browser,
        handler: update,
    },
    Route {
        operation: "_frontend.organizations.delete",
        method: Method::DELETE,
        path: "/v1/organizations/{organization_id}",
        access: Access::Browser,
        handler: delete,
    },
    Route {
        operation: "_frontend.organizations.listRoles",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}/roles",
        access: Access::Browser,
        handler: roles,
    },
    Route {
        operation: "_frontend.organizations.listDomains",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}/domains",
        access: Access::Browser,
        handler: nothing,
    },
    Route {
        operation: "_frontend.organizations.listMembershipRequests",
        method: Method::GET,
        path: "/v1/organizations/{organization_id}/membership_requests",
        access: Access::Browser,
        handler: nothing,
    },
    Route {
        operation: "_frontend.billing.listPlans",
        method: Method::GET,
        path: "/v1/billing/plans",
        access: Access::Browser,
        handler: plans,
    },
];

/// A member of the organization in the path; to others, there is no such organization.
fn member(call: &Call<'_>) -> Result<(Caller, Organization), Refusal> {
    let caller = signed_in(call)?;
    let named = call.path.get("organization_id");
    let directory = &call.state.directory;
    let organization = directory.organization(named);
    let organization = organization.filter(|found| directory.is_member(&caller.user.id, &found.id));
    let not_found = || Refusal::resource_not_found("organization of the user", named);
    let organization = organization.ok_or_else(not_found)?.clone();
    Ok((caller, organization))
}

/// The same, whose role has this permission.
fn member_with(call: &Call<'_>, permission: &str) -> Result<(Caller, Organization), Refusal> {
    let (caller, organization) = member(call)?;
    let directory = &call.state.directory;
    let membership = directory.membership(&organization.id, &caller.user.id);
    let permissions = membership.map(|membership| directory.permissions(&membership.role));
    let mut permissions = permissions.unwrap_or_default().iter();
    match permissions.any(|known| known == permission) {
        true => Ok((caller, organization)),
        false => Err(errors::not_allowed_in_organization()),
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let Caller { client, user, .. } = signed_in(call)?;
    may_create(call, &user)?;
    let name = required(&form, "name")?.to_owned();
    let slug = text(&form, "slug").map(str::to_owned);
    let mut organization = founded(call, name, slug)?;
    organization.created_by = Some(user.id.clone());
    check_organization(&call.state.directory, &organization)?;
    let membership = Membership::new(
        call.state.ids.object("orgmem_"),
        organization.id.clone(),
        user.id.clone(),
        call.state.directory.creator_role(&organization).to_owned(),
        call.now,
    );
    call.tell(EventType::OrganizationCreated, organization.to_json());
    let directory = &mut call.state.directory;
    directory.organizations.put(organization.clone());
    directory.memberships.put(membership.clone());
    let told = membership.to_json(directory);
    let response = objects::organization(&call.state.directory, &organization, call);
    call.tell(EventType::OrganizationMembershipCreated, told);
    Ok(answer(call, &client, response))
}

fn may_create(call: &Call<'_>, user: &crate::directory::User) -> Result<(), Refusal> {
    let created = call.state.directory.organizations.iter();
    let created = created.filter(|found| found.created_by.as_ref() == Some(&user.id));
    let created = i64::try_from(created.count()).unwrap_or(i64::MAX);
    let limit = user.create_organizations_limit.filter(|limit| *limit > 0);
    match user.create_organization_enabled && limit.is_none_or(|limit| created < limit) {
        true => Ok(()),
        false => Err(Refusal::forbidden(
            "organization_creation_not_allowed",
            "The user may not create organizations, or no more of them.",
        )),
    }
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (_, organization) = member(call)?;
    let directory = &call.state.directory;
    Ok(read(&objects::organization(directory, &organization, call)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, mut organization) = member_with(call, "org:sys_profile:manage")?;
    if let Some(name) = form.get("name") {
        name.clone_into(&mut organization.name);
    }
    if let Some(slug) = text(&form, "slug") {
        slug.clone_into(&mut organization.slug);
    }
    check_organization(&call.state.directory, &organization)?;
    Ok(put(call, &caller, organization))
}

/// Keeps a changed organization, and has that told.
fn put(call: &mut Call<'_>, caller: &Caller, mut organization: Organization) -> Reply {
    organization.updated_at = call.now;
    call.state.directory.organizations.put(organization.clone());
    call.tell(EventType::OrganizationUpdated, organization.to_json());
    let response = objects::organization(&call.state.directory, &organization, call);
    answer(call, &caller.client, response)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (caller, organization) = member_with(call, "org:sys_profile:delete")?;
    if !organization.admin_delete_enabled {
        return Err(errors::not_allowed_in_organization());
    }
    let directory = &mut call.state.directory;
    let members = directory.members(&organization.id);
    let told: Vec<Value> = members.map(|item| item.to_json(directory)).collect();
    directory.remove_organization(&organization.id);
    let mut response = objects::deleted("organization", &organization.id);
    response["slug"] = json!(organization.slug);
    call.tell(EventType::OrganizationDeleted, response.clone());
    for membership in told {
        call.tell(EventType::OrganizationMembershipDeleted, membership);
    }
    Ok(answer(call, &caller.client, response))
}

/// Those that members of the organization may have.
fn roles(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (_, organization) = member(call)?;
    let directory = &call.state.directory;
    let roles = directory.roles.iter();
    let roles = roles.filter(|role| directory.allows_role(&organization, &role.key));
    let roles: Vec<Value> = roles.map(|role| role.to_json(directory)).collect();
    let mut response = page(&call.query, &roles)?;
    response["has_role_set_migration"] = json!(false);
    Ok(read(&response))
}

/// Domains and requests to join by them: the emulator has none.
fn nothing(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let _ = member(call)?;
    Ok(read(&page(&call.query, &[])?))
}

/// No plan is for sale. It is a bare list, with nothing around it.
fn plans(_: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "data": [], "total_count": 0 })))
}
