//! What changes users: updates, metadata, bans and locks.

mod support;

use serde_json::{Value, json};
use support::{
    ADA, BOB, call, emulator, get, patch, post, refusal, refused, request, send, session_of,
};

fn ada() -> String {
    format!("/v1/users/{ADA}")
}

#[test]
fn an_update_changes_what_it_names_and_nothing_else() {
    let emulator = emulator();
    let (_, before) = get(&emulator, &ada());
    let changes = json!({
        "username": "ada", "external_id": "a-1", "first_name": "Augusta", "last_name": null,
        "locale": "en", "delete_self_enabled": false, "create_organizations_limit": 2,
        "primary_email_address_id": before["primary_email_address_id"],
        "password": "long enough", "skip_legal_checks": true,
    });
    let (status, after) = patch(&emulator, &ada(), changes);
    assert_eq!(status, 200, "{after}");
    assert_eq!(get(&emulator, &ada()), (200, after.clone()));
    let mut expected = before;
    for (name, value) in [
        ("username", json!("ada")),
        ("external_id", json!("a-1")),
        ("first_name", json!("Augusta")),
        ("last_name", json!(null)),
        ("locale", json!("en")),
        ("delete_self_enabled", json!(false)),
        ("create_organizations_limit", json!(2)),
        ("password_enabled", json!(true)),
        ("updated_at", json!(1_800_000_000_000_i64)),
        ("password_last_updated_at", json!(1_800_000_000_000_i64)),
    ] {
        expected[name] = value;
    }
    assert_eq!(after, expected);
    let (_, cleared) = patch(&emulator, &ada(), json!({ "username": "" }));
    assert_eq!(cleared["username"], json!(null));
}

#[test]
fn another_primary_address_is_one_of_the_users_own() {
    let emulator = emulator();
    let addresses = json!({ "email_address": ["e@example.com", "e@example.org"] });
    let (_, user) = post(&emulator, "/v1/users", addresses);
    let path = format!("/v1/users/{}", user["id"].as_str().unwrap());
    let second = &user["email_addresses"][1]["id"];
    let primary = |id: &Value| json!({ "primary_email_address_id": id });
    let (_, changed) = patch(&emulator, &path, primary(second));
    assert_eq!(&changed["primary_email_address_id"], second);
    let foreign = get(&emulator, &ada()).1["primary_email_address_id"].clone();
    let found = refusal(patch(&emulator, &path, primary(&foreign)));
    let expected = refused(422, "form_resource_not_found", "primary_email_address_id");
    assert_eq!(found, expected);
}

#[test]
fn updates_that_cannot_be_change_nothing() {
    let emulator = emulator();
    let (_, eve) = post(
        &emulator,
        "/v1/users",
        json!({ "username": "eve", "external_id": "e-1" }),
    );
    let eve = format!("/v1/users/{}", eve["id"].as_str().unwrap());
    let before = get(&emulator, &ada());
    for (path, body, expected) in [
        (
            "/v1/users/user_x",
            json!({}),
            refused(404, "resource_not_found", ""),
        ),
        (
            &ada(),
            json!({ "first_name": "A", "username": "eve" }),
            refused(422, "form_identifier_exists", "username"),
        ),
        (
            &ada(),
            json!({ "external_id": "e-1" }),
            refused(422, "form_identifier_exists", "external_id"),
        ),
        (
            &ada(),
            json!({ "password": "short" }),
            refused(422, "form_password_length_too_short", "password"),
        ),
        (
            &ada(),
            json!({ "first_name": 1 }),
            refused(422, "form_param_value_invalid", "first_name"),
        ),
        (
            &ada(),
            json!({ "first_name": "A", "nickname": "a" }),
            refused(422, "form_param_unknown", "nickname"),
        ),
        (
            &ada(),
            json!({ "public_metadata": {} }),
            refused(422, "form_param_unknown", "public_metadata"),
        ),
        (
            &eve,
            json!({ "username": null }),
            refused(422, "form_data_missing", ""),
        ),
    ] {
        let found = refusal(patch(&emulator, path, body.clone()));
        assert_eq!(found, expected, "{path} {body}");
    }
    assert_eq!(get(&emulator, &ada()), before);
}

#[test]
fn older_versions_replace_metadata_in_an_update() {
    let emulator = emulator();
    let body = json!({ "public_metadata": { "a": 1 } });
    for (version, status) in [
        ("2021-02-05", 200),
        ("2025-11-10", 200),
        ("2026-05-12", 422),
        ("2027-01-01", 422),
    ] {
        let mut request = request("PATCH", &ada(), Some(&body));
        let headers = request.headers_mut();
        headers.insert("clerk-api-version", version.parse().unwrap());
        assert_eq!(send(&emulator, request).status(), status, "{version}");
    }
    assert_eq!(
        get(&emulator, &ada()).1["public_metadata"],
        json!({ "a": 1 })
    );
}

