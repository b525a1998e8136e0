//! Sessions that are pending until their user has done something.

mod support;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_emulator::{Emulator, InstanceSeed, OrganizationSeed, Seed, UserSeed};
use serde_json::{Value, json};
use support::{
    get,
    page::{ScriptedPage, text},
    post,
};

fn emulator() -> Emulator {
    let seed = Seed::empty()
        .instance(InstanceSeed::default().force_organization_selection(true))
        .user(UserSeed::new("ada@example.com").password("correct horse battery"))
        .user(UserSeed::new("bob@example.com"))
        .organization(OrganizationSeed::new("acme").member("bob@example.com", "org:admin"));
    Emulator::builder().seed(seed).build().unwrap()
}

/// What a new token of the session says of it.
fn status_in_token(page: &ScriptedPage<'_>, session: &str) -> Value {
    let token = page
        .call(
            "POST",
            &format!("/v1/client/sessions/{session}/tokens"),
            &[],
        )
        .1;
    let jwt = text(&token["jwt"]);
    let payload = URL_SAFE_NO_PAD
        .decode(jwt.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    claims["sts"].clone()
}

fn session(page: &ScriptedPage<'_>) -> Value {
    page.client()["sessions"][0].clone()
}

#[test]
fn whoever_has_to_choose_an_organization_is_pending_until_they_do() {
    let emulator = emulator();
    let (_, environment) = ScriptedPage::open(&emulator).get("/v1/environment");
    let forced = &environment["organization_settings"]["force_organization_selection"];
    assert_eq!(forced, true);
    let page = ScriptedPage::open(&emulator);
    let id = page.sign_in("ada@example.com");
    let pending = session(&page);
    assert_eq!(pending["status"], "pending");
    assert_eq!(pending["tasks"], json!([{ "key": "choose-organization" }]));
    assert_eq!(status_in_token(&page, &id), "pending");
    let (_, told) = get(&emulator, &format!("/v1/sessions/{id}"));
    assert_eq!(told["status"], "pending");
    let user = text(&told["user_id"]);
    let (_, listed) = get(
        &emulator,
        &format!("/v1/sessions?user_id={user}&status=pending"),
    );
    assert_eq!(listed.as_array().unwrap().len(), 1);

    let organization = page.ok("POST", "/v1/organizations", &[("name", "Navy")]);
    let touch = format!("/v1/client/sessions/{id}/touch");
    let chosen = text(&organization["id"]);
    let touched = page.ok("POST", &touch, &[("active_organization_id", &chosen)]);
    assert_eq!(touched["status"], "active");
    assert_eq!(touched["tasks"], Value::Null);
    assert_eq!(status_in_token(&page, &id), "active");

    // The personal account is none of them.
    page.ok("POST", &touch, &[("active_organization_id", "")]);
    assert_eq!(session(&page)["status"], "pending");
}

#[test]
fn whoever_is_in_an_organization_is_not_asked() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("bob@example.com");
    assert_eq!(session(&page)["status"], "active");
}

#[test]
fn whoever_has_to_choose_another_password_is_pending_until_they_do() {
    let emulator = emulator();
    let ada = emulator.user_id("ada@example.com").unwrap();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    post(
        &emulator,
        &format!("/v1/users/{ada}/password/set_compromised"),
        json!({}),
    );
    let tasks = session(&page)["tasks"].clone();
    assert_eq!(
        tasks,
        json!([{ "key": "choose-organization" }, { "key": "reset-password" }])
    );
    page.ok(
        "POST",
        "/v1/me/change_password",
        &[("new_password", "another good one")],
    );
    assert_eq!(
        session(&page)["tasks"],
        json!([{ "key": "choose-organization" }])
    );
    // And whoever has not, says what it was.
    let form = [("new_password", "yet another one")];
    let refused = page.refused("POST", "/v1/me/change_password", &form);
    assert_eq!(refused, "422 form_param_missing current_password");
}
