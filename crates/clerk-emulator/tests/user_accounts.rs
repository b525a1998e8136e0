//! What users have elsewhere: accounts with others, wallets, devices.

mod support;

use clerk_emulator::{Emulator, ExternalAccountSeed, Seed, UserSeed};
use serde_json::{Value, json};
use support::{ADA, call, emulator, get, patch, post, refusal, refused};

const PHONE: &str = "+15555550100";
const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

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
fn what_is_linked_or_the_last_stays() {
    let account = ExternalAccountSeed::new("google", "1");
    let seed = UserSeed::new("mary@example.com").external_account(account);
    let emulator = Emulator::builder().seed(Seed::default().user(seed));
    let emulator = emulator.build().unwrap();
    let mary = get(&emulator, "/v1/users").1[0].clone();
    let id = text(&mary, "id");
    let email = format!(
        "/v1/email_addresses/{}",
        text(&mary["email_addresses"][0], "id")
    );
    let linked = refused(400, "delete_linked_identification_disallowed", "");
    assert_eq!(refusal(call(&emulator, "DELETE", &email, None)), linked);
    let replace = format!("/v1/users/{id}/email_address");
    let other = json!({ "email_address": "m@example.com" });
    assert_eq!(refusal(put(&emulator, &replace, &other)), linked);
    let (_, tokens) = get(
        &emulator,
        &format!("/v1/users/{id}/oauth_access_tokens/google"),
    );
    assert_eq!(tokens[0]["provider"], "oauth_google");
    assert_eq!(
        tokens[0]["external_account_id"],
        mary["external_accounts"][0]["id"]
    );
    assert!(!text(&tokens[0], "token").is_empty());
    let (_, none) = get(
        &emulator,
        &format!("/v1/users/{id}/oauth_access_tokens/oauth_github"),
    );
    assert_eq!(none, json!([]));
    for (query, count) in [
        ("oauth_google&provider_user_id=1", 1),
        ("google&provider_user_id=2", 0),
        ("github&provider_user_id=1", 0),
    ] {
        let (_, found) = get(&emulator, &format!("/v1/users?provider={query}"));
        assert_eq!(found.as_array().unwrap().len(), count, "{query}");
    }
    let account = text(&mary["external_accounts"][0], "id");
    let path = format!("/v1/users/{id}/external_accounts/{account}");
    let deleted = json!({ "object": "external_account", "id": account, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    assert_eq!(refusal(call(&emulator, "DELETE", &path, None)).0, 404);
    let (_, mary) = get(&emulator, &format!("/v1/users/{id}"));
    assert_eq!(mary["external_accounts"], json!([]));
    assert_eq!(mary["email_addresses"][0]["linked_to"], json!([]));
    let last = refused(400, "identification_deletion_failed", "");
    assert_eq!(refusal(call(&emulator, "DELETE", &email, None)), last);
    patch(
        &emulator,
        &format!("/v1/users/{id}"),
        json!({ "username": "mary" }),
    );
    assert_eq!(call(&emulator, "DELETE", &email, None).0, 200);
}

#[test]
fn wallets_passkeys_and_devices_are_deleted_where_there_are_any() {
    let emulator = emulator();
    let body = json!({ "username": "k", "web3_wallet": [WALLET] });
    let user = created(&emulator, "/v1/users", body);
    let (id, wallet) = (text(&user, "id"), text(&user["web3_wallets"][0], "id"));
    let path = format!("/v1/users/{id}/web3_wallets/{wallet}");
    let elsewhere = format!("/v1/users/{ADA}/web3_wallets/{wallet}");
    let not_found = refused(404, "resource_not_found", "");
    assert_eq!(
        refusal(call(&emulator, "DELETE", &elsewhere, None)),
        not_found
    );
    let deleted = json!({ "object": "web3_wallet", "id": wallet, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    for path in [
        path,
        format!("/v1/users/{id}/passkeys/idn_x"),
        format!("/v1/users/{id}/trusted_devices/tdev_x"),
    ] {
        assert_eq!(
            refusal(call(&emulator, "DELETE", &path, None)),
            not_found,
            "{path}"
        );
    }
    let (_, devices) = get(&emulator, &format!("/v1/users/{id}/trusted_devices"));
    assert_eq!(devices, json!({ "data": [], "total_count": 0 }));
}

#[test]
fn templates_know_what_users_are_reached_by() {
    let emulator = emulator();
    let template = json!({
        "name": "reach",
        "claims": {
            "phone": "{{user.primary_phone_number}}", "is_phone_verified": "{{user.phone_number_verified}}",
            "wallet": "{{user.primary_web3_wallet}}", "is_email_verified": "{{user.email_verified}}",
        },
    });
    created(&emulator, "/v1/jwt_templates", template);
    let body = json!({
        "email_address": ["r@example.com"], "email_address_identification_status": ["reserved"],
        "phone_number": [PHONE],
    });
    let user = created(&emulator, "/v1/users", body);
    let session = support::session_of(&emulator, text(&user, "id"));
    let path = format!("/v1/sessions/{session}/tokens/reach");
    let token = created(&emulator, &path, json!({}));
    let claims = support::decode(text(&token, "jwt")).claims;
    let found =
        ["phone", "is_phone_verified", "wallet", "is_email_verified"].map(|name| &claims[name]);
    assert_eq!(
        found,
        [&json!(PHONE), &json!(true), &json!(null), &json!(false)]
    );
}
