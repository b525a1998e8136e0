//! The operations on users.

mod support;

use serde_json::json;
use support::{ADA, BOB, call, emulator, get, post, refusal, refused};

#[test]
fn a_user_is_created_read_and_deleted() {
    let emulator = emulator();
    let (status, user) = post(
        &emulator,
        "/v1/users",
        json!({
            "email_address": ["eve@example.com", "eve@example.org"],
            "username": "eve", "first_name": "Eve", "last_name": null,
            "external_id": "e-1", "password": "long enough", "locale": "en-GB",
            "public_metadata": { "a": [1] }, "private_metadata": { "b": 2 },
            "create_organizations_limit": 3, "skip_legal_checks": true,
        }),
    );
    assert_eq!(status, 200, "{user}");
    let id = user["id"].as_str().unwrap();
    assert_eq!(id.len(), "user_".len() + 27);
    assert_eq!(
        user["email_addresses"][1]["email_address"],
        "eve@example.org"
    );
    assert_eq!(
        user["primary_email_address_id"],
        user["email_addresses"][0]["id"]
    );
    assert_eq!(
        user["email_addresses"][0]["verification"]["status"],
        "verified"
    );
    for (member, expected) in [
        ("object", json!("user")),
        ("username", json!("eve")),
        ("first_name", json!("Eve")),
        ("last_name", json!(null)),
        ("external_id", json!("e-1")),
        ("locale", json!("en-GB")),
        ("password_enabled", json!(true)),
        ("public_metadata", json!({ "a": [1] })),
        ("private_metadata", json!({ "b": 2 })),
        ("unsafe_metadata", json!({})),
        ("create_organizations_limit", json!(3)),
        ("created_at", json!(1_800_000_000_000_i64)),
        ("banned", json!(false)),
        ("last_sign_in_at", json!(null)),
    ] {
        assert_eq!(user[member], expected, "{member}");
    }
    assert!(!user.to_string().contains("long enough"));

    let path = format!("/v1/users/{id}");
    assert_eq!(get(&emulator, &path), (200, user.clone()));
    let deleted = json!({ "object": "user", "id": id, "deleted": true, "external_id": "e-1" });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    let gone = || refused(404, "resource_not_found", "");
    assert_eq!(refusal(get(&emulator, &path)), gone());
    assert_eq!(refusal(call(&emulator, "DELETE", &path, None)), gone());
}

/// What Clerk's Python SDK asks for: it refuses a user that lacks one of these, null or not.
#[test]
fn users_are_whole() {
    let (_, user) = get(&emulator(), &format!("/v1/users/{ADA}"));
    for member in [
        "id",
        "object",
        "username",
        "first_name",
        "last_name",
        "has_image",
        "image_url",
        "primary_email_address_id",
        "primary_phone_number_id",
        "primary_web3_wallet_id",
        "password_enabled",
        "two_factor_enabled",
        "totp_enabled",
        "backup_code_enabled",
        "email_addresses",
        "phone_numbers",
        "web3_wallets",
        "passkeys",
        "external_accounts",
        "saml_accounts",
        "enterprise_accounts",
        "public_metadata",
        "external_id",
        "last_sign_in_at",
        "banned",
        "locked",
        "lockout_expires_in_seconds",
        "verification_attempts_remaining",
        "created_at",
        "updated_at",
        "delete_self_enabled",
        "create_organization_enabled",
        "last_active_at",
        "mfa_enabled_at",
        "mfa_disabled_at",
        "legal_accepted_at",
    ] {
        assert!(user.get(member).is_some(), "{member}");
    }
}

#[test]
fn a_blank_name_is_none() {
    let emulator = emulator();
    let names = json!({ "username": "", "external_id": " " });
    assert_eq!(
        refusal(post(&emulator, "/v1/users", names)),
        refused(422, "form_data_missing", "")
    );
    let mut body = json!({ "email_address": ["eve@example.com"], "username": "", "external_id": "", "first_name": " " });
    let (status, user) = post(&emulator, "/v1/users", body.clone());
    assert_eq!(status, 200, "{user}");
    for member in ["username", "external_id", "first_name"] {
        assert_eq!(user[member], json!(null), "{member}");
    }
    // And others may be without one, too.
    body["email_address"] = json!(["mel@example.com"]);
    let (status, user) = post(&emulator, "/v1/users", body);
    assert_eq!(status, 200, "{user}");
}

