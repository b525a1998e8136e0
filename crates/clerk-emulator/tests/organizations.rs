//! The operations on organizations.

mod support;

use serde_json::{Value, json};
use support::{
    ACME, ADA, BOB, call, emulator, get, patch, post, refusal, refused, request, send, session_of,
};

fn ids(list: &Value) -> Vec<&str> {
    let items = list["data"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

#[test]
fn an_organization_is_created_with_its_creator_as_admin() {
    let emulator = emulator();
    let (status, organization) = post(
        &emulator,
        "/v1/organizations",
        json!({
            "name": "Bob & Söhne", "created_by": BOB, "max_allowed_memberships": 2,
            "public_metadata": { "a": 1 }, "private_metadata": { "b": 2 },
        }),
    );
    assert_eq!(status, 200, "{organization}");
    let id = organization["id"].as_str().unwrap();
    assert_eq!(id.len(), "org_".len() + 27);
    let mut expected = json!({
        "object": "organization", "id": id, "name": "Bob & Söhne", "slug": "bob-s-hne-1800000000",
        "image_url": format!("{}/images/{id}", emulator.url()), "has_image": false,
        "members_count": 1,
        "max_allowed_memberships": 2, "admin_delete_enabled": true, "role_set_key": null,
        "public_metadata": { "a": 1 }, "private_metadata": { "b": 2 }, "created_by": BOB,
        "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
    });
    assert_eq!(organization, expected);
    expected.as_object_mut().unwrap().remove("members_count");
    for name in [id, "bob-s-hne-1800000000"] {
        let found = get(&emulator, &format!("/v1/organizations/{name}"));
        assert_eq!(found, (200, expected.clone()));
    }
    let (_, members) = get(&emulator, &format!("/v1/organizations/{id}/memberships"));
    assert_eq!(members["total_count"], 1);
    assert_eq!(members["data"][0]["role"], "org:admin");
    assert_eq!(members["data"][0]["public_user_data"]["user_id"], BOB);

    let (_, second) = post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "bob s hne" }),
    );
    assert_eq!(second["slug"], "bob-s-hne-1800000000-2");
    assert_eq!(second["max_allowed_memberships"], 5);
    assert_eq!(
        (&second["created_by"], &second["members_count"]),
        (&json!(""), &json!(0))
    );
}

#[test]
fn organizations_that_cannot_be_are_refused() {
    let emulator = emulator();
    let large = "x".repeat(8 * 1024);
    for (body, expected) in [
        (json!({}), refused(422, "form_param_missing", "name")),
        (
            json!({ "name": " " }),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            json!({ "name": "x".repeat(257) }),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            json!({ "name": "A", "slug": "acme" }),
            refused(422, "form_identifier_exists", "slug"),
        ),
        (
            json!({ "name": "A", "slug": "A B" }),
            refused(422, "form_param_format_invalid", "slug"),
        ),
        (
            json!({ "name": "A", "created_by": "user_x" }),
            refused(400, "organization_creator_not_found", ""),
        ),
        (
            json!({ "name": "A", "max_allowed_memberships": -1 }),
            refused(422, "form_param_value_invalid", "max_allowed_memberships"),
        ),
        (
            json!({ "name": "A", "public_metadata": { "large": large } }),
            refused(422, "form_param_exceeds_allowed_size", "public_metadata"),
        ),
        (
            json!({ "name": "A", "colour": "red" }),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        let found = refusal(post(&emulator, "/v1/organizations", body));
        assert_eq!(found, expected);
    }
    assert_eq!(get(&emulator, "/v1/organizations").1["total_count"], 1);
    for (method, path) in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PATCH", "/metadata"),
        ("PUT", "/metadata"),
    ] {
        let path = format!("/v1/organizations/org_x{path}");
        let found = refusal(call(&emulator, method, &path, None));
        assert_eq!(found, refused(404, "resource_not_found", ""), "{method}");
    }
}

#[test]
fn an_organization_says_more_where_it_is_asked_to() {
    let emulator = emulator();
    let (_, empty) = post(&emulator, "/v1/organizations", json!({ "name": "Empty" }));
    let flags = "include_members_count=true&include_missing_member_with_elevated_permissions=true";
    for (id, count, missing) in [("acme", 2, false), (empty["id"].as_str().unwrap(), 0, true)] {
        let (_, found) = get(&emulator, &format!("/v1/organizations/{id}?{flags}"));
        assert_eq!(found["members_count"], count);
        assert_eq!(found["missing_member_with_elevated_permissions"], missing);
    }
    let found = refusal(get(
        &emulator,
        "/v1/organizations/acme?include_members_count=yes",
    ));
    let expected = refused(422, "form_param_value_invalid", "include_members_count");
    assert_eq!(found, expected);
}

