use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
    roles::{check_name, is_segment},
};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, Permission},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOrganizationPermissions", list),
    ("CreateOrganizationPermission", create),
    ("GetOrganizationPermission", get),
    ("UpdateOrganizationPermission", update),
    ("DeleteOrganizationPermission", delete),
];

/// The orders of lists of permissions.
const ORDERS: [Order<'static, Permission>; 3] = [
    ("created_at", &|permission| {
        Rank::from(Some(permission.created_at))
    }),
    ("name", &|permission| {
        Rank::from(Some(permission.name.as_str()))
    }),
    ("key", &|permission| {
        Rank::from(Some(permission.key.as_str()))
    }),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["query", "order_by", "limit", "offset"])?;
    let permissions = call.state.directory.permissions.iter();
    let mut permissions: Vec<&Permission> = permissions
        .filter(|known| mentions(query, "query", [&*known.id, &*known.name, &*known.key]))
        .collect();
    sort(query, &mut permissions, &ORDERS)?;
    let write = |permission: &&Permission| permission.to_json();
    Ok(Reply::ok(page_with_total(query, &permissions, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let key = input.required_text("key")?;
    let mut permission = Permission::new(call.state.ids.object("perm_"), key, name, call.now);
    permission.description = input.text("description")?.unwrap_or_default();
    input.finish()?;
    check(&call.state.directory, &permission)?;
    let body = permission.to_json();
    call.state.directory.permissions.put(permission);
    call.tell(EventType::PermissionCreated, body.clone());
    Ok(Reply::ok(body))
}

/// Refuses names and keys that cannot be, or are Clerk's alone.
pub(crate) fn check(directory: &Directory, permission: &Permission) -> Result<(), Refusal> {
    check_name(&permission.name)?;
    let segments = permission.key.strip_prefix("org:");
    let segments = segments.and_then(|rest| rest.split_once(':'));
    let is_key =
        segments.is_some_and(|(feature, action)| is_segment(feature) && is_segment(action));
    if !is_key || permission.is_system() {
        let expected = "like org:feature:action, of lower-case letters, digits or underscores, and not \
                        begin with org:sys_";
        return Err(Refusal::form_param_format_invalid("key", expected));
    }
    match directory.permission(&permission.key) {
        Some(other) if other.id != permission.id => Err(Refusal::form_identifier_exists("key")),
        _ => Ok(()),
    }
}

fn called_for(call: &Call<'_>) -> Result<Permission, Refusal> {
    let id = call.path.get("permission_id");
    let permission = call.state.directory.permissions.get(id);
    permission
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("permission", id))
}

/// The same, where it is not one of Clerk's own.
fn changeable(call: &Call<'_>) -> Result<Permission, Refusal> {
    let permission = called_for(call)?;
    match permission.is_system() {
        false => Ok(permission),
        true => Err(Refusal::forbidden(
            "organization_system_permission_not_modifiable",
            format!("The permission {} is one of Clerk's own.", permission.key),
        )),
    }
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(called_for(call)?.to_json()))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut permission = changeable(call)?;
    let old_key = permission.key.clone();
    if let Some(name) = input.text("name")? {
        permission.name = name;
    }
    if let Some(key) = input.text("key")? {
        permission.key = key;
    }
    if let Some(description) = input.text("description")? {
        permission.description = description;
    }
    input.finish()?;
    let directory = &mut call.state.directory;
    check(directory, &permission)?;
    if permission.key != old_key {
        directory.rename_permission(&old_key, Some(&permission.key));
    }
    permission.updated_at = call.now;
    let body = permission.to_json();
    directory.permissions.put(permission);
    call.tell(EventType::PermissionUpdated, body.clone());
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let permission = changeable(call)?;
    let directory = &mut call.state.directory;
    directory.rename_permission(&permission.key, None);
    directory.permissions.remove(&permission.id);
    let body = deleted("permission", &permission.id, None);
    call.tell(EventType::PermissionDeleted, body.clone());
    Ok(Reply::ok(body))
}
