//! What a seed can hold, and that what an emulator holds can be one again.

mod support;

use clerk_core::UnixTime;
use clerk_emulator::{Emulator, Seed};
use serde_json::{Value, json};
use support::{NOW, column, fine, get, post};

/// The example of the guide.
fn example() -> Seed {
    let guide = include_str!("../../../docs/guides/test-offline.md");
    let (_, section) = guide
        .split_once("## What is there at the start")
        .expect("a section on seeds");
    let (_, json) = section.split_once("```json\n").expect("an example");
    let (json, _) = json.split_once("```").expect("its end");
    Seed::from_json(json).expect("a seed")
}

fn planted(seed: Seed) -> Emulator {
    Emulator::builder().seed(seed).build().unwrap()
}

fn first<'v>(list: &'v Value, path: &str) -> &'v Value {
    list.pointer(path)
        .unwrap_or_else(|| panic!("{path} of {list}"))
}

/// Where a list has that something is called so, all of it.
fn one(list: &Value, name: &str, value: &str) -> Value {
    let items = list.as_array().or_else(|| list["data"].as_array());
    let mut items = items.expect("a list").iter();
    let found = items.find(|item| item[name] == value);
    found.unwrap_or_else(|| panic!("{value} in {list}")).clone()
}

#[test]
fn the_guides_example_is_there_whole() {
    let emulator = planted(example());
    let grace = fine(get(&emulator, "/v1/users/user_0graceHopperOfTheNavy000000"));
    for (path, expected) in [
        ("/username", json!("grace")),
        ("/first_name", json!("Grace")),
        ("/external_id", json!("employee-1")),
        ("/public_metadata", json!({ "desk": 7 })),
        ("/private_metadata", json!({ "rank": "rear admiral" })),
        ("/unsafe_metadata", json!({ "theme": "dark" })),
        ("/password_enabled", json!(true)),
        ("/totp_enabled", json!(true)),
        ("/backup_code_enabled", json!(true)),
        ("/two_factor_enabled", json!(true)),
        ("/created_at", json!(1_748_768_400_000_i64)),
        (
            "/email_addresses/0/email_address",
            json!("grace@example.com"),
        ),
        ("/email_addresses/0/verification/status", json!("verified")),
        (
            "/email_addresses/1/email_address",
            json!("hopper@example.com"),
        ),
        ("/email_addresses/1/verification", Value::Null),
        ("/phone_numbers/0/phone_number", json!("+15555550100")),
        ("/phone_numbers/0/reserved_for_second_factor", json!(true)),
        ("/phone_numbers/1/phone_number", json!("+15555550101")),
        ("/phone_numbers/1/reserved_for_second_factor", json!(false)),
    ] {
        assert_eq!(*first(&grace, path), expected, "{path}");
    }
    let verified = post(
        &emulator,
        "/v1/users/user_0graceHopperOfTheNavy000000/verify_password",
        json!({ "password": "a ship in port is safe" }),
    );
    assert_eq!(verified.1, json!({ "verified": true }));

    let ada = fine(get(&emulator, "/v1/users?email_address=ada@example.com"));
    assert_eq!(
        *first(&ada, "/0/external_accounts/0/provider_user_id"),
        "1815"
    );
    assert_eq!(
        *first(&ada, "/0/email_addresses/0/linked_to/0/type"),
        "oauth_google"
    );
    let mallory = fine(get(
        &emulator,
        "/v1/users?email_address=mallory@example.com",
    ));
    assert_eq!(*first(&mallory, "/0/banned"), true);
    let robot = fine(get(&emulator, "/v1/users?username=robot"));
    assert_eq!(*first(&robot, "/0/locked"), true);
    assert_eq!(*first(&robot, "/0/email_addresses"), json!([]));

    let navy = fine(get(&emulator, "/v1/organizations/navy"));
    for (path, expected) in [
        ("/name", json!("The Navy")),
        ("/public_metadata", json!({ "harbour": "Arlington" })),
        ("/private_metadata", json!({ "ships": 2 })),
        ("/max_allowed_memberships", json!(100)),
        ("/created_by", grace["id"].clone()),
    ] {
        assert_eq!(*first(&navy, path), expected, "{path}");
    }
    let members = fine(get(
        &emulator,
        "/v1/organizations/navy/memberships?order_by=%2Bcreated_at",
    ));
    assert_eq!(column(&members, "role"), ["org:admin", "org:billing"]);
    assert_eq!(*first(&members, "/data/1/role_name"), "Accountant");
    assert_eq!(
        *first(&members, "/data/1/public_metadata"),
        json!({ "since": 1843 })
    );
    let domains = fine(get(&emulator, "/v1/organizations/navy/domains"));
    let sea = one(&domains, "name", "sea.example");
    assert_eq!(sea["enrollment_mode"], "automatic_suggestion");
    let invitations = fine(get(&emulator, "/v1/organizations/navy/invitations"));
    let bob = one(&invitations, "email_address", "bob@example.com");
    assert_eq!(
        (&bob["status"], &bob["role"]),
        (&json!("pending"), &json!("org:member"))
    );
    let invitations = fine(get(&emulator, "/v1/invitations"));
    let carol = one(&invitations, "email_address", "carol@example.com");
    assert!(support::text(&carol, "url").ends_with("?ticket=for-carol"));

    let machines = fine(get(&emulator, "/v1/machines"));
    let reports = one(&machines, "name", "reports");
    assert_eq!(*first(&reports, "/scoped_machines/0/name"), "billing");
    let secret = format!("/v1/machines/{}/secret_key", support::text(&reports, "id"));
    assert_eq!(
        fine(get(&emulator, &secret))["secret"],
        "ak_reports_of_the_navy"
    );
    let key = post(
        &emulator,
        "/v1/api_keys/verify",
        json!({ "secret": "ak_of_grace_alone" }),
    );
    assert_eq!(fine(key)["subject"], grace["id"]);
    let keys = format!("/v1/api_keys?subject={}", support::text(&navy, "id"));
    assert_eq!(
        *first(&fine(get(&emulator, &keys)), "/data/0/name"),
        "the navy's"
    );
    let applications = fine(get(&emulator, "/v1/oauth_applications"));
    let wiki = one(&applications, "name", "Wiki");
    assert_eq!(wiki["client_id"], "wiki");
    let plans = fine(get(&emulator, "/v1/billing/plans"));
    assert_eq!(*first(&one(&plans, "slug", "team"), "/fee/amount"), 900);

    let allowed = fine(get(&emulator, "/v1/allowlist_identifiers"));
    one(&allowed, "identifier", "*@example.com");
    let blocked = fine(get(&emulator, "/v1/blocklist_identifiers"));
    one(&blocked, "identifier", "mallory@example.com");
    let waiting = fine(get(&emulator, "/v1/waitlist_entries"));
    one(&waiting, "email_address", "dave@example.com");
    let urls = fine(get(&emulator, "/v1/redirect_urls"));
    one(&urls, "url", "myapp://signed-in");
    let templates = fine(get(&emulator, "/v1/jwt_templates"));
    assert_eq!(one(&templates, "name", "api")["lifetime"], 300);
    let settings = fine(get(&emulator, "/v1/instance/organization_settings"));
    assert_eq!(settings["max_allowed_memberships"], 20);
}

