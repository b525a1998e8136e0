use http::StatusCode;

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Key, OrganizationSettings, Permission, Role},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOrganizationRoles", list),
    ("CreateOrganizationRole", create),
    ("GetOrganizationRole", get),
    ("UpdateOrganizationRole", update),
    ("DeleteOrganizationRole", delete),
    ("AssignPermissionToOrganizationRole", assign),
    ("RemovePermissionFromOrganizationRole", withdraw),
];

/// The orders of lists of roles.
const ORDERS: [Order<'static, Role>; 3] = [
    ("created_at", &|role| Rank::from(Some(role.created_at))),
    ("name", &|role| Rank::from(Some(role.name.as_str()))),
    ("key", &|role| Rank::from(Some(role.key.as_str()))),
];

/// Whether a text is what keys of roles and permissions are made of.
pub(super) fn is_segment(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    !text.is_empty() && text.bytes().all(allowed)
}

/// A name that is one.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    match name.trim().is_empty() {
        false => Ok(()),
        true => Err(Refusal::form_param_value_invalid("name", "a name")),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["query", "order_by", "limit", "offset"])?;
    let directory = &call.state.directory;
    let mut roles: Vec<&Role> = directory
        .roles
        .iter()
        .filter(|role| mentions(query, "query", [&*role.id, &*role.name, &*role.key]))
        .collect();
    sort(query, &mut roles, &ORDERS)?;
    let write = |role: &&Role| role.to_json(directory);
    Ok(Reply::ok(page_with_total(query, &roles, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let key = input.required_text("key")?;
    let mut role = Role::new(call.state.ids.object("role_"), key, name, call.now);
    role.description = input.text("description")?;
    if let Some(permissions) = permissions(&mut input, &call.state.directory)? {
        role.permissions = permissions;
    }
    let in_initial_set = input.flag("include_in_initial_role_set")? == Some(true);
    input.finish()?;
    let directory = &mut call.state.directory;
    check(directory, &role)?;
    if directory.roles.len() >= OrganizationSettings::MAX_ROLES {
        return Err(Refusal::forbidden(
            "organization_instance_roles_quota_exceeded",
            format!(
                "An instance has at most {} roles.",
                OrganizationSettings::MAX_ROLES
            ),
        ));
    }
    if in_initial_set {
        directory.add_to_initial_role_set(&role.key);
    }
    let body = role.to_json(directory);
    directory.roles.put(role);
    call.tell(EventType::RoleCreated, body.clone());
    Ok(Reply::ok(body))
}

/// The keys of the permissions that the input has the ids of.
fn permissions(input: &mut Input, directory: &Directory) -> Result<Option<Vec<String>>, Refusal> {
    let Some(ids) = input.given_texts("permissions")? else {
        return Ok(None);
    };
    let mut keys: Vec<String> = Vec::new();
    for id in &ids {
        let permission = directory.permissions.get(id);
        let permission = permission.ok_or_else(|| Refusal::resource_not_found("permission", id))?;
        if !keys.contains(&permission.key) {
            keys.push(permission.key.clone());
        }
    }
    Ok(Some(keys))
}

/// Refuses names and keys that cannot be.
pub(crate) fn check(directory: &Directory, role: &Role) -> Result<(), Refusal> {
    check_name(&role.name)?;
    if !role.key.strip_prefix("org:").is_some_and(is_segment) {
        let expected = "org: and lower-case letters, digits or underscores";
        return Err(Refusal::form_param_format_invalid("key", expected));
    }
    match directory.role(&role.key) {
        Some(other) if other.id != role.id => Err(Refusal::form_identifier_exists("key")),
        _ => Ok(()),
    }
}

fn called_for(call: &Call<'_>) -> Result<Role, Refusal> {
    let id = call.path.get("organization_role_id");
    let role = call.state.directory.roles.get(id);
    role.cloned()
        .ok_or_else(|| Refusal::resource_not_found("role", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let role = called_for(call)?;
    Ok(Reply::ok(role.to_json(&call.state.directory)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut role = called_for(call)?;
    let old_key = role.key.clone();
    if let Some(name) = input.text("name")? {
        role.name = name;
    }
    if let Some(key) = input.text("key")? {
        role.key = key;
    }
    if let Some(description) = input.clearable_text("description")? {
        role.description = description;
    }
    if let Some(permissions) = permissions(&mut input, &call.state.directory)? {
        role.permissions = permissions;
    }
    input.finish()?;
    check(&call.state.directory, &role)?;
    keep_creators_able(&call.state.directory, &old_key, &role)?;
    if role.key != old_key {
        call.state.directory.rename_role(&old_key, &role.key);
    }
    Ok(store(call, role))
}

/// Refuses to take from creators of organizations what they need.
fn keep_creators_able(directory: &Directory, key: &str, changed: &Role) -> Result<(), Refusal> {
    let is_of_creators = directory.settings.organizations.creator_role == key;
    match is_of_creators && !changed.is_creator_eligible() {
        false => Ok(()),
        true => Err(Refusal::forbidden(
            "organization_missing_creator_role_permissions",
            "The role of those who create organizations has to permit reading and managing members, \
             and deleting the organization.",
        )),
    }
}

/// Puts a changed role back.
fn store(call: &mut Call<'_>, mut role: Role) -> Reply {
    role.updated_at = call.now;
    let body = role.to_json(&call.state.directory);
    call.state.directory.roles.put(role);
    call.tell(EventType::RoleUpdated, body.clone());
    Reply::ok(body)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let role = called_for(call)?;
    let directory = &mut call.state.directory;
    let settings = &directory.settings.organizations;
    let is_invited_to = directory.invitations.count(Key::Role, &role.key) > 0;
    for (is_used, code, what) in [
        (
            settings.creator_role == role.key,
            "organization_role_used_as_default_creator_role",
            "what creators of organizations become",
        ),
        (
            settings.domains_default_role == role.key,
            "organization_role_used_as_domain_default_role",
            "what those become who join by a domain",
        ),
        (
            directory.memberships.count(Key::Role, &role.key) > 0,
            "organization_role_assigned_to_members",
            "what members of organizations are",
        ),
        (
            is_invited_to,
            "organization_role_exists_in_invitations",
            "what people are invited to become",
        ),
        (
            directory.is_needed_in_role_sets(&role.key),
            "organization_role_used_in_role_set",
            "the default, the creators' or the only role of a role set",
        ),
    ] {
        if is_used {
            let long_message = format!("The role {} is {what}: change that first.", role.key);
            return Err(Refusal::forbidden(code, long_message));
        }
    }
    directory.remove_from_role_sets(&role.key);
    directory.remove_role_mappings(&role.id);
    directory.roles.remove(&role.id);
    let body = deleted("role", &role.id, None);
    call.tell(EventType::RoleDeleted, body.clone());
    Ok(Reply::ok(body))
}

/// The permission in the path, beside a role.
fn permission_called_for(call: &Call<'_>) -> Result<Permission, Refusal> {
    let id = call.path.get("permission_id");
    let permission = call.state.directory.permissions.get(id);
    permission
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("permission", id))
}

fn assign(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut role = called_for(call)?;
    let permission = permission_called_for(call)?;
    if role.permits(&permission.key) {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "organization_role_permission_association_exists",
            "already assigned",
            "The role has that permission already.",
        ));
    }
    role.permit(permission.key);
    Ok(store(call, role))
}

fn withdraw(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut role = called_for(call)?;
    let permission = permission_called_for(call)?;
    if !role.permits(&permission.key) {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "organization_role_permission_association_not_found",
            "not assigned",
            "The role does not have that permission.",
        ));
    }
    role.permissions.retain(|known| *known != permission.key);
    keep_creators_able(&call.state.directory, &role.key, &role)?;
    Ok(store(call, role))
}