#[test]
fn users_that_cannot_be_are_refused() {
    let emulator = emulator();
    let (status, _) = post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["eve@example.com"], "username": "eve", "external_id": "e-1" }),
    );
    assert_eq!(status, 200);
    for (body, code, param) in [
        (json!({}), "form_data_missing", ""),
        (
            json!({ "email_address": ["ADA@example.com"] }),
            "form_identifier_exists",
            "email_address",
        ),
        (
            json!({ "email_address": ["a@b.c", "a@b.c"] }),
            "form_identifier_exists",
            "email_address",
        ),
        (
            json!({ "username": "eve" }),
            "form_identifier_exists",
            "username",
        ),
        (
            json!({ "username": "x", "external_id": "e-1" }),
            "form_identifier_exists",
            "external_id",
        ),
        (
            json!({ "email_address": ["nobody"] }),
            "form_param_format_invalid",
            "email_address",
        ),
        (
            json!({ "email_address": "a@b.c" }),
            "form_param_value_invalid",
            "email_address",
        ),
        (
            json!({ "email_address": [5] }),
            "form_param_value_invalid",
            "email_address",
        ),
        (
            json!({ "username": 5 }),
            "form_param_value_invalid",
            "username",
        ),
        (
            json!({ "username": "x", "banned": "no" }),
            "form_param_value_invalid",
            "banned",
        ),
        (
            json!({ "username": "x", "public_metadata": [] }),
            "form_param_value_invalid",
            "public_metadata",
        ),
        (
            json!({ "username": "x", "password": "short" }),
            "form_password_length_too_short",
            "password",
        ),
        (
            json!({ "username": "x", "nickname": "y" }),
            "form_param_unknown",
            "nickname",
        ),
        (
            json!({ "phone_number": ["15555550100"] }),
            "form_param_format_invalid",
            "phone_number",
        ),
        (
            json!({ "web3_wallet": ["0x"] }),
            "form_param_format_invalid",
            "web3_wallet",
        ),
        (
            json!({ "email_address": ["e@example.com"], "email_address_identification_status": ["reserved", "verified"] }),
            "form_param_array_length_mismatch",
            "email_address_identification_status",
        ),
        (
            json!({ "phone_number": ["+15555550100"], "phone_number_identification_status": ["unverified"] }),
            "form_param_value_invalid",
            "phone_number_identification_status",
        ),
        (
            json!({ "phone_number": ["+15555550100", "+15555550100"] }),
            "form_identifier_exists",
            "phone_number",
        ),
        (
            json!({ "username": "x", "created_at": "yesterday" }),
            "form_param_format_invalid",
            "created_at",
        ),
        (
            json!({ "username": "x", "password": "password1" }),
            "form_password_pwned",
            "password",
        ),
        (
            json!({ "username": "x", "password_digest": "x", "password_hasher": "rot13" }),
            "form_param_value_invalid",
            "password_hasher",
        ),
        (
            json!({ "username": "x", "password_digest": "x", "password_hasher": "md5" }),
            "form_password_digest_invalid_code",
            "password_digest",
        ),
        (
            json!({ "username": "x", "password_digest": "x" }),
            "form_param_missing",
            "password_hasher",
        ),
        (
            json!({ "username": "x", "totp_secret": "1" }),
            "invalid_totp_secret_code",
            "totp_secret",
        ),
    ] {
        let found = refusal(post(&emulator, "/v1/users", body.clone()));
        assert_eq!(found, refused(422, code, param), "{body}");
    }
    let (_, count) = get(&emulator, "/v1/users/count");
    assert_eq!(count, json!({ "object": "total_count", "total_count": 3 }));
}

