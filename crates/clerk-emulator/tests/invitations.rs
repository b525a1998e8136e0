//! The operations on invitations, to the instance and to organizations.

mod support;

use std::time::Duration;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{ACME, ADA, BOB, NOW, call, emulator, get, post, refusal, refused, request};

const INSTANCE: &str = "/v1/invitations";
const ACMES: &str = "/v1/organizations/acme/invitations";

fn body(path: &str, address: &str) -> Value {
    match path {
        INSTANCE => json!({ "email_address": address }),
        _ => json!({ "email_address": address, "role": "org:member" }),
    }
}

fn invite(emulator: &Emulator, path: &str, address: &str) -> String {
    let (status, invitation) = post(emulator, path, body(path, address));
    assert_eq!(status, 200, "{invitation}");
    invitation["id"].as_str().unwrap().to_owned()
}

fn addresses(list: &Value) -> Vec<&str> {
    let items = list.as_array().or(list["data"].as_array()).unwrap();
    items
        .iter()
        .map(|item| item["email_address"].as_str().unwrap())
        .collect()
}

#[test]
fn an_invitation_is_pending_until_revoked() {
    let emulator = emulator();
    let metadata = json!({ "a": 1 });
    let (status, invitation) = post(
        &emulator,
        INSTANCE,
        json!({
            "email_address": "eve@example.com", "public_metadata": metadata, "notify": false,
            "redirect_url": "https://example.com", "template_slug": "invitation",
        }),
    );
    assert_eq!(status, 200, "{invitation}");
    let id = invitation["id"].as_str().unwrap();
    let mut expected = json!({
        "object": "invitation", "id": id, "email_address": "eve@example.com",
        "public_metadata": metadata, "revoked": false, "status": "pending",
        "url": invitation["url"], "expires_at": 1_802_592_000_000_i64,
        "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
    });
    assert_eq!(invitation, expected);
    let path = format!("{INSTANCE}/{id}/revoke");
    expected["revoked"] = json!(true);
    expected["status"] = json!("revoked");
    assert_eq!(call(&emulator, "POST", &path, None), (200, expected));
    let again = refusal(call(&emulator, "POST", &path, None));
    assert_eq!(again, refused(400, "invitation_already_revoked", ""));
    let missing = || refused(404, "resource_not_found", "");
    let found = refusal(post(&emulator, "/v1/invitations/inv_x/revoke", json!({})));
    assert_eq!(found, missing());
    let foreign = format!("{INSTANCE}/{}/revoke", invite(&emulator, ACMES, "x@y.zz"));
    assert_eq!(refusal(post(&emulator, &foreign, json!({}))), missing());
}

#[test]
fn an_invitation_to_an_organization_knows_role_and_inviter() {
    let emulator = emulator();
    let (status, invitation) = post(
        &emulator,
        ACMES,
        json!({
            "email_address": "eve@example.com", "role": "org:admin", "inviter_user_id": ADA,
            "public_metadata": { "a": 1 }, "private_metadata": { "b": 2 }, "expires_in_days": 1,
        }),
    );
    assert_eq!(status, 200, "{invitation}");
    let id = invitation["id"].as_str().unwrap();
    for (member, expected) in [
        ("object", json!("organization_invitation")),
        ("role", json!("org:admin")),
        ("role_name", json!("Admin")),
        ("organization_id", json!(ACME)),
        ("inviter_id", json!(ADA)),
        ("status", json!("pending")),
        ("public_metadata", json!({ "a": 1 })),
        ("private_metadata", json!({ "b": 2 })),
        ("expires_at", json!(1_800_086_400_000_i64)),
    ] {
        assert_eq!(invitation[member], expected, "{member}");
    }
    // Less than members get to know of each other.
    let inviter = &invitation["public_inviter_data"];
    let image_url = &inviter["image_url"];
    assert!(image_url.is_string(), "{inviter}");
    assert_eq!(
        inviter,
        &json!({
            "user_id": ADA, "first_name": "Ada", "last_name": "Lovelace", "identifier": "ada@example.com",
            "image_url": image_url, "has_image": false,
        })
    );
    let path = format!("{ACMES}/{id}");
    assert_eq!(get(&emulator, &path), (200, invitation.clone()));

    let revoke = format!("{path}/revoke");
    let by = |user: &str| json!({ "requesting_user_id": user });
    let found = refusal(post(&emulator, &revoke, by(BOB)));
    assert_eq!(found, refused(403, "not_an_admin_in_organization", ""));
    let found = refusal(post(&emulator, &revoke, by("user_x")));
    assert_eq!(found, refused(403, "not_a_member_in_organization", ""));
    let (status, revoked) = post(&emulator, &revoke, by(ADA));
    assert_eq!((status, &revoked["status"]), (200, &json!("revoked")));
    let found = refusal(post(&emulator, &revoke, json!({})));
    assert_eq!(
        found,
        refused(404, "organization_invitation_not_pending", "")
    );
    for (method, path) in [
        ("GET", "/v1/organizations/acme/invitations/orginv_x"),
        ("POST", "/v1/organizations/acme/invitations/orginv_x/revoke"),
        ("GET", "/v1/organizations/org_x/invitations"),
        ("POST", "/v1/organizations/org_x/invitations"),
    ] {
        let found = refusal(call(&emulator, method, path, None));
        assert_eq!(found, refused(404, "resource_not_found", ""), "{path}");
    }
}

