//! Roles and permissions of organizations.

mod support;

use serde_json::{Value, json};
use support::{
    ACME, ADA, BOB, column, decode, delete, emulator, fine, get, patch, post, refusal, refused,
    session_of, text,
};

const ROLES: &str = "/v1/organization_roles";
const PERMISSIONS: &str = "/v1/organization_permissions";

/// The id of the role or permission with this key.
fn id_of(emulator: &clerk_emulator::Emulator, list: &str, key: &str) -> String {
    let page = fine(get(emulator, &format!("{list}?limit=100")));
    let items = page["data"].as_array().unwrap();
    let item = items.iter().find(|item| item["key"] == key);
    text(item.unwrap_or_else(|| panic!("{key}")), "id").to_owned()
}

#[test]
fn clerks_own_roles_and_those_of_the_seed_are_there_from_the_start() {
    let emulator = emulator();
    let roles = fine(get(&emulator, &format!("{ROLES}?order_by=key")));
    assert_eq!(column(&roles, "key"), ["org:admin", "org:member"]);
    assert_eq!(column(&roles, "name"), ["Admin", "Member"]);
    let (admin, member) = (&roles["data"][0], &roles["data"][1]);
    assert_eq!(admin["is_creator_eligible"], true);
    assert_eq!(member["is_creator_eligible"], false);
    assert!(text(admin, "id").starts_with("role_"));
    let keys: Vec<&str> = member["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| text(permission, "key"))
        .collect();
    assert_eq!(
        keys,
        [
            "org:sys_memberships:read",
            "org:sys_billing:read",
            "org:dashboard:read",
            "org:teams:read"
        ]
    );
    let found = fine(get(&emulator, &format!("{PERMISSIONS}?query=teams")));
    assert_eq!(
        column(&found, "key"),
        ["org:teams:read", "org:teams:manage"]
    );
    assert_eq!(column(&found, "name"), ["Read teams", "Manage teams"]);
    assert_eq!(column(&found, "type"), ["user", "user"]);
    let system = fine(get(&emulator, &format!("{PERMISSIONS}?query=org:sys_")));
    assert_eq!(system["total_count"], 8);
}

#[test]
fn a_role_is_what_its_members_may_do_and_tokens_say_so() {
    let emulator = emulator();
    let permission = fine(post(
        &emulator,
        PERMISSIONS,
        json!({ "name": "Audit", "key": "org:teams:audit", "description": "May look" }),
    ));
    let role = fine(post(
        &emulator,
        ROLES,
        json!({
            "name": "Auditor", "key": "org:auditor", "description": "Looks",
            "permissions": [permission["id"], permission["id"]],
        }),
    ));
    assert_eq!(
        role,
        json!({
            "object": "role", "id": role["id"], "name": "Auditor", "key": "org:auditor",
            "description": "Looks", "is_creator_eligible": false, "permissions": [permission],
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    let membership = format!("/v1/organizations/{ACME}/memberships/{BOB}");
    let changed = fine(patch(
        &emulator,
        &membership,
        json!({ "role": "org:auditor" }),
    ));
    assert_eq!(changed["role_name"], "Auditor");
    assert_eq!(changed["permissions"], json!(["org:teams:audit"]));
    let session = session_of(&emulator, BOB);
    let organization = || {
        let path = format!("/v1/sessions/{session}/tokens");
        let token = fine(post(&emulator, &path, json!({})));
        decode(text(&token, "jwt")).claims["o"].clone()
    };
    assert_eq!(
        organization(),
        json!({ "id": ACME, "slg": "acme", "rol": "auditor", "per": "audit", "fpm": "0,1" })
    );

    // Keys change wherever they are named.
    let role_path = format!("{ROLES}/{}", text(&role, "id"));
    fine(patch(
        &emulator,
        &role_path,
        json!({ "key": "org:reader", "name": "Reader" }),
    ));
    let permission_path = format!("{PERMISSIONS}/{}", text(&permission, "id"));
    fine(patch(
        &emulator,
        &permission_path,
        json!({ "key": "org:dashboard:audit" }),
    ));
    assert_eq!(
        organization(),
        json!({ "id": ACME, "slg": "acme", "rol": "reader", "per": "audit", "fpm": "1,0" })
    );

    // One permission is taken away, the other with all that has it.
    let assigned = format!(
        "{role_path}/permissions/{}",
        id_of(&emulator, PERMISSIONS, "org:teams:read")
    );
    let role = fine(post(&emulator, &assigned, json!({})));
    assert_eq!(role["permissions"].as_array().unwrap().len(), 2);
    fine(delete(&emulator, &assigned));
    fine(delete(&emulator, &permission_path));
    assert_eq!(fine(get(&emulator, &role_path))["permissions"], json!([]));
    assert_eq!(
        organization(),
        json!({ "id": ACME, "slg": "acme", "rol": "reader" })
    );
}

#[test]
fn roles_and_permissions_that_cannot_be_are_refused() {
    let emulator = emulator();
    let long: Vec<Value> = Vec::new();
    for (path, body, expected) in [
        (
            ROLES,
            json!({ "key": "org:a" }),
            refused(422, "form_param_missing", "name"),
        ),
        (
            ROLES,
            json!({ "name": "A" }),
            refused(422, "form_param_missing", "key"),
        ),
        (
            ROLES,
            json!({ "name": " ", "key": "org:a" }),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            ROLES,
            json!({ "name": "A", "key": "a" }),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            ROLES,
            json!({ "name": "A", "key": "org:A" }),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            ROLES,
            json!({ "name": "A", "key": "org:admin" }),
            refused(422, "form_identifier_exists", "key"),
        ),
        (
            ROLES,
            json!({ "name": "A", "key": "org:a", "permissions": ["perm_x"] }),
            refused(404, "resource_not_found", ""),
        ),
        (
            ROLES,
            json!({ "name": "A", "key": "org:a", "permissions": long, "colour": 1 }),
            refused(422, "form_param_unknown", "colour"),
        ),
        (
            PERMISSIONS,
            json!({ "name": "A", "key": "org:a" }),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            PERMISSIONS,
            json!({ "name": "A", "key": "org:a:b:c" }),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            PERMISSIONS,
            json!({ "name": "A", "key": "org:sys_memberships:own" }),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            PERMISSIONS,
            json!({ "name": "A", "key": "org:teams:read" }),
            refused(422, "form_identifier_exists", "key"),
        ),
    ] {
        let found = refusal(post(&emulator, path, body.clone()));
        assert_eq!(found, expected, "{path} {body}");
    }
    assert_eq!(fine(get(&emulator, ROLES))["total_count"], 2);
    assert_eq!(fine(get(&emulator, PERMISSIONS))["total_count"], 12);
    for index in 2..10 {
        let body = json!({ "name": "A", "key": format!("org:a{index}") });
        fine(post(&emulator, ROLES, body));
    }
    let body = json!({ "name": "A", "key": "org:one_too_many" });
    assert_eq!(
        refusal(post(&emulator, ROLES, body)),
        refused(403, "organization_instance_roles_quota_exceeded", "")
    );
}

#[test]
fn nobody_changes_permissions_of_clerks_own() {
    let emulator = emulator();
    let id = id_of(&emulator, PERMISSIONS, "org:sys_memberships:manage");
    let path = format!("{PERMISSIONS}/{id}");
    let expected = refused(403, "organization_system_permission_not_modifiable", "");
    let changed = patch(&emulator, &path, json!({ "name": "Mine" }));
    assert_eq!(refusal(changed), expected);
    assert_eq!(refusal(delete(&emulator, &path)), expected);
    assert_eq!(fine(get(&emulator, &path))["name"], "Manage members");
}

#[test]
fn a_role_that_is_in_use_stays() {
    let emulator = emulator();
    let (admin, member) = (
        id_of(&emulator, ROLES, "org:admin"),
        id_of(&emulator, ROLES, "org:member"),
    );
    let (admin, member) = (format!("{ROLES}/{admin}"), format!("{ROLES}/{member}"));
    assert_eq!(
        refusal(delete(&emulator, &admin)),
        refused(403, "organization_role_used_as_default_creator_role", "")
    );
    assert_eq!(
        refusal(delete(&emulator, &member)),
        refused(403, "organization_role_used_as_domain_default_role", "")
    );
    let manage = id_of(&emulator, PERMISSIONS, "org:sys_memberships:manage");
    let expected = refused(403, "organization_missing_creator_role_permissions", "");
    let withdrawn = delete(&emulator, &format!("{admin}/permissions/{manage}"));
    assert_eq!(refusal(withdrawn), expected);
    let emptied = patch(&emulator, &admin, json!({ "permissions": [] }));
    assert_eq!(refusal(emptied), expected);
    assert_eq!(
        refusal(post(
            &emulator,
            &format!("{admin}/permissions/{manage}"),
            json!({})
        )),
        refused(409, "organization_role_permission_association_exists", "")
    );
    assert_eq!(
        refusal(delete(&emulator, &format!("{member}/permissions/{manage}"))),
        refused(
            404,
            "organization_role_permission_association_not_found",
            ""
        )
    );

    let body = json!({ "name": "Guest", "key": "org:guest" });
    let guest = fine(post(&emulator, ROLES, body));
    let guest = format!("{ROLES}/{}", text(&guest, "id"));
    fine(post(
        &emulator,
        &format!("/v1/organizations/{ACME}/invitations"),
        json!({ "email_address": "eve@example.com", "role": "org:guest" }),
    ));
    assert_eq!(
        refusal(delete(&emulator, &guest)),
        refused(403, "organization_role_exists_in_invitations", "")
    );
    fine(patch(
        &emulator,
        &format!("/v1/organizations/{ACME}/memberships/{BOB}"),
        json!({ "role": "org:guest" }),
    ));
    assert_eq!(
        refusal(delete(&emulator, &guest)),
        refused(403, "organization_role_assigned_to_members", "")
    );
}

#[test]
fn a_role_that_is_not_in_use_goes() {
    let emulator = emulator();
    let role = fine(post(
        &emulator,
        ROLES,
        json!({ "name": "Guest", "key": "org:guest" }),
    ));
    let path = format!("{ROLES}/{}", text(&role, "id"));
    assert_eq!(
        fine(delete(&emulator, &path)),
        json!({ "object": "role", "id": role["id"], "deleted": true })
    );
    for answer in [get(&emulator, &path), delete(&emulator, &path)] {
        assert_eq!(refusal(answer), refused(404, "resource_not_found", ""));
    }
    let membership = json!({ "user_id": ADA, "role": "org:guest" });
    let path = format!("/v1/organizations/{ACME}/memberships");
    assert_eq!(refusal(post(&emulator, &path, membership)).0, 404);
}