#[test]
fn metadata_is_merged_or_replaced() {
    let emulator = emulator();
    let path = format!("{}/metadata", ada());
    let mut user = json!(null);
    for (method, body, public, private) in [
        (
            "PUT",
            json!({ "public_metadata": { "a": { "b": 1, "c": 2 } }, "private_metadata": { "k": 1 } }),
            json!({ "a": { "b": 1, "c": 2 } }),
            json!({ "k": 1 }),
        ),
        (
            "PATCH",
            json!({ "public_metadata": { "a": { "b": null, "d": 3 } } }),
            json!({ "a": { "c": 2, "d": 3 } }),
            json!({ "k": 1 }),
        ),
        (
            "PUT",
            json!({ "private_metadata": {} }),
            json!({ "a": { "c": 2, "d": 3 } }),
            json!({}),
        ),
    ] {
        let (status, found) = call(&emulator, method, &path, Some(&body));
        assert_eq!(status, 200, "{found}");
        let metadata = (&found["public_metadata"], &found["private_metadata"]);
        assert_eq!(metadata, (&public, &private), "{method} {body}");
        user = found;
    }
    assert_eq!(get(&emulator, &ada()).1, user);
    let large = "x".repeat(8 * 1024);
    for method in ["PATCH", "PUT"] {
        for (body, code, param) in [
            (
                json!({ "private_metadata": { "k": 1 }, "unsafe_metadata": { "large": large } }),
                "form_param_exceeds_allowed_size",
                "unsafe_metadata",
            ),
            (
                json!({ "public_metadata": [] }),
                "form_param_value_invalid",
                "public_metadata",
            ),
            (json!({ "metadata": {} }), "form_param_unknown", "metadata"),
        ] {
            let found = refusal(call(&emulator, method, &path, Some(&body)));
            assert_eq!(found, refused(422, code, param), "{method}");
        }
        let found = refusal(call(&emulator, method, "/v1/users/user_x/metadata", None));
        assert_eq!(found, refused(404, "resource_not_found", ""));
    }
    assert_eq!(get(&emulator, &ada()).1, user);
}

#[test]
fn bans_and_locks_come_and_go() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let session = format!("/v1/sessions/{session}");
    let status = || get(&emulator, &session).1["status"].clone();
    for (operation, member, expected, session_status) in [
        ("lock", "locked", true, "active"),
        ("unlock", "locked", false, "active"),
        ("ban", "banned", true, "revoked"),
        ("unban", "banned", false, "revoked"),
    ] {
        let path = format!("{}/{operation}", ada());
        let (code, user) = call(&emulator, "POST", &path, None);
        assert_eq!(
            (code, &user[member]),
            (200, &json!(expected)),
            "{operation}"
        );
        assert_eq!(get(&emulator, &ada()).1, user);
        assert_eq!(status(), session_status, "{operation}");
        let nobody = format!("/v1/users/user_x/{operation}");
        let found = refusal(call(&emulator, "POST", &nobody, None));
        assert_eq!(found, refused(404, "resource_not_found", ""));
    }
}

#[test]
fn bans_come_in_bulk_for_all_or_for_none() {
    let emulator = emulator();
    let session = session_of(&emulator, BOB);
    for (operation, banned) in [("ban", true), ("unban", false)] {
        let path = format!("/v1/users/{operation}");
        let (status, users) = post(&emulator, &path, json!({ "user_ids": [BOB, ADA] }));
        assert_eq!(status, 200, "{users}");
        assert_eq!(
            (&users[0]["id"], &users[1]["id"]),
            (&json!(BOB), &json!(ADA))
        );
        assert_eq!(users[1]["banned"], banned);
        for (ids, expected) in [
            (json!([]), refused(422, "form_param_missing", "user_ids")),
            (
                json!("all"),
                refused(422, "form_param_value_invalid", "user_ids"),
            ),
            (
                json!(vec!["user_x"; 51]),
                refused(400, "bulk_size_exceeded", ""),
            ),
            (
                json!([ADA, "user_x"]),
                refused(404, "resource_not_found", ""),
            ),
        ] {
            let found = refusal(post(&emulator, &path, json!({ "user_ids": ids })));
            assert_eq!(found, expected);
        }
        assert_eq!(get(&emulator, &ada()).1["banned"], banned);
    }
    let (_, session) = get(&emulator, &format!("/v1/sessions/{session}"));
    assert_eq!(session["status"], "revoked");
}

#[test]
fn signing_out_elsewhere_revokes_sessions() {
    let emulator = emulator();
    let session = format!("/v1/sessions/{}", session_of(&emulator, ADA));
    for (body, status) in [
        (json!({ "password": "long enough" }), "active"),
        (json!({ "sign_out_of_other_sessions": true }), "revoked"),
    ] {
        assert_eq!(patch(&emulator, &ada(), body).0, 200);
        assert_eq!(get(&emulator, &session).1["status"], status);
    }
}