#[test]
fn an_organization_is_updated_and_its_metadata_with_an_operation_of_its_own() {
    let emulator = emulator();
    let path = format!("/v1/organizations/{ACME}");
    let changes = json!({
        "name": "ACME", "slug": "acme-2", "max_allowed_memberships": 0,
        "admin_delete_enabled": false,
    });
    let (status, changed) = patch(&emulator, &path, changes);
    assert_eq!((status, &changed["slug"]), (200, &json!("acme-2")));
    assert_eq!(changed["name"], "ACME");
    assert_eq!(changed["max_allowed_memberships"], 0);
    assert_eq!(changed["admin_delete_enabled"], false);
    assert_eq!(get(&emulator, "/v1/organizations/acme-2").1, changed);

    let other = json!({ "name": "Other", "slug": "other" });
    post(&emulator, "/v1/organizations", other);
    for (body, code, param) in [
        (json!({ "slug": "other" }), "form_identifier_exists", "slug"),
        (json!({ "slug": "" }), "form_param_format_invalid", "slug"),
        (json!({ "name": "" }), "form_param_value_invalid", "name"),
        (
            json!({ "public_metadata": {} }),
            "form_param_unknown",
            "public_metadata",
        ),
    ] {
        let found = refusal(patch(&emulator, &path, body));
        assert_eq!(found, refused(422, code, param));
    }
    let old = json!({ "public_metadata": { "a": { "b": 1 } } });
    let mut request = request("PATCH", &path, Some(&old));
    let version = "2025-11-10".parse().unwrap();
    request.headers_mut().insert("clerk-api-version", version);
    assert_eq!(send(&emulator, request).status(), 200);

    let path = format!("{path}/metadata");
    for (method, body, expected) in [
        (
            "PATCH",
            json!({ "public_metadata": { "a": { "c": 2 } } }),
            json!({ "a": { "b": 1, "c": 2 } }),
        ),
        (
            "PATCH",
            json!({ "public_metadata": { "a": { "b": null } } }),
            json!({ "a": { "c": 2 } }),
        ),
        (
            "PUT",
            json!({ "public_metadata": { "d": 3 } }),
            json!({ "d": 3 }),
        ),
        ("PUT", json!({ "private_metadata": {} }), json!({ "d": 3 })),
    ] {
        let (status, found) = call(&emulator, method, &path, Some(&body));
        assert_eq!((status, &found["public_metadata"]), (200, &expected));
    }
    let found = refusal(patch(&emulator, &path, json!({ "public_metadata": 1 })));
    let expected = refused(422, "form_param_value_invalid", "public_metadata");
    assert_eq!(found, expected);
}

#[test]
fn a_deleted_organization_takes_its_memberships_along() {
    let emulator = emulator();
    let session = format!("/v1/sessions/{}", session_of(&emulator, ADA));
    let deleted = json!({
        "object": "organization", "id": ACME, "slug": "acme", "deleted": true,
    });
    let found = call(&emulator, "DELETE", "/v1/organizations/acme", None);
    assert_eq!(found, (200, deleted));
    assert_eq!(
        refusal(get(&emulator, &format!("/v1/organizations/{ACME}"))),
        refused(404, "resource_not_found", "")
    );
    let (_, memberships) = get(
        &emulator,
        &format!("/v1/users/{ADA}/organization_memberships"),
    );
    assert_eq!(memberships, json!({ "data": [], "total_count": 0 }));
    let (_, session) = get(&emulator, &session);
    assert_eq!(session["last_active_organization_id"], json!(null));
}

#[test]
fn organizations_are_listed_with_their_total() {
    let emulator = emulator();
    let create = |body: Value| {
        let (_, organization) = post(&emulator, "/v1/organizations", body);
        organization["id"].as_str().unwrap().to_owned()
    };
    let zoo = create(json!({ "name": "Zoo", "created_by": BOB }));
    let bar = create(json!({ "name": "bar" }));
    for (query, expected) in [
        ("", &[&*bar, &*zoo, ACME][..]),
        ("?limit=1&offset=1", &[&*zoo]),
        ("?order_by=name", &[ACME, &*bar, &*zoo]),
        ("?order_by=-members_count", &[ACME, &*zoo, &*bar]),
        ("?query=ZO", &[&*zoo]),
        ("?user_id=user_0adaLovelaceExample00000000", &[ACME]),
        (
            "?user_id=-user_0adaLovelaceExample00000000",
            &[&*bar, &*zoo],
        ),
        ("?organization_id=org_0acmeExampleOrganization000", &[ACME]),
    ] {
        let (status, list) = get(&emulator, &format!("/v1/organizations{query}"));
        assert_eq!(status, 200, "{list}");
        assert_eq!(ids(&list), expected, "{query}");
        assert!(list["data"][0].get("members_count").is_none());
    }
    let (_, list) = get(
        &emulator,
        "/v1/organizations?include_members_count=true&limit=1",
    );
    assert_eq!(
        (&list["total_count"], &list["data"][0]["members_count"]),
        (&json!(3), &json!(0))
    );
    for (query, code, param) in [
        ("limit=501", "form_param_value_invalid", "limit"),
        ("order_by=slug", "form_param_value_invalid", "order_by"),
        ("paginated=true", "form_param_unknown", "paginated"),
    ] {
        let found = refusal(get(&emulator, &format!("/v1/organizations?{query}")));
        assert_eq!(found, refused(422, code, param));
    }
}
