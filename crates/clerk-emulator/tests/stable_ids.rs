//! Identifiers that stay the same across restarts.

mod support;

use std::time::Duration;

use clerk_emulator::{Emulator, MachineSeed, Seed, UserSeed};
use http::Response;
use serde_json::{Value, json};
use support::{NOW, request};

fn start(seed: Seed) -> Emulator {
    let builder = Emulator::builder().seed(seed).stable_ids();
    builder.build().unwrap()
}

/// What somebody does with an instance, and every byte that it answers.
fn day(emulator: &Emulator) -> Vec<String> {
    let mut now = NOW;
    let mut answers: Vec<String> = Vec::new();
    let mut ask = |method: &str, path: &str, body: Option<Value>| -> Value {
        now = now.saturating_add(Duration::from_millis(700));
        let answer = emulator.handle(request(method, path, body.as_ref()), now);
        let response: Response<_> = answer.into_response().expect("an answer");
        let value = serde_json::from_slice(response.body()).unwrap_or_default();
        answers.push(format!("{method} {path} {response:?}"));
        value
    };
    let user = ask(
        "POST",
        "/v1/users",
        Some(json!({
            "email_address": ["eve@example.com"], "password": "correct horse battery",
            "totp_secret": "GEZDGNBVGY3TQOJQ",
        })),
    );
    let user = user["id"].as_str().expect("an id").to_owned();
    let team = json!({ "name": "Team", "created_by": user });
    let team = ask("POST", "/v1/organizations", Some(team));
    let team = team["id"].as_str().expect("an id").to_owned();
    let session = ask("POST", "/v1/sessions", Some(json!({ "user_id": user })));
    let session = session["id"].as_str().expect("an id").to_owned();
    ask(
        "POST",
        &format!("/v1/sessions/{session}/tokens"),
        Some(json!({})),
    );
    ask(
        "POST",
        &format!("/v1/sessions/{session}/tokens/hasura"),
        Some(json!({})),
    );
    ask(
        "POST",
        &format!("/v1/organizations/{team}/invitations"),
        Some(json!({ "email_address": "kim@example.com", "role": "org:member" })),
    );
    ask("POST", "/v1/machines", Some(json!({ "name": "reports" })));
    ask(
        "POST",
        "/v1/api_keys",
        Some(json!({ "name": "key", "subject": user })),
    );
    ask(
        "POST",
        "/v1/oauth_applications",
        Some(json!({ "name": "Wiki" })),
    );
    ask(
        "POST",
        "/v1/sign_in_tokens",
        Some(json!({ "user_id": user })),
    );
    ask(
        "POST",
        "/_emulator/mint",
        Some(json!({ "kind": "machine" })),
    );
    ask("GET", "/v1/users?email_address=nobody", None);
    ask("POST", "/v1/users", Some(json!({ "nonsense": 1 })));
    for path in [
        "/v1/users",
        "/v1/organizations",
        "/v1/organization_memberships",
        "/v1/organization_roles",
        "/v1/organization_permissions",
        "/v1/billing/plans",
        "/v1/templates/email",
        "/v1/domains",
        "/v1/instance",
        "/v1/environment",
        "/v1/jwks",
        "/_emulator/seed",
        "/_emulator/state",
    ] {
        ask("GET", path, None);
    }
    ask(
        "POST",
        "/_emulator/keys/rotate",
        Some(json!({ "keep_old": true })),
    );
    ask("GET", "/v1/jwks", None);
    answers
}

#[test]
fn two_that_are_built_alike_answer_alike_to_the_byte() {
    let (first, second) = (day(&start(Seed::example())), day(&start(Seed::example())));
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
    assert_eq!(first.len(), second.len());
    // Not because nothing has happened.
    assert!(
        first
            .iter()
            .filter(|answer| answer.contains("status: 200"))
            .count()
            > 20
    );
    let other = Emulator::builder().build().unwrap();
    assert_ne!(day(&other)[0], first[0]);
}

#[test]
fn a_keys_id_follows_from_the_key_whatever_the_seed_is() {
    let usual = start(Seed::example());
    let changed = start(
        Seed::empty()
            .user(UserSeed::new("ada@example.com"))
            .machine(MachineSeed::new("reports")),
    );
    assert_eq!(usual.key_id(), changed.key_id());
    let own = Emulator::builder()
        .stable_ids()
        .signing_key_pkcs8_pem(include_str!("../src/keys/signing-2.pem"))
        .build()
        .unwrap();
    assert_ne!(own.key_id(), usual.key_id());
    // A key that signs again after the others has another name, as at any rotation.
    let names: Vec<String> = (0..7).map(|_| usual.rotate_keys(false)).collect();
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len());
    assert_eq!(
        (0..7)
            .map(|_| changed.rotate_keys(false))
            .collect::<Vec<_>>(),
        names
    );
}

#[test]
fn what_was_exported_does_not_take_the_ids_of_what_is_added_to_it() {
    let first = start(Seed::empty().user(UserSeed::new("ada@example.com")));
    let ada = first.user_id("ada@example.com");
    let exported: Value = serde_json::from_str(&first.to_seed(NOW).to_json()).unwrap();
    // Bob stands above her, and so is the first who gets an id, which was hers.
    let both = json!({ "users": [{ "email": "bob@example.com" }, exported["users"][0]] });
    let second = start(Seed::from_json(&both.to_string()).unwrap());
    assert_eq!(second.user_id("ada@example.com"), ada);
    assert_ne!(second.user_id("bob@example.com"), ada);
}
