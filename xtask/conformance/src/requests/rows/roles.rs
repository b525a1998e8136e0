//! Roles, permissions, and sets of roles.

use clerk_api::{organization_permissions, organization_roles, role_sets};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    organization_roles_rows(table);
    organization_permissions_rows(table);
    role_sets_rows(table);
}

fn organization_roles_rows(table: &mut Table) {
    table.row(
        "organizationRoles.getOrganizationRoleList",
        json!([]),
        organization_roles::list(),
    );
    table.row(
        "organizationRoles.getOrganizationRoleList",
        json!([{
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        organization_roles::list()
            .query("a+b é&c=d")
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizationRoles.createOrganizationRole",
        json!([{ "name": "name", "key": "key" }]),
        organization_roles::create("name", "key"),
    );
    table.row(
        "organizationRoles.createOrganizationRole",
        json!([{
            "name": "name",
            "key": "key",
            "description": "description",
            "permissions": ["permissions"],
            "includeInInitialRoleSet": true,
        }]),
        organization_roles::create("name", "key")
            .description("description")
            .permissions(["permissions"])
            .include_in_initial_role_set(true),
    );
    table.row(
        "organizationRoles.getOrganizationRole",
        json!(["organization_role_1"]),
        organization_roles::get("organization_role_1"),
    );
    table.row(
        "organizationRoles.updateOrganizationRole",
        json!([{ "organizationRoleId": "organization_role_1" }]),
        organization_roles::update("organization_role_1"),
    );
    table.row(
        "organizationRoles.updateOrganizationRole",
        json!([{
            "organizationRoleId": "organization_role_1",
            "name": "name",
            "key": "key",
            "description": "description",
            "permissions": ["permissions"],
        }]),
        organization_roles::update("organization_role_1")
            .name("name")
            .key("key")
            .description("description")
            .permissions(["permissions"]),
    );
    table.row(
        "organizationRoles.deleteOrganizationRole",
        json!(["organization_role_1"]),
        organization_roles::delete("organization_role_1"),
    );
    table.row(
        "organizationRoles.assignPermissionToOrganizationRole",
        json!([{
            "organizationRoleId": "organization_role_1",
            "permissionId": "permission_1",
        }]),
        organization_roles::assign_permission("organization_role_1", "permission_1"),
    );
    table.row(
        "organizationRoles.removePermissionFromOrganizationRole",
        json!([{
            "organizationRoleId": "organization_role_1",
            "permissionId": "permission_1",
        }]),
        organization_roles::remove_permission("organization_role_1", "permission_1"),
    );
}

fn organization_permissions_rows(table: &mut Table) {
    table.row(
        "organizationPermissions.getOrganizationPermissionList",
        json!([]),
        organization_permissions::list(),
    );
    table.row(
        "organizationPermissions.getOrganizationPermissionList",
        json!([{
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        organization_permissions::list()
            .query("a+b é&c=d")
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizationPermissions.createOrganizationPermission",
        json!([{ "name": "name", "key": "key" }]),
        organization_permissions::create("name", "key"),
    );
    table.row(
        "organizationPermissions.createOrganizationPermission",
        json!([{ "name": "name", "key": "key", "description": "description" }]),
        organization_permissions::create("name", "key").description("description"),
    );
    table.row(
        "organizationPermissions.getOrganizationPermission",
        json!(["permission_1"]),
        organization_permissions::get("permission_1"),
    );
    table.row(
        "organizationPermissions.updateOrganizationPermission",
        json!([{ "permissionId": "permission_1" }]),
        organization_permissions::update("permission_1"),
    );
    table.row(
        "organizationPermissions.updateOrganizationPermission",
        json!([{
            "permissionId": "permission_1",
            "name": "name",
            "key": "key",
            "description": "description",
        }]),
        organization_permissions::update("permission_1")
            .name("name")
            .key("key")
            .description("description"),
    );
    table.row(
        "organizationPermissions.deleteOrganizationPermission",
        json!(["permission_1"]),
        organization_permissions::delete("permission_1"),
    );
}

fn role_sets_rows(table: &mut Table) {
    table.row("roleSets.getRoleSetList", json!([]), role_sets::list());
    table.row(
        "roleSets.getRoleSetList",
        json!([{
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        role_sets::list()
            .query("a+b é&c=d")
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "roleSets.createRoleSet",
        json!([{
            "name": "name",
            "defaultRoleKey": "default role key",
            "creatorRoleKey": "creator role key",
            "roles": ["roles"],
        }]),
        role_sets::create("name", "default role key", "creator role key", ["roles"]),
    );
    table.row(
        "roleSets.createRoleSet",
        json!([{
            "name": "name",
            "key": "key",
            "description": "description",
            "defaultRoleKey": "default role key",
            "creatorRoleKey": "creator role key",
            "type": "initial",
            "roles": ["roles"],
        }]),
        role_sets::create("name", "default role key", "creator role key", ["roles"])
            .key("key")
            .description("description")
            .kind("initial"),
    );
    table.row(
        "roleSets.getRoleSet",
        json!(["role_set_key_or_1"]),
        role_sets::get("role_set_key_or_1"),
    );
    table.row(
        "roleSets.updateRoleSet",
        json!([{ "roleSetKeyOrId": "role_set_key_or_1" }]),
        role_sets::update("role_set_key_or_1"),
    );
    table.row(
        "roleSets.updateRoleSet",
        json!([{
            "roleSetKeyOrId": "role_set_key_or_1",
            "name": "name",
            "key": "key",
            "description": "description",
            "type": "initial",
            "defaultRoleKey": "default role key",
            "creatorRoleKey": "creator role key",
        }]),
        role_sets::update("role_set_key_or_1")
            .name("name")
            .key("key")
            .description("description")
            .kind("initial")
            .default_role_key("default role key")
            .creator_role_key("creator role key"),
    );
    table.row(
        "roleSets.replaceRoleSet",
        json!([{
            "roleSetKeyOrId": "role_set_key_or_1",
            "destRoleSetKey": "dest role set key",
        }]),
        role_sets::replace("role_set_key_or_1", "dest role set key"),
    );
    table.row(
        "roleSets.replaceRoleSet",
        json!([{
            "roleSetKeyOrId": "role_set_key_or_1",
            "destRoleSetKey": "dest role set key",
            "reassignmentMappings": { "someKey": "v" },
        }]),
        role_sets::replace("role_set_key_or_1", "dest role set key")
            .reassignment_mappings([("someKey", "v")]),
    );
    table.row(
        "roleSets.addRolesToRoleSet",
        json!([{ "roleSetKeyOrId": "role_set_key_or_1", "roleKeys": ["role keys"] }]),
        role_sets::add_roles("role_set_key_or_1", ["role keys"]),
    );
    table.row(
        "roleSets.addRolesToRoleSet",
        json!([{
            "roleSetKeyOrId": "role_set_key_or_1",
            "roleKeys": ["role keys"],
            "defaultRoleKey": "default role key",
            "creatorRoleKey": "creator role key",
        }]),
        role_sets::add_roles("role_set_key_or_1", ["role keys"])
            .default_role_key("default role key")
            .creator_role_key("creator role key"),
    );
    table.row(
        "roleSets.replaceRoleInRoleSet",
        json!([{
            "roleSetKeyOrId": "role_set_key_or_1",
            "roleKey": "role key",
            "toRoleKey": "to role key",
        }]),
        role_sets::replace_role("role_set_key_or_1", "role key", "to role key"),
    );
}