#[test]
fn an_invitation_expires() {
    let emulator = emulator();
    let id = invite(&emulator, ACMES, "eve@example.com");
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    let status_after = |time: Duration| {
        let request = request("GET", &format!("{ACMES}/{id}"), None);
        let answer = emulator.handle(request, NOW.saturating_add(time));
        let response = answer.into_response().unwrap();
        serde_json::from_slice::<Value>(response.body()).unwrap()["status"].clone()
    };
    assert_eq!(status_after(month - Duration::from_millis(1)), "pending");
    assert_eq!(status_after(month), "expired");
}

#[test]
fn invitations_that_cannot_be_are_refused() {
    let emulator = emulator();
    invite(&emulator, INSTANCE, "eve@example.com");
    invite(&emulator, ACMES, "eve@example.com");
    let with = |path: &str, name: &str, value: Value| {
        let mut body = body(path, "new@example.com");
        body[name] = value;
        body
    };
    let value = |name: &str| refused(422, "form_param_value_invalid", name);
    for (path, name, given, expected) in [
        (
            INSTANCE,
            "email_address",
            json!("EVE@example.com"),
            refused(400, "duplicate_record", ""),
        ),
        (
            INSTANCE,
            "email_address",
            json!("bob@example.com"),
            refused(422, "form_identifier_exists", "email_address"),
        ),
        (
            INSTANCE,
            "role",
            json!("org:member"),
            refused(422, "form_param_unknown", "role"),
        ),
        (
            ACMES,
            "email_address",
            json!("EVE@example.com"),
            refused(400, "organization_invitation_not_unique", ""),
        ),
        (
            ACMES,
            "email_address",
            json!("bob@example.com"),
            refused(400, "already_a_member_in_organization", ""),
        ),
        (
            ACMES,
            "role",
            json!(null),
            refused(422, "form_param_missing", "role"),
        ),
        (
            ACMES,
            "role",
            json!("member"),
            refused(404, "resource_not_found", ""),
        ),
        (
            ACMES,
            "inviter_user_id",
            json!(BOB),
            refused(403, "not_an_admin_in_organization", ""),
        ),
        (
            ACMES,
            "inviter_user_id",
            json!("user_x"),
            refused(403, "not_a_member_in_organization", ""),
        ),
        (
            ACMES,
            "private_metadata",
            json!(1),
            value("private_metadata"),
        ),
    ] {
        let found = refusal(post(&emulator, path, with(path, name, given)));
        assert_eq!(found, expected, "{path} {name}");
    }
    for path in [INSTANCE, ACMES] {
        for (name, given, expected) in [
            (
                "email_address",
                json!(null),
                refused(422, "form_param_missing", "email_address"),
            ),
            (
                "email_address",
                json!("nobody"),
                refused(422, "form_param_format_invalid", "email_address"),
            ),
            ("expires_in_days", json!(0), value("expires_in_days")),
            ("expires_in_days", json!(366), value("expires_in_days")),
            ("public_metadata", json!([]), value("public_metadata")),
            (
                "colour",
                json!("red"),
                refused(422, "form_param_unknown", "colour"),
            ),
        ] {
            let found = refusal(post(&emulator, path, with(path, name, given)));
            assert_eq!(found, expected, "{path} {name}");
        }
    }
    let again = json!({ "email_address": "eve@example.com", "ignore_existing": true });
    assert_eq!(post(&emulator, INSTANCE, again).0, 200);
}