#[test]
fn users_are_listed_newest_first_in_pages_and_through_filters() {
    let emulator = emulator();
    for (query, expected) in [
        ("", &[BOB, ADA][..]),
        ("?order_by=created_at", &[ADA, BOB]),
        ("?order_by=%2Bcreated_at", &[ADA, BOB]),
        ("?order_by=-created_at", &[BOB, ADA]),
        ("?limit=1", &[BOB]),
        ("?limit=1&offset=1", &[ADA]),
        ("?offset=9", &[]),
        ("?query=LOVE", &[ADA]),
        ("?query=example.com", &[BOB, ADA]),
        ("?email_address=Bob%40example.com", &[BOB]),
        (
            "?email_address=x%40y.z&email_address=ada%40example.com",
            &[ADA],
        ),
        ("?user_id=user_0adaLovelaceExample00000000", &[ADA]),
        ("?user_id=-user_0adaLovelaceExample00000000", &[BOB]),
        ("?user_id=%2Buser_0adaLovelaceExample00000000", &[ADA]),
        (
            "?organization_id=org_0acmeExampleOrganization000",
            &[BOB, ADA],
        ),
        ("?organization_id=-org_0acmeExampleOrganization000", &[]),
        ("?external_id=e-1", &[]),
        ("?phone_number=%2B1555", &[]),
        ("?banned=true", &[]),
        ("?banned=false&name_query=ada+lovelace", &[ADA]),
        ("?email_address_query=BOB%40", &[BOB]),
        ("?username_query=a", &[]),
        ("?created_at_after=1735689600000", &[BOB]),
        ("?created_at_before=1735689601000", &[ADA]),
        ("?order_by=email_address", &[ADA, BOB]),
        ("?order_by=-first_name&order_by=first_name", &[BOB, ADA]),
        (
            "?starting_after=user_0bobExampleMemberOfAcme0000&limit=5",
            &[ADA],
        ),
        ("?starting_after=user_0adaLovelaceExample00000000", &[]),
    ] {
        let (status, users) = get(&emulator, &format!("/v1/users{query}"));
        assert_eq!(status, 200, "{query}");
        let ids: Vec<&str> = users
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
    }
    let (_, paginated) = get(&emulator, "/v1/users?paginated=true&limit=1");
    assert_eq!(paginated["total_count"], 2);
    assert_eq!(paginated["data"].as_array().unwrap().len(), 1);
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("order_by=shoe_size", "order_by"),
        ("banned=maybe", "banned"),
        ("paginated=yes", "paginated"),
        (
            "starting_after=user_0adaLovelaceExample00000000&order_by=username",
            "order_by",
        ),
        (
            "starting_after=user_0adaLovelaceExample00000000&offset=1",
            "offset",
        ),
        ("starting_after=user_x", "starting_after"),
        (&["username=x"; 101].join("&"), "username"),
    ] {
        let found = refusal(get(&emulator, &format!("/v1/users?{query}")));
        assert_eq!(found, refused(422, "form_param_value_invalid", param));
    }
    for (query, expected) in [
        (
            "provider=x",
            refused(422, "form_param_missing", "provider_user_id"),
        ),
        (
            "provider_user_id=x",
            refused(422, "form_param_missing", "provider"),
        ),
        ("nickname=x", refused(422, "form_param_unknown", "nickname")),
    ] {
        let found = refusal(get(&emulator, &format!("/v1/users?{query}")));
        assert_eq!(found, expected);
    }
}

#[test]
fn users_are_sorted_by_their_primary_addresses() {
    let emulator = emulator();
    let path = format!("/v1/users/{ADA}");
    let body = json!({ "user_id": ADA, "email_address": "zoe@example.com", "verified": true, "primary": true });
    let (status, address) = post(&emulator, "/v1/email_addresses", body);
    assert_eq!(status, 200, "{address}");
    assert_eq!(
        get(&emulator, &path).1["primary_email_address_id"],
        address["id"]
    );
    let (_, users) = get(&emulator, "/v1/users?order_by=email_address");
    assert_eq!(
        (&users[0]["id"], &users[1]["id"]),
        (&json!(BOB), &json!(ADA))
    );
    let members = "/v1/organizations/acme/memberships?order_by=email_address";
    let (_, members) = get(&emulator, members);
    assert_eq!(members["data"][0]["public_user_data"]["user_id"], BOB);
    // By e-mail address, and by nothing that stands in for it.
    let (_, named) = post(&emulator, "/v1/users", json!({ "username": "zz-top" }));
    let body = json!({ "user_id": named["id"], "role": "org:member" });
    assert_eq!(
        post(&emulator, "/v1/organizations/acme/memberships", body).0,
        200
    );
    let (_, members) = get(
        &emulator,
        "/v1/organizations/acme/memberships?order_by=email_address",
    );
    assert_eq!(
        members["data"][0]["public_user_data"]["user_id"],
        named["id"]
    );
}
