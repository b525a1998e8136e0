//! E-mail addresses, phone numbers and wallets: what users are reached by.

mod support;

use std::time::Duration;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{ADA, BOB, NOW, call, emulator, get, patch, post, refusal, refused, request};

const PHONE: &str = "+15555550100";
const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

/// What both kinds have in common is tried on both.
const KINDS: [(&str, &str, &str, &str); 2] = [
    (
        "/v1/email_addresses",
        "email_address",
        "new@example.com",
        "other@example.com",
    ),
    ("/v1/phone_numbers", "phone_number", PHONE, "+15555550101"),
];

fn user(emulator: &Emulator, id: &str) -> Value {
    get(emulator, &format!("/v1/users/{id}")).1
}

fn created(emulator: &Emulator, path: &str, body: Value) -> Value {
    let (status, created) = post(emulator, path, body);
    assert_eq!(status, 200, "{created}");
    created
}

fn put(emulator: &Emulator, path: &str, body: &Value) -> (u16, Value) {
    call(emulator, "PUT", path, Some(body))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {value}"))
}

#[test]
fn a_user_is_created_with_all_kinds() {
    let emulator = emulator();
    let body = json!({
        "email_address": ["a@example.com", "b@example.com"],
        "email_address_identification_status": ["verified", "reserved"],
        "phone_number": [PHONE], "web3_wallet": [WALLET],
        "created_at": "2020-01-02T03:04:05Z", "legal_accepted_at": "2020-01-02T03:04:05.5Z",
        "bypass_client_trust": true, "skip_legal_checks": true, "skip_password_requirement": true,
    });
    let created = created(&emulator, "/v1/users", body);
    assert_eq!(user(&emulator, text(&created, "id")), created);
    let at = 1_800_000_000_000_i64;
    let admin = json!({
        "object": "verification_admin", "status": "verified", "strategy": "admin", "attempts": null,
        "expire_at": null, "verified_at_client": null,
    });
    let phone = &created["phone_numbers"][0];
    assert_eq!(
        phone,
        &json!({
            "id": phone["id"], "object": "phone_number", "phone_number": PHONE, "reserved": false,
            "reserved_for_second_factor": false, "default_second_factor": false,
            "backup_codes": null, "linked_to": [], "verification": admin,
            "created_at": at, "updated_at": at,
        })
    );
    let wallet = &created["web3_wallets"][0];
    assert_eq!(
        wallet,
        &json!({
            "id": wallet["id"], "object": "web3_wallet", "web3_wallet": WALLET,
            "verification": admin, "created_at": at, "updated_at": at,
        })
    );
    assert_eq!(created["primary_phone_number_id"], phone["id"]);
    assert_eq!(created["primary_web3_wallet_id"], wallet["id"]);
    let [first, second] = [0, 1].map(|index| &created["email_addresses"][index]);
    assert_eq!(created["primary_email_address_id"], first["id"]);
    assert_eq!(
        (&first["reserved"], &first["verification"]),
        (&json!(false), &admin)
    );
    assert_eq!(
        (&second["reserved"], &second["verification"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(created["created_at"], json!(1_577_934_245_000_i64));
    assert_eq!(created["legal_accepted_at"], json!(1_577_934_245_500_i64));
    assert_eq!(created["bypass_client_trust"], json!(true));
    for query in [
        "phone_number=%2B15555550100".to_owned(),
        format!("web3_wallet={}", WALLET.to_lowercase()),
        "phone_number_query=5550100".to_owned(),
        "query=555501".to_owned(),
        format!("query={WALLET}"),
        "created_at_before=1577934245001&created_at_after=1577934244999".to_owned(),
        "last_active_at_before=1577934245001".to_owned(),
        "email_address=x%40example.com&email_address=b%40example.com".to_owned(),
    ] {
        let (_, found) = get(&emulator, &format!("/v1/users?{query}"));
        assert_eq!(found, json!([created]), "{query}");
        let (_, count) = get(&emulator, &format!("/v1/users/count?{query}"));
        assert_eq!(count["total_count"], 1, "{query}");
    }
    let (_, nobody) = get(&emulator, "/v1/users?last_sign_in_at_after=0");
    assert_eq!(nobody, json!([]));
    let (_, all) = get(&emulator, "/v1/users?last_active_at_since=1577934245000");
    assert_eq!(all.as_array().unwrap().len(), 3);
    let nobody = json!({ "first_name": "N" });
    assert_eq!(
        refusal(post(&emulator, "/v1/users", nobody.clone())).1,
        "form_data_missing"
    );
    let mut allowed = nobody;
    allowed["skip_user_requirement"] = json!(true);
    let (status, nobody) = post(&emulator, "/v1/users", allowed);
    assert_eq!(status, 200, "{nobody}");
    let path = format!("/v1/users/{}", text(&nobody, "id"));
    let (status, nobody) = patch(&emulator, &path, json!({ "last_name": "N" }));
    assert_eq!(
        (status, &nobody["last_name"]),
        (200, &json!("N")),
        "{nobody}"
    );
}

#[test]
fn an_address_is_created_read_changed_and_deleted() {
    for (path, name, address, _) in KINDS {
        let emulator = emulator();
        let mut body = json!({ "user_id": ADA, "verified": true });
        body[name] = json!(address);
        let one = created(&emulator, path, body);
        let its = format!("{path}/{}", text(&one, "id"));
        assert_eq!((text(&one, "object"), text(&one, name)), (name, address));
        assert_eq!(one["verification"]["strategy"], "admin");
        assert_eq!(get(&emulator, &its), (200, one.clone()));
        let list = format!("{name}s").replace("addresss", "addresses");
        let ada = user(&emulator, ADA);
        assert_eq!(ada[&list].as_array().unwrap().last(), Some(&one));
        let (status, same) = patch(&emulator, &its, json!({ "primary": true }));
        assert_eq!((status, &same["id"]), (200, &one["id"]), "{same}");
        let primary = format!("primary_{name}_id");
        assert_eq!(user(&emulator, ADA)[&primary], one["id"]);
        let (status, gone) = call(&emulator, "DELETE", &its, None);
        let deleted = json!({ "object": name, "id": one["id"], "deleted": true });
        assert_eq!((status, gone), (200, deleted));
        assert_ne!(user(&emulator, ADA)[&primary], one["id"]);
        for method in ["GET", "DELETE"] {
            let found = refusal(call(&emulator, method, &its, None));
            assert_eq!(found, refused(404, "resource_not_found", ""));
        }
    }
}

#[test]
fn an_address_that_nobody_has_shown_is_anybodys_until_somebody_has() {
    for (path, name, address, _) in KINDS {
        let emulator = emulator();
        let create = |user: &str| {
            let mut body = json!({ "user_id": user });
            body[name] = json!(address);
            created(&emulator, path, body)
        };
        let (adas, bobs) = (create(ADA), create(BOB));
        assert_eq!(adas["verification"], json!(null));
        let its = |one: &Value| format!("{path}/{}", text(one, "id"));
        let (status, verified) = patch(&emulator, &its(&bobs), json!({ "verified": true }));
        assert_eq!(
            (status, &verified["verification"]["status"]),
            (200, &json!("verified"))
        );
        let found = refusal(patch(&emulator, &its(&adas), json!({ "verified": true })));
        assert_eq!(found, refused(422, "form_identifier_exists", name));
        let mut body = json!({ "user_id": ADA });
        body[name] = json!(address);
        let found = refusal(post(&emulator, path, body));
        assert_eq!(found, refused(422, "form_identifier_exists", name));
    }
}

#[test]
fn a_code_verifies_an_address() {
    for (path, name, address, _) in KINDS {
        let emulator = emulator();
        let mut body = json!({ "user_id": ADA });
        body[name] = json!(address);
        let one = created(&emulator, path, body);
        let its = format!("{path}/{}", text(&one, "id"));
        let prepare = format!("{its}/prepare_verification");
        let sent = created(&emulator, &prepare, json!({}));
        assert_eq!(
            (&sent["status"], &sent["attempts"]),
            (&json!("unverified"), &json!(0))
        );
        let attempt = |code: &str| {
            let body = json!({ "verification_id": sent["id"], "code": code });
            post(&emulator, &format!("{its}/attempt_verification"), body)
        };
        let (status, wrong) = attempt("000000");
        assert_eq!((status, &wrong["status"]), (200, &json!("unverified")));
        let (_, right) = attempt("424242");
        assert_eq!(
            (&right["status"], &right["attempts"]),
            (&json!("verified"), &json!(2))
        );
        let (_, one) = get(&emulator, &its);
        let code = format!("{}_code", &name[..5]);
        assert_eq!(one["verification"]["strategy"], code.as_str());
        let found = refusal(attempt("424242"));
        assert_eq!(found, refused(400, "verification_already_verified", ""));
        let body = json!({ "verification_id": "ver_x", "code": "424242" });
        let found = refusal(post(
            &emulator,
            &format!("{its}/attempt_verification"),
            body,
        ));
        assert_eq!(found, refused(404, "resource_not_found", ""));
        let sent = created(&emulator, &prepare, json!({}));
        let late = json!({ "verification_id": sent["id"], "code": "424242" });
        let late = request("POST", &format!("{its}/attempt_verification"), Some(&late));
        let at = NOW.saturating_add(Duration::from_secs(600));
        let response = emulator.handle(late, at).into_response().unwrap();
        let late: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(late["status"], "expired");
    }
}

#[test]
fn a_code_that_a_server_has_sent_lies_in_the_mailbox() {
    let emulator = emulator();
    let input = json!({ "user_id": ADA, "email_address": "grace@example.com" });
    let email = created(&emulator, "/v1/email_addresses", input);
    let prepare = format!(
        "/v1/email_addresses/{}/prepare_verification",
        text(&email, "id")
    );
    assert_eq!(post(&emulator, &prepare, json!({})).0, 200);
    let (_, mailbox) = get(&emulator, "/_emulator/mailbox?to=grace@example.com");
    assert_eq!(mailbox["messages"][0]["code"], "424242", "{mailbox}");
    assert_eq!(mailbox["messages"][0]["slug"], "verification_code");
}

#[test]
fn one_address_takes_the_place_of_all() {
    for (_, name, address, other) in KINDS {
        let emulator = emulator();
        let path = format!("/v1/users/{ADA}/{name}");
        let body = |address: &str| Value::from_iter([(name.to_owned(), json!(address))]);
        let (status, one) = put(&emulator, &path, &body(address));
        assert_eq!((status, text(&one, name)), (200, address), "{one}");
        let mut reserved = body(other);
        reserved["identification_status"] = json!("reserved");
        let (_, two) = put(&emulator, &path, &reserved);
        assert_eq!(
            (&two["reserved"], &two["verification"]),
            (&json!(true), &json!(null))
        );
        let list = format!("{name}s").replace("addresss", "addresses");
        let ada = user(&emulator, ADA);
        assert_eq!(ada[&list], json!([two]));
        assert_eq!(ada[format!("primary_{name}_id")], two["id"]);
        // Nobody else has the one that was given up.
        let bobs = format!("/v1/users/{BOB}/{name}");
        assert_eq!(put(&emulator, &bobs, &body(address)).0, 200);
        let found = refusal(put(&emulator, &bobs, &body(other)));
        assert_eq!(found, refused(422, "form_identifier_exists", name));
        reserved["identification_status"] = json!("perhaps");
        let found = refusal(put(&emulator, &path, &reserved));
        assert_eq!(
            found,
            refused(422, "form_param_value_invalid", "identification_status")
        );
    }
}

#[test]
fn a_phone_number_is_a_second_factor_once_it_is_verified() {
    let emulator = emulator();
    let path = "/v1/phone_numbers";
    let body = |more: Value| {
        let mut body = json!({ "user_id": ADA, "phone_number": PHONE });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let found = refusal(post(
        &emulator,
        path,
        body(json!({ "reserved_for_second_factor": true })),
    ));
    assert_eq!(
        found,
        refused(400, "identification_create_second_factor_unverified", "")
    );
    let phone = created(&emulator, path, body(json!({})));
    let its = format!("{path}/{}", text(&phone, "id"));
    let found = refusal(patch(
        &emulator,
        &its,
        json!({ "reserved_for_second_factor": true }),
    ));
    assert_eq!(
        found,
        refused(400, "identification_update_second_factor_unverified", "")
    );
    let on = json!({ "verified": true, "reserved_for_second_factor": true });
    let (_, phone) = patch(&emulator, &its, on);
    assert_eq!(phone["default_second_factor"], json!(true));
    let ada = user(&emulator, ADA);
    assert_eq!(
        (&ada["two_factor_enabled"], &ada["totp_enabled"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(ada["mfa_enabled_at"], json!(1_800_000_000_000_i64));
    let disable = format!("/v1/users/{ADA}/mfa");
    assert_eq!(
        call(&emulator, "DELETE", &disable, None),
        (200, json!({ "user_id": ADA }))
    );
    let ada = user(&emulator, ADA);
    assert_eq!(ada["two_factor_enabled"], json!(false));
    assert_eq!(
        (&ada["mfa_enabled_at"], &ada["mfa_disabled_at"]),
        (&json!(null), &json!(1_800_000_000_000_i64))
    );
    let alone = created(
        &emulator,
        "/v1/users",
        json!({ "phone_number": ["+15555550109"] }),
    );
    let its = format!("{path}/{}", text(&alone["phone_numbers"][0], "id"));
    let found = refusal(patch(
        &emulator,
        &its,
        json!({ "reserved_for_second_factor": true }),
    ));
    assert_eq!(found, refused(400, "identification_update_failed", ""));
}

#[test]
fn addresses_that_cannot_be_change_nothing() {
    for (path, name, address, _) in KINDS {
        let emulator = emulator();
        let before = user(&emulator, ADA);
        let changed = |value: Value, more: &[(&str, Value)]| {
            let mut body = json!({ "user_id": ADA });
            body[name] = value;
            for (name, value) in more {
                body[*name] = value.clone();
            }
            body
        };
        for (body, expected) in [
            (
                changed(json!("x"), &[]),
                refused(422, "form_param_format_invalid", name),
            ),
            (
                changed(json!(null), &[]),
                refused(422, "form_param_missing", name),
            ),
            (
                changed(json!(address), &[("user_id", json!("user_x"))]),
                refused(404, "resource_not_found", ""),
            ),
            (
                changed(json!(address), &[("x", json!(1))]),
                refused(422, "form_param_unknown", "x"),
            ),
            (
                changed(json!(address), &[("verified", json!("yes"))]),
                refused(422, "form_param_value_invalid", "verified"),
            ),
        ] {
            let found = refusal(post(&emulator, path, body.clone()));
            assert_eq!(found, expected, "{body}");
        }
        assert_eq!(user(&emulator, ADA), before);
    }
    let emulator = emulator();
    let body = json!({ "user_id": ADA, "email_address": "n@example.com", "primary": true });
    let found = refusal(post(&emulator, "/v1/email_addresses", body));
    assert_eq!(found, refused(422, "form_verification_needed", "primary"));
    let body = json!({ "user_id": ADA, "email_address": "BOB@example.com", "verified": true });
    let found = refusal(post(&emulator, "/v1/email_addresses", body));
    assert_eq!(
        found,
        refused(422, "form_identifier_exists", "email_address")
    );
}