#[test]
fn invitations_come_in_bulk_for_all_or_for_none() {
    let emulator = emulator();
    for path in [INSTANCE, ACMES] {
        let bulk = format!("{path}/bulk");
        let (status, made) = post(
            &emulator,
            &bulk,
            json!([body(path, "a@example.com"), body(path, "b@example.com")]),
        );
        assert_eq!(status, 200, "{made}");
        assert_eq!(addresses(&made), ["a@example.com", "b@example.com"]);
        assert_eq!(made.get("total_count").is_some(), path == ACMES);
        let twice = json!([body(path, "c@example.com"), body(path, "c@example.com")]);
        assert_eq!(post(&emulator, &bulk, twice).0, 400);
        let many: Vec<Value> = (0..11)
            .map(|n| body(path, &format!("{n}@example.com")))
            .collect();
        for (body, code) in [
            (json!(many), "bulk_size_exceeded"),
            (json!({}), "request_body_invalid"),
            (json!([1]), "request_body_invalid"),
        ] {
            let found = refusal(post(&emulator, &bulk, body));
            assert_eq!(found, refused(400, code, ""), "{path}");
        }
        let (_, list) = get(&emulator, path);
        assert_eq!(
            addresses(&list),
            ["b@example.com", "a@example.com"],
            "{path}"
        );
    }
    let found = refusal(post(
        &emulator,
        "/v1/organizations/x/invitations/bulk",
        json!([]),
    ));
    assert_eq!(found, refused(404, "resource_not_found", ""));
}

#[test]
fn invitations_are_listed_newest_first_and_through_filters() {
    let emulator = emulator();
    let (a, b, c) = ("a@example.com", "b@example.com", "c@example.com");
    for path in [INSTANCE, ACMES] {
        for address in [b, a, c] {
            let id = invite(&emulator, path, address);
            if address == c {
                assert_eq!(
                    post(&emulator, &format!("{path}/{id}/revoke"), json!({})).0,
                    200
                );
            }
        }
    }
    for (path, expected) in [
        ("/v1/invitations", &[a, b][..]),
        ("/v1/invitations?paginated=true", &[a, b]),
        ("/v1/invitations?status=revoked", &[c]),
        ("/v1/invitations?status=accepted", &[]),
        ("/v1/invitations?order_by=-email_address", &[b, a]),
        ("/v1/invitations?query=B%40", &[b]),
        ("/v1/invitations?limit=1&offset=1", &[b]),
        ("/v1/organizations/acme/invitations", &[c, a, b]),
        ("/v1/organizations/acme/invitations?status=pending", &[a, b]),
        ("/v1/organizations/acme/invitations/pending", &[a, b]),
        (
            "/v1/organizations/acme/invitations/pending?limit=1&offset=1",
            &[b],
        ),
        (
            "/v1/organizations/acme/invitations?status=pending&status=revoked",
            &[c, a, b],
        ),
        (
            "/v1/organizations/acme/invitations?email_address=B@example.com",
            &[b],
        ),
        (
            "/v1/organization_invitations?order_by=email_address",
            &[a, b, c],
        ),
        ("/v1/organization_invitations?query=a@&status=pending", &[a]),
    ] {
        let (status, list) = get(&emulator, path);
        assert_eq!(status, 200, "{path} {list}");
        assert_eq!(addresses(&list), expected, "{path}");
    }
    let (_, list) = get(&emulator, "/v1/organization_invitations?limit=1");
    assert_eq!(list["total_count"], 3);
    let picture = format!("{}/images/{ACME}", emulator.url());
    assert_eq!(
        list["data"][0]["public_organization_data"],
        json!({
            "id": ACME, "name": "Acme", "slug": "acme", "has_image": false,
            "image_url": picture,
        })
    );
    for path in [INSTANCE, ACMES, "/v1/organization_invitations"] {
        for (query, code, param) in [
            ("status=open", "form_param_value_invalid", "status"),
            ("order_by=role", "form_param_value_invalid", "order_by"),
            ("limit=0", "form_param_value_invalid", "limit"),
            ("role=x", "form_param_unknown", "role"),
        ] {
            let found = refusal(get(&emulator, &format!("{path}?{query}")));
            assert_eq!(found, refused(422, code, param), "{path}");
        }
    }
    call(&emulator, "DELETE", "/v1/organizations/acme", None);
    assert_eq!(
        get(&emulator, "/v1/organization_invitations").1["total_count"],
        0
    );
    assert_eq!(addresses(&get(&emulator, INSTANCE).1), [a, b]);
}
