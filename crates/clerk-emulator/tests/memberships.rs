//! The operations on memberships.

mod support;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{ACME, ADA, BOB, call, emulator, get, patch, post, refusal, refused, session_of};

const MEMBERSHIPS: &str = "/v1/organizations/acme/memberships";

fn new_user(emulator: &Emulator, username: &str) -> String {
    let (_, user) = post(emulator, "/v1/users", json!({ "username": username }));
    user["id"].as_str().unwrap().to_owned()
}

fn users(list: &Value) -> Vec<&str> {
    let items = list["data"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["public_user_data"]["user_id"].as_str().unwrap())
        .collect()
}

#[test]
fn a_member_comes_changes_and_goes() {
    let emulator = emulator();
    let eve = new_user(&emulator, "eve");
    let (status, membership) = post(
        &emulator,
        MEMBERSHIPS,
        json!({ "user_id": eve, "role": "org:member", "public_metadata": { "a": 1 } }),
    );
    assert_eq!(status, 200, "{membership}");
    for (member, expected) in [
        ("object", json!("organization_membership")),
        ("role", json!("org:member")),
        ("role_name", json!("Member")),
        ("public_metadata", json!({ "a": 1 })),
        ("private_metadata", json!({})),
        ("created_at", json!(1_800_000_000_000_i64)),
    ] {
        assert_eq!(membership[member], expected, "{member}");
    }
    assert_eq!(membership["organization"]["id"], ACME);
    let permissions = membership["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("org:sys_memberships:read")));
    let picture = format!("{}/images/{}", emulator.url(), eve);
    assert_eq!(
        membership["public_user_data"],
        json!({
            "user_id": eve, "first_name": null, "last_name": null, "identifier": "eve",
            "username": "eve", "banned": false, "deprovisioned": false, "has_image": false,
            "image_url": picture,
            "profile_image_url": picture,
        })
    );
    let session = format!("/v1/sessions/{}", session_of(&emulator, &eve));
    assert_eq!(
        get(&emulator, &session).1["last_active_organization_id"],
        ACME
    );

    let path = format!("{MEMBERSHIPS}/{eve}");
    let (status, changed) = patch(&emulator, &path, json!({ "role": "org:admin" }));
    assert_eq!((status, &changed["role_name"]), (200, &json!("Admin")));
    assert_eq!(changed["id"], membership["id"]);
    let metadata = json!({ "public_metadata": { "a": null, "b": 2 } });
    let (status, changed) = patch(&emulator, &format!("{path}/metadata"), metadata);
    assert_eq!(
        (status, &changed["public_metadata"]),
        (200, &json!({ "b": 2 }))
    );
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, changed));
    let gone = refused(404, "resource_not_found", "");
    assert_eq!(refusal(call(&emulator, "DELETE", &path, None)), gone);
    let (_, session) = get(&emulator, &session);
    assert_eq!(session["last_active_organization_id"], json!(null));
}

#[test]
fn members_who_cannot_be_are_refused() {
    let emulator = emulator();
    let eve = new_user(&emulator, "eve");
    let missing = || refused(404, "resource_not_found", "");
    for (path, body, expected) in [
        (
            MEMBERSHIPS,
            json!({ "role": "org:member" }),
            refused(422, "form_param_missing", "user_id"),
        ),
        (
            MEMBERSHIPS,
            json!({ "user_id": eve }),
            refused(422, "form_param_missing", "role"),
        ),
        (
            MEMBERSHIPS,
            json!({ "user_id": "user_x", "role": "org:member" }),
            missing(),
        ),
        (
            MEMBERSHIPS,
            json!({ "user_id": eve, "role": "admin" }),
            missing(),
        ),
        (
            "/v1/organizations/org_x/memberships",
            json!({ "user_id": eve, "role": "org:member" }),
            missing(),
        ),
        (
            MEMBERSHIPS,
            json!({ "user_id": BOB, "role": "org:member" }),
            refused(400, "already_a_member_in_organization", ""),
        ),
        (
            MEMBERSHIPS,
            json!({ "user_id": eve, "role": "org:member", "x": 1 }),
            refused(422, "form_param_unknown", "x"),
        ),
    ] {
        let found = refusal(post(&emulator, path, body.clone()));
        assert_eq!(found, expected, "{body}");
    }
    for (limit, status) in [(2, 403), (3, 200)] {
        patch(
            &emulator,
            "/v1/organizations/acme",
            json!({ "max_allowed_memberships": limit }),
        );
        let body = json!({ "user_id": eve, "role": "org:member" });
        let found = post(&emulator, MEMBERSHIPS, body);
        assert_eq!(found.0, status);
        if status == 403 {
            let code = "organization_membership_quota_exceeded";
            assert_eq!(refusal(found), refused(403, code, ""));
        }
    }
}