#[test]
fn an_exported_seed_is_the_same_again() {
    for seed in [Seed::empty(), Seed::example(), example()] {
        let first = planted(seed);
        let exported = first.to_seed(NOW).to_json();
        let second = planted(Seed::from_json(&exported).unwrap());
        assert_eq!(second.to_seed(NOW).to_json(), exported);
        let (status, over_http) = get(&first, "/_emulator/seed");
        assert_eq!(status, 200);
        assert_eq!(over_http, serde_json::from_str::<Value>(&exported).unwrap());
    }
}

#[test]
fn who_is_in_an_exported_seed_signs_in_as_before() {
    let first = planted(example());
    let second = planted(first.to_seed(NOW));
    let user = "/v1/users/user_0graceHopperOfTheNavy000000";
    for (path, body) in [
        (
            "verify_password",
            json!({ "password": "a ship in port is safe" }),
        ),
        ("verify_totp", json!({ "code": "in case of loss" })),
    ] {
        let answer = post(&second, &format!("{user}/{path}"), body);
        assert_eq!(fine(answer)["verified"], true, "{path}");
    }
    let wrong = post(
        &second,
        &format!("{user}/verify_password"),
        json!({ "password": "wrong" }),
    );
    assert_eq!(wrong.0, 422);
    let ticket = |emulator: &Emulator| {
        let invitations = fine(get(emulator, "/v1/invitations"));
        one(&invitations, "email_address", "eve@example.com")["url"].clone()
    };
    assert_eq!(ticket(&first), ticket(&second));
}

#[test]
fn what_is_over_is_not_exported() {
    let emulator = planted(example());
    let invitations = fine(get(&emulator, "/v1/invitations"));
    let carol = one(&invitations, "email_address", "carol@example.com");
    let path = format!("/v1/invitations/{}/revoke", support::text(&carol, "id"));
    fine(post(&emulator, &path, json!({})));
    // Whoever was invited has become a user in another way.
    let eve = json!({ "email_address": ["eve@example.com"] });
    fine(post(&emulator, "/v1/users", eve));
    let later = UnixTime::from_secs(4_200_000_000);
    let exported: Value = serde_json::from_str(&emulator.to_seed(later).to_json()).unwrap();
    assert_eq!(exported.get("invitations"), None);
    let keys = exported["api_keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1, "the other has expired: {keys:?}");
}
