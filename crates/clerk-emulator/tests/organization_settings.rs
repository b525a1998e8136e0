//! What the instance's settings do to organizations.

mod support;

use serde_json::json;
use support::{ACME, ADA, column, emulator, fine, get, patch, post, refusal, refused, text};

const SETTINGS: &str = "/v1/instance/organization_settings";

#[test]
fn settings_are_what_new_organizations_begin_with() {
    let emulator = emulator();
    let role = fine(post(
        &emulator,
        "/v1/organization_roles",
        json!({ "name": "Owner", "key": "org:owner" }),
    ));
    let id = text(&role, "id");
    let refusal_of = |body| refusal(patch(&emulator, SETTINGS, body));
    assert_eq!(
        refusal_of(json!({ "creator_role_id": id, "enabled": false })),
        refused(403, "organization_missing_creator_role_permissions", "")
    );
    let permissions = fine(get(
        &emulator,
        "/v1/organization_permissions?query=org:sys_",
    ));
    fine(patch(
        &emulator,
        &format!("/v1/organization_roles/{id}"),
        json!({ "permissions": column(&permissions, "id") }),
    ));
    let settings = fine(patch(
        &emulator,
        SETTINGS,
        json!({
            "max_allowed_memberships": 7, "admin_delete_enabled": false, "creator_role_id": id,
            "domains_default_role_id": id, "domains_enabled": true,
            "domains_enrollment_modes": ["automatic_invitation"],
        }),
    ));
    assert_eq!(settings["creator_role"], "org:owner");
    assert_eq!(settings["domains_default_role"], "org:owner");
    assert_eq!(
        settings["domains_enrollment_modes"],
        json!(["automatic_invitation"])
    );
    assert_eq!(fine(get(&emulator, SETTINGS)), settings);
    let organization = fine(post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy", "created_by": ADA, "created_at": "2020-01-01T00:00:00Z" }),
    ));
    assert_eq!(organization["max_allowed_memberships"], 7);
    assert_eq!(organization["admin_delete_enabled"], false);
    assert_eq!(organization["created_at"], 1_577_836_800_000_i64);
    let members = fine(get(
        &emulator,
        &format!(
            "/v1/organizations/{}/memberships",
            text(&organization, "id")
        ),
    ));
    assert_eq!(column(&members, "role"), ["org:owner"]);

    // The seed comes back with a reset, and so do its settings.
    emulator.reset();
    assert_eq!(fine(get(&emulator, SETTINGS))["creator_role"], "org:admin");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let emulator = emulator();
    for (body, expected) in [
        (
            json!({ "enabled": 1 }),
            refused(422, "form_param_value_invalid", "enabled"),
        ),
        (
            json!({ "max_allowed_memberships": -1 }),
            refused(422, "form_param_value_invalid", "max_allowed_memberships"),
        ),
        (
            json!({ "domains_enrollment_modes": ["odd"] }),
            refused(422, "form_param_value_invalid", "domains_enrollment_modes"),
        ),
        (
            json!({ "creator_role_id": "org:admin" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            json!({ "enabled": false, "colour": "red" }),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        assert_eq!(refusal(patch(&emulator, SETTINGS, body)), expected);
    }
    assert_eq!(fine(get(&emulator, SETTINGS))["enabled"], true);
}

#[test]
fn without_organizations_nothing_is_found_of_them() {
    let emulator = emulator();
    fine(patch(&emulator, SETTINGS, json!({ "enabled": false })));
    let expected = refused(403, "organization_not_enabled_in_instance", "");
    for path in ["", "/acme", "/acme/memberships", "/acme/invitations"] {
        let path = format!("/v1/organizations{path}");
        assert_eq!(refusal(get(&emulator, &path)), expected, "{path}");
    }
    let created = post(&emulator, "/v1/organizations", json!({ "name": "A" }));
    assert_eq!(refusal(created), expected);
    fine(patch(&emulator, SETTINGS, json!({ "enabled": true })));
    assert_eq!(fine(get(&emulator, "/v1/organizations"))["total_count"], 1);
}

#[test]
fn without_slugs_nobody_chooses_one() {
    let emulator = emulator();
    fine(patch(&emulator, SETTINGS, json!({ "slug_disabled": true })));
    let expected = refused(403, "organization_slugs_disabled", "");
    let body = json!({ "name": "Navy", "slug": "navy" });
    assert_eq!(
        refusal(post(&emulator, "/v1/organizations", body)),
        expected
    );
    let path = format!("/v1/organizations/{ACME}");
    let changed = patch(&emulator, &path, json!({ "slug": "navy" }));
    assert_eq!(refusal(changed), expected);
    fine(post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy" }),
    ));
}
