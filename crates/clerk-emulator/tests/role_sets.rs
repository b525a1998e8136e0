//! Role sets: which roles the members of an organization may have.

mod support;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{
    ACME, ADA, BOB, column, delete, emulator, fine, get, patch, post, refusal, refused, text,
};

const SETS: &str = "/v1/role_sets";

fn with_crew() -> (Emulator, Value) {
    let emulator = emulator();
    for (name, key) in [("Pilot", "org:pilot"), ("Guest", "org:guest")] {
        let body = json!({ "name": name, "key": key });
        fine(post(&emulator, "/v1/organization_roles", body));
    }
    let crew = fine(post(
        &emulator,
        SETS,
        json!({
            "name": "The crew!", "description": "Who flies", "default_role_key": "org:member",
            "creator_role_key": "org:admin", "roles": ["org:admin", "org:member"],
        }),
    ));
    (emulator, crew)
}

fn roles(set: &Value) -> Vec<&str> {
    let roles = set["roles"].as_array().unwrap();
    roles.iter().map(|role| text(role, "key")).collect()
}

#[test]
fn a_set_is_made_found_and_changed() {
    let (emulator, crew) = with_crew();
    assert_eq!(crew["key"], "role_set:the_crew");
    assert_eq!(crew["type"], "custom");
    assert_eq!(roles(&crew), ["org:admin", "org:member"]);
    assert_eq!(crew["creator_role"]["key"], "org:admin");
    assert_eq!(crew["default_role"]["members_count"], 0);
    for name in [text(&crew, "id"), "role_set:the_crew"] {
        assert_eq!(fine(get(&emulator, &format!("{SETS}/{name}"))), crew);
    }
    let path = format!("{SETS}/{}", text(&crew, "id"));
    let added = fine(post(
        &emulator,
        &format!("{path}/roles"),
        json!({ "role_keys": ["org:pilot"], "default_role_key": "org:pilot" }),
    ));
    assert_eq!(roles(&added), ["org:admin", "org:member", "org:pilot"]);
    assert_eq!(added["default_role"]["key"], "org:pilot");
    let changed = fine(patch(
        &emulator,
        &path,
        json!({ "name": "Crew", "key": "role_set:crew", "type": "initial" }),
    ));
    assert_eq!(
        (&changed["name"], &changed["type"]),
        (&json!("Crew"), &json!("initial"))
    );
    let found = fine(get(&emulator, &format!("{SETS}?query=CREW")));
    assert_eq!(column(&found, "key"), ["role_set:crew"]);
    assert_eq!(
        fine(get(&emulator, &format!("{SETS}?query=no_such_set")))["total_count"],
        0
    );
}

#[test]
fn sets_that_cannot_be_are_refused() {
    let (emulator, _) = with_crew();
    let valid = json!({
        "name": "A", "key": "role_set:a", "default_role_key": "org:member",
        "creator_role_key": "org:admin", "roles": ["org:admin", "org:member"],
    });
    for (member, value, expected) in [
        (
            "name",
            json!(null),
            refused(422, "form_param_missing", "name"),
        ),
        (
            "name",
            json!(""),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            "key",
            json!("a"),
            refused(422, "form_param_format_invalid", "key"),
        ),
        (
            "key",
            json!("role_set:the_crew"),
            refused(422, "form_identifier_exists", "key"),
        ),
        (
            "roles",
            json!(null),
            refused(422, "form_param_missing", "roles"),
        ),
        (
            "roles",
            json!([]),
            refused(422, "form_param_value_invalid", "roles"),
        ),
        (
            "roles",
            json!(["org:x"]),
            refused(404, "resource_not_found", ""),
        ),
        (
            "roles",
            json!(["org:admin"]),
            refused(422, "form_param_value_invalid", "default_role_key"),
        ),
        (
            "creator_role_key",
            json!("org:pilot"),
            refused(422, "form_param_value_invalid", "creator_role_key"),
        ),
        (
            "creator_role_key",
            json!("org:member"),
            refused(422, "form_param_value_invalid", "creator_role_key"),
        ),
        (
            "type",
            json!("odd"),
            refused(422, "form_param_value_invalid", "type"),
        ),
    ] {
        let mut body = valid.clone();
        body[member] = value;
        let found = refusal(post(&emulator, SETS, body.clone()));
        assert_eq!(found, expected, "{body}");
    }
    assert_eq!(fine(get(&emulator, SETS))["total_count"], 1);
}