#[test]
fn somebody_is_left_to_manage_members() {
    let emulator = emulator();
    let (ada, bob) = (
        format!("{MEMBERSHIPS}/{ADA}"),
        format!("{MEMBERSHIPS}/{BOB}"),
    );
    let needed = || refused(400, "organization_minimum_permissions_needed", "");
    let role = |role: &str| json!({ "role": role });
    let found = refusal(patch(&emulator, &ada, role("org:member")));
    assert_eq!(found, needed());
    assert_eq!(refusal(call(&emulator, "DELETE", &ada, None)), needed());
    for (path, body, expected) in [
        (&bob, json!({}), refused(422, "form_param_missing", "role")),
        (&bob, role("owner"), refused(404, "resource_not_found", "")),
        (
            &format!("{MEMBERSHIPS}/user_x"),
            role("org:admin"),
            refused(404, "resource_not_found", ""),
        ),
    ] {
        assert_eq!(refusal(patch(&emulator, path, body)), expected);
    }
    assert_eq!(patch(&emulator, &ada, role("org:admin")).0, 200);
    assert_eq!(patch(&emulator, &bob, role("org:admin")).0, 200);
    assert_eq!(call(&emulator, "DELETE", &ada, None).0, 200);
}

#[test]
fn memberships_are_listed_by_organization_user_and_instance() {
    let emulator = emulator();
    let (_, list) = get(&emulator, MEMBERSHIPS);
    let created_at = |place: usize| list["data"][place]["created_at"].clone();
    let after_ada = format!("{MEMBERSHIPS}?created_at_after={}", created_at(1));
    let before_bob = format!("{MEMBERSHIPS}?created_at_before={}", created_at(0));
    for (path, expected) in [
        (MEMBERSHIPS, &[BOB, ADA][..]),
        (
            "/v1/organizations/acme/memberships?limit=1&offset=1",
            &[ADA],
        ),
        (
            "/v1/organizations/acme/memberships?order_by=first_name",
            &[ADA, BOB],
        ),
        ("/v1/organizations/acme/memberships?role=org:admin", &[ADA]),
        (
            "/v1/organizations/acme/memberships?role=org:admin&role=org:member",
            &[BOB, ADA],
        ),
        ("/v1/organizations/acme/memberships?query=lovelace", &[ADA]),
        (
            "/v1/organizations/acme/memberships?email_address=BOB@example.com",
            &[BOB],
        ),
        ("/v1/organizations/acme/memberships?username=x", &[]),
        (
            "/v1/organizations/acme/memberships?phone_number=%2B1555",
            &[],
        ),
        ("/v1/organizations/acme/memberships?web3_wallet=0x1", &[]),
        (
            "/v1/organizations/acme/memberships?phone_number_query=1",
            &[],
        ),
        (&after_ada, &[BOB]),
        (&before_bob, &[ADA]),
        (
            "/v1/organizations/acme/memberships?last_active_at_after=1735689600000",
            &[BOB],
        ),
        (
            "/v1/organizations/acme/memberships?last_active_at_before=1735689601000",
            &[ADA],
        ),
        (
            "/v1/organizations/acme/memberships?user_id=-user_0adaLovelaceExample00000000",
            &[BOB],
        ),
        (
            "/v1/organization_memberships?order_by=%2Bemail_address",
            &[ADA, BOB],
        ),
        (
            "/v1/users/user_0adaLovelaceExample00000000/organization_memberships",
            &[ADA],
        ),
    ] {
        let (status, list) = get(&emulator, path);
        assert_eq!(status, 200, "{path} {list}");
        assert_eq!(users(&list), expected, "{path}");
    }
    let value = "form_param_value_invalid";
    for (path, expected) in [
        (
            "/v1/organizations/x/memberships",
            refused(404, "resource_not_found", ""),
        ),
        (
            "/v1/users/x/organization_memberships",
            refused(404, "resource_not_found", ""),
        ),
        (
            "/v1/organizations/acme/memberships?order_by=role",
            refused(422, value, "order_by"),
        ),
        (
            "/v1/organizations/acme/memberships?created_at_before=soon",
            refused(422, value, "created_at_before"),
        ),
        (
            "/v1/organization_memberships?limit=0",
            refused(422, value, "limit"),
        ),
        (
            "/v1/organization_memberships?role=x",
            refused(422, "form_param_unknown", "role"),
        ),
    ] {
        assert_eq!(refusal(get(&emulator, path)), expected, "{path}");
    }
}

#[test]
fn members_are_found_by_their_phone_numbers() {
    let emulator = emulator();
    let number = json!({ "user_id": BOB, "phone_number": "+15555550100" });
    let (status, created) = post(&emulator, "/v1/phone_numbers", number);
    assert_eq!(status, 200, "{created}");
    for (query, expected) in [
        ("phone_number=%2B15555550100", &[BOB][..]),
        ("phone_number=%2B15555550101", &[]),
        ("phone_number_query=0100", &[BOB]),
        ("order_by=phone_number", &[ADA, BOB]),
    ] {
        let (_, list) = get(&emulator, &format!("{MEMBERSHIPS}?{query}"));
        assert_eq!(users(&list), expected, "{query}");
    }
}