#[test]
fn members_have_roles_of_their_organizations_set_alone() {
    let (emulator, crew) = with_crew();
    let acme = format!("/v1/organizations/{ACME}");
    let path = format!("{SETS}/{}", text(&crew, "id"));
    let organization = fine(patch(
        &emulator,
        &acme,
        json!({ "role_set_key": "role_set:the_crew" }),
    ));
    assert_eq!(organization["role_set_key"], "role_set:the_crew");
    let bob = format!("{acme}/memberships/{BOB}");
    let expected = refused(422, "form_param_value_invalid", "role");
    let as_pilot = json!({ "role": "org:pilot" });
    assert_eq!(refusal(patch(&emulator, &bob, as_pilot.clone())), expected);
    let invitation = json!({ "email_address": "eve@example.com", "role": "org:pilot" });
    let invited = post(&emulator, &format!("{acme}/invitations"), invitation);
    assert_eq!(refusal(invited), expected);
    let added = json!({ "role_keys": ["org:pilot"] });
    fine(post(&emulator, &format!("{path}/roles"), added));
    fine(patch(&emulator, &bob, as_pilot));
    assert_eq!(fine(get(&emulator, &path))["roles"][2]["members_count"], 1);

    // The role leaves the set, and its members get another.
    let replaced = fine(post(
        &emulator,
        &format!("{path}/roles/replace"),
        json!({ "role_key": "org:pilot", "to_role_key": "org:member" }),
    ));
    assert_eq!(roles(&replaced), ["org:admin", "org:member"]);
    let members = fine(get(&emulator, &format!("{acme}/memberships?user_id={BOB}")));
    assert_eq!(column(&members, "role"), ["org:member"]);

    // Renamed, the set is still the organization's.
    fine(patch(&emulator, &path, json!({ "key": "role_set:new" })));
    assert_eq!(fine(get(&emulator, &acme))["role_set_key"], "role_set:new");
}

#[test]
fn a_set_gives_way_to_another() {
    let (emulator, crew) = with_crew();
    let acme = format!("/v1/organizations/{ACME}");
    let path = format!("{SETS}/{}/replace", text(&crew, "id"));
    fine(patch(
        &emulator,
        &acme,
        json!({ "role_set_key": "role_set:the_crew" }),
    ));
    fine(post(
        &emulator,
        SETS,
        json!({
            "name": "Reserve", "default_role_key": "org:guest", "creator_role_key": "org:admin",
            "roles": ["org:admin", "org:guest"],
        }),
    ));
    for (body, expected) in [
        (
            json!({}),
            refused(422, "form_param_missing", "dest_role_set_key"),
        ),
        (
            json!({ "dest_role_set_key": "role_set:x" }),
            refused(404, "resource_not_found", ""),
        ),
        (
            json!({ "dest_role_set_key": "role_set:the_crew" }),
            refused(404, "resource_not_found", ""),
        ),
        // Bob is a member, which the other set does not have.
        (
            json!({ "dest_role_set_key": "role_set:reserve" }),
            refused(422, "form_param_value_invalid", "reassignment_mappings"),
        ),
        (
            json!({
                "dest_role_set_key": "role_set:reserve",
                "reassignment_mappings": { "org:member": "org:pilot" },
            }),
            refused(422, "form_param_value_invalid", "reassignment_mappings"),
        ),
    ] {
        assert_eq!(refusal(post(&emulator, &path, body)), expected);
    }
    let replaced = fine(post(
        &emulator,
        &path,
        json!({
            "dest_role_set_key": "role_set:reserve",
            "reassignment_mappings": { "org:member": "org:guest" },
        }),
    ));
    assert_eq!(
        replaced,
        json!({ "object": "role_set", "id": crew["id"], "deleted": true })
    );
    assert_eq!(
        fine(get(&emulator, &acme))["role_set_key"],
        "role_set:reserve"
    );
    let members = fine(get(
        &emulator,
        &format!("{acme}/memberships?order_by=%2Bcreated_at"),
    ));
    assert_eq!(column(&members, "role"), ["org:admin", "org:guest"]);
    assert_eq!(
        column(&fine(get(&emulator, SETS)), "key"),
        ["role_set:reserve"]
    );
}

#[test]
fn new_organizations_have_the_initial_set() {
    let (emulator, _) = with_crew();
    let body = json!({ "name": "Before", "created_by": ADA });
    let before = fine(post(&emulator, "/v1/organizations", body));
    assert_eq!(before["role_set_key"], Value::Null);
    fine(patch(
        &emulator,
        &format!("{SETS}/role_set:the_crew"),
        json!({ "type": "initial" }),
    ));
    fine(post(
        &emulator,
        "/v1/organization_roles",
        json!({ "name": "Cook", "key": "org:cook", "include_in_initial_role_set": true }),
    ));
    let after = fine(post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "After" }),
    ));
    assert_eq!(after["role_set_key"], "role_set:the_crew");
    let set = fine(get(&emulator, &format!("{SETS}/role_set:the_crew")));
    assert_eq!(roles(&set), ["org:admin", "org:member", "org:cook"]);
    let cook = text(&set["roles"][2], "id").to_owned();
    fine(delete(&emulator, &format!("/v1/organization_roles/{cook}")));
    let set = fine(get(&emulator, &format!("{SETS}/role_set:the_crew")));
    assert_eq!(roles(&set), ["org:admin", "org:member"]);
    // There is one initial set at most.
    fine(post(
        &emulator,
        SETS,
        json!({
            "name": "Other", "default_role_key": "org:admin", "creator_role_key": "org:admin",
            "type": "initial", "roles": ["org:admin"],
        }),
    ));
    let sets = fine(get(&emulator, &format!("{SETS}?order_by=name")));
    assert_eq!(column(&sets, "type"), ["initial", "custom"]);
    let missing = patch(
        &emulator,
        &format!("/v1/organizations/{ACME}"),
        json!({ "role_set_key": "role_set:other" }),
    );
    assert_eq!(
        refusal(missing),
        refused(422, "form_param_value_invalid", "role_set_key")
    );
}
