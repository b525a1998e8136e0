//! Becoming a user, by the instance's rules and by invitation.

mod support;

use clerk_emulator::{Emulator, InstanceSeed, Presence, Seed, SignUpMode, WebhookEndpoint};
use serde_json::{Value, json};
use support::{
    ACME, ADA, NOW, get,
    page::{ScriptedPage, field, mailbox, text},
    post,
};

const SIGN_UPS: &str = "/v1/client/sign_ups";

fn with(instance: InstanceSeed) -> Emulator {
    let seed = Seed::example().instance(instance);
    Emulator::builder().seed(seed).build().unwrap()
}

fn step(sign_up: &Value, step: &str) -> String {
    format!("{SIGN_UPS}/{}{step}", text(&sign_up["id"]))
}

fn verify(page: &ScriptedPage<'_>, sign_up: &Value) -> Value {
    let strategy = ("strategy", "email_code");
    page.ok("POST", &step(sign_up, "/prepare_verification"), &[strategy]);
    let attempt = step(sign_up, "/attempt_verification");
    page.ok("POST", &attempt, &[strategy, ("code", "424242")])
}

#[test]
fn whoever_shows_an_address_is_a_user_and_signed_in() {
    let emulator = with(InstanceSeed::default());
    emulator
        .add_webhook(WebhookEndpoint::new("http://localhost:3000/webhooks"))
        .unwrap();
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("email_address", "eve@example.com"),
        ("password", "correct horse"),
        ("first_name", "Eve"),
        ("unsafe_metadata", r#"{"plan":"pro"}"#),
    ];
    let sign_up = page.ok("POST", SIGN_UPS, &form);
    assert_eq!(sign_up["status"], "missing_requirements");
    assert_eq!(sign_up["missing_fields"], json!([]));
    assert_eq!(sign_up["unverified_fields"], json!(["email_address"]));
    assert_eq!(
        sign_up["verifications"]["email_address"]["next_action"],
        "needs_prepare"
    );
    assert!(emulator.user_id("eve@example.com").is_none());
    let sign_up = verify(&page, &sign_up);
    assert_eq!(sign_up["status"], "complete");
    assert_eq!(page.signed_in(), ["eve@example.com"]);
    let (_, user) = get(
        &emulator,
        &format!("/v1/users/{}", text(&sign_up["created_user_id"])),
    );
    assert_eq!(user["first_name"], "Eve");
    assert_eq!(user["password_enabled"], true);
    assert_eq!(user["unsafe_metadata"], json!({ "plan": "pro" }));
    assert_eq!(user["public_metadata"], json!({}));
    let mut told = Vec::new();
    while let Some(webhook) = emulator.next_webhook(NOW) {
        told.push(webhook.event_type().to_owned());
    }
    assert_eq!(told, ["user.created", "session.created"]);
    // And again on another day.
    page.ok("DELETE", "/v1/client/sessions", &[]);
    let form = [
        ("identifier", "eve@example.com"),
        ("password", "correct horse"),
    ];
    assert_eq!(
        page.ok("POST", "/v1/client/sign_ins", &form)["status"],
        "complete"
    );
}

#[test]
fn the_rules_of_the_instance_say_what_is_missing() {
    let rules = InstanceSeed::default()
        .username(Presence::Required)
        .names(Presence::Required, Presence::Off)
        .password(Presence::Off);
    let emulator = with(rules);
    let page = ScriptedPage::open(&emulator);
    let sign_up = page.ok("POST", SIGN_UPS, &[("email_address", "eve@example.com")]);
    assert_eq!(
        sign_up["required_fields"],
        json!(["email_address", "username", "first_name"])
    );
    assert_eq!(sign_up["missing_fields"], json!(["username", "first_name"]));
    let sign_up = verify(&page, &sign_up);
    assert_eq!(sign_up["status"], "missing_requirements");
    assert_eq!(sign_up["unverified_fields"], json!([]));
    let form = [
        ("username", "eve-1"),
        ("first_name", "Eve"),
        ("last_name", "Example"),
    ];
    let sign_up = page.ok("PATCH", &step(&sign_up, ""), &form);
    assert_eq!(sign_up["status"], "complete");
    assert_eq!(sign_up["last_name"], json!(null), "which nobody has here");
    let (_, environment) = page.call("PATCH", "/v1/environment", &[]);
    let attributes = &environment["user_settings"]["attributes"];
    for (name, enabled, required) in [
        ("username", true, true),
        ("last_name", false, false),
        ("password", false, false),
        ("email_address", true, true),
    ] {
        assert_eq!(attributes[name]["enabled"], enabled, "{name}");
        assert_eq!(attributes[name]["required"], required, "{name}");
    }
}

#[test]
fn what_is_wrong_is_refused() {
    let emulator = with(InstanceSeed::default().username(Presence::Optional));
    let page = ScriptedPage::open(&emulator);
    for (form, expected) in [
        (
            ("email_address", "ada@example.com"),
            "422 form_identifier_exists email_address",
        ),
        (
            ("email_address", "nonsense"),
            "422 form_param_format_invalid email_address",
        ),
        (
            ("password", "short"),
            "422 form_password_length_too_short password",
        ),
        (
            ("username", "a b c d"),
            "422 form_param_format_invalid username",
        ),
        (
            ("phone_number", "+15555550100"),
            "422 form_param_unknown phone_number",
        ),
        (
            ("unsafe_metadata", "[]"),
            "422 form_param_value_invalid unsafe_metadata",
        ),
        (
            ("strategy", "oauth_github"),
            "422 strategy_for_user_invalid strategy",
        ),
        (("ticket", "none"), "400 ticket_invalid_code"),
    ] {
        assert_eq!(
            page.refused("POST", SIGN_UPS, &[form]),
            expected,
            "{form:?}"
        );
    }
    let long = "x".repeat(73);
    let code = "422 form_password_length_too_long password";
    assert_eq!(page.refused("POST", SIGN_UPS, &[("password", &long)]), code);
}

/// An address is shown to be somebody's at the moment that makes them a user, not before.
#[test]
fn an_address_that_was_shown_does_not_vouch_for_another() {
    let emulator = with(InstanceSeed::default());
    let page = ScriptedPage::open(&emulator);
    let sign_up = page.ok("POST", SIGN_UPS, &[("email_address", "eve@example.com")]);
    let sign_up = verify(&page, &sign_up);
    let form = [
        ("email_address", "mallory@example.com"),
        ("password", "correct horse"),
    ];
    let sign_up = page.ok("PATCH", &step(&sign_up, ""), &form);
    assert_eq!(sign_up["status"], "missing_requirements");
    assert_eq!(sign_up["unverified_fields"], json!(["email_address"]));
    assert!(emulator.user_id("mallory@example.com").is_none());
    // Nor does an attempt on another browser go on with it.
    let other = ScriptedPage::open(&emulator);
    let patch = other.refused("PATCH", &step(&sign_up, ""), &form);
    assert_eq!(patch, "404 resource_not_found");
}

#[test]
fn two_who_sign_up_with_one_address_are_one_user() {
    let emulator = with(InstanceSeed::default());
    let (page, other) = (ScriptedPage::open(&emulator), ScriptedPage::open(&emulator));
    let form = [
        ("email_address", "eve@example.com"),
        ("password", "correct horse"),
    ];
    let first = page.ok("POST", SIGN_UPS, &form);
    let second = other.ok("POST", SIGN_UPS, &form);
    verify(&page, &first);
    let strategy = ("strategy", "email_code");
    other.ok("POST", &step(&second, "/prepare_verification"), &[strategy]);
    let attempt = step(&second, "/attempt_verification");
    let outcome = other.refused("POST", &attempt, &[strategy, ("code", "424242")]);
    assert_eq!(outcome, "422 form_identifier_exists email_address");
    assert!(other.signed_in().is_empty());
}

/// The ticket in an invitation's link.
fn ticket(url: &str) -> String {
    url.split_once("ticket=").unwrap().1.to_owned()
}

#[test]
fn an_invitation_lets_in_where_nobody_else_gets_in() {
    let emulator = with(InstanceSeed::default().sign_up_mode(SignUpMode::Restricted));
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("email_address", "eve@example.com"),
        ("password", "correct horse"),
    ];
    let code = "403 sign_up_mode_restricted";
    assert_eq!(page.refused("POST", SIGN_UPS, &form), code);
    let invitation = json!({
        "email_address": "eve@example.com",
        "public_metadata": { "plan": "pro" },
        "redirect_url": "http://localhost:3000/welcome",
    });
    let (_, invitation) = post(&emulator, "/v1/invitations", invitation);
    // The link leads to the application.
    let link = text(&invitation["url"]);
    let response = page.send("GET", link.strip_prefix(emulator.url()).unwrap(), &[]);
    assert_eq!(response.status(), 303);
    let ticket = ticket(&link);
    let location = field(response.headers(), "location");
    let expected =
        format!("http://localhost:3000/welcome?__clerk_status=sign_up&__clerk_ticket={ticket}");
    assert_eq!(location, expected);
    // An invitation is for the one who was invited.
    let form = [
        ("strategy", "ticket"),
        ("ticket", ticket.as_str()),
        ("email_address", "mallory@example.com"),
        ("password", "correct horse"),
    ];
    let code = "422 form_param_value_invalid email_address";
    assert_eq!(page.refused("POST", SIGN_UPS, &form), code);
    let form = [
        ("strategy", "ticket"),
        ("ticket", &ticket),
        ("password", "correct horse"),
    ];
    let sign_up = page.ok("POST", SIGN_UPS, &form);
    assert_eq!(sign_up["status"], "complete");
    assert_eq!(page.signed_in(), ["eve@example.com"]);
    let client = page.client();
    assert_eq!(
        client["sessions"][0]["user"]["public_metadata"],
        json!({ "plan": "pro" })
    );
    // It is good once.
    let other = ScriptedPage::open(&emulator);
    assert_eq!(
        other.refused("POST", SIGN_UPS, &form),
        "400 ticket_invalid_code"
    );
    let (_, invitations) = get(&emulator, "/v1/invitations?status=accepted");
    assert_eq!(invitations[0]["status"], "accepted");
}

#[test]
fn an_invitation_to_an_organization_makes_a_member() {
    let emulator = with(InstanceSeed::default());
    let invitations = format!("/v1/organizations/{ACME}/invitations");
    let invite = |email: &str| {
        let body = json!({ "email_address": email, "role": "org:member", "inviter_user_id": ADA });
        let (status, invitation) = post(&emulator, &invitations, body);
        assert_eq!(status, 200, "{invitation}");
        ticket(&text(&invitation["url"]))
    };
    // A new user.
    let ticket = invite("eve@example.com");
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("strategy", "ticket"),
        ("ticket", &ticket),
        ("password", "correct horse"),
    ];
    assert_eq!(page.ok("POST", SIGN_UPS, &form)["status"], "complete");
    let session = &page.client()["sessions"][0];
    assert_eq!(session["last_active_organization_id"], ACME);
    let memberships = &session["user"]["organization_memberships"];
    assert_eq!(memberships[0]["role"], "org:member");
    // One who was there before.
    let user = json!({ "email_address": ["mel@example.com"] });
    post(&emulator, "/v1/users", user);
    let ticket = invite("mel@example.com");
    let page = ScriptedPage::open(&emulator);
    let form = [("strategy", "ticket"), ("ticket", ticket.as_str())];
    let code = "422 form_identifier_exists email_address";
    assert_eq!(page.refused("POST", SIGN_UPS, &form), code);
    let sign_in = page.ok("POST", "/v1/client/sign_ins", &form);
    assert_eq!(sign_in["status"], "complete");
    assert_eq!(
        page.client()["sessions"][0]["last_active_organization_id"],
        ACME
    );
    assert!(
        mailbox(&emulator, "mel@example.com").is_empty(),
        "the ticket is proof enough"
    );
}

#[test]
fn who_finds_the_organization_full_becomes_no_user() {
    let emulator = with(InstanceSeed::default());
    let place = json!({ "email_address": "eve@example.com", "role": "org:member" });
    let organization = format!("/v1/organizations/{ACME}");
    let (_, invitation) = post(&emulator, &format!("{organization}/invitations"), place);
    let full = json!({ "max_allowed_memberships": 1 });
    assert_eq!(support::patch(&emulator, &organization, full).0, 200);
    let ticket = ticket(&text(&invitation["url"]));
    let form = [
        ("strategy", "ticket"),
        ("ticket", &*ticket),
        ("password", "correct horse"),
    ];
    let page = ScriptedPage::open(&emulator);
    let refused = page.refused("POST", SIGN_UPS, &form);
    assert_eq!(refused, "403 organization_membership_quota_exceeded");
    assert!(emulator.user_id("eve@example.com").is_none());
}

#[test]
fn lists_keep_out_whom_they_are_for_but_not_the_invited() {
    let emulator = with(InstanceSeed::default());
    let page = ScriptedPage::open(&emulator);
    let outcome = |address: &str| {
        let (status, body) = page.post(SIGN_UPS, &[("email_address", address)]);
        (status, text(&body["errors"][0]["code"]))
    };
    let (open, kept_out) = ((200, String::new()), (403, "not_allowed_access".to_owned()));
    for (list, identifier) in [
        ("allowlist", "eve@example.com"),
        ("allowlist", "*@navy.example"),
        ("blocklist", "*@army.example"),
    ] {
        let path = format!("/v1/{list}_identifiers");
        let (status, body) = post(&emulator, &path, json!({ "identifier": identifier }));
        assert_eq!(status, 200, "{body}");
    }
    // Until they are in force.
    assert_eq!(outcome("mallory@army.example"), open);
    for (rules, address, expected) in [
        (
            json!({ "blocklist": true }),
            "mallory@ARMY.example",
            &kept_out,
        ),
        (json!({ "blocklist": true }), "mallory@example.com", &open),
        (
            json!({ "allowlist": true }),
            "mallory@example.com",
            &kept_out,
        ),
        (json!({ "allowlist": true }), "EVE@example.com", &open),
        (json!({ "allowlist": true }), "rear@navy.example", &open),
        (
            json!({ "block_email_subaddresses": true }),
            "eve+1@example.com",
            &kept_out,
        ),
    ] {
        let mut all =
            json!({ "blocklist": false, "allowlist": false, "block_email_subaddresses": false });
        let given = rules.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(given);
        let (status, body) = support::patch(&emulator, "/v1/instance/restrictions", all);
        assert_eq!(status, 200, "{body}");
        assert_eq!(outcome(address), *expected, "{rules} {address}");
    }
    let body = json!({ "email_address": "mel@example.com" });
    let invitation = post(&emulator, "/v1/invitations", body).1;
    let ticket = ticket(&text(&invitation["url"]));
    let form = [
        ("strategy", "ticket"),
        ("ticket", &*ticket),
        ("password", "correct horse"),
    ];
    support::patch(
        &emulator,
        "/v1/instance/restrictions",
        json!({ "allowlist": true }),
    );
    assert_eq!(page.ok("POST", SIGN_UPS, &form)["status"], "complete");
}

#[test]
fn servers_see_sign_ups_and_say_what_the_user_is_called_elsewhere() {
    let emulator = with(InstanceSeed::default());
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("email_address", "eve@example.com"),
        ("password", "correct horse"),
    ];
    let sign_up = page.ok("POST", SIGN_UPS, &form);
    let path = format!("/v1/sign_ups/{}", text(&sign_up["id"]));
    let (status, seen) = get(&emulator, &path);
    assert_eq!(status, 200, "{seen}");
    for (member, expected) in [
        ("object", json!("sign_up_attempt")),
        ("status", json!("missing_requirements")),
        ("email_address", json!("eve@example.com")),
        ("password_enabled", json!(true)),
        ("custom_action", json!(false)),
        ("external_id", json!(null)),
        ("unverified_fields", json!(["email_address"])),
    ] {
        assert_eq!(seen[member], expected, "{member}");
    }
    let email = &seen["verifications"]["email_address"];
    assert_eq!(
        *email,
        json!({ "next_action": "needs_prepare", "supported_strategies": ["email_code"] })
    );
    let taken = support::patch(
        &emulator,
        &format!("/v1/users/{ADA}"),
        json!({ "external_id": "a-1" }),
    );
    assert_eq!(taken.0, 200);
    let taken = support::patch(&emulator, &path, json!({ "external_id": "a-1" }));
    assert_eq!(
        support::refusal(taken),
        support::refused(422, "form_identifier_exists", "external_id")
    );
    let said = json!({ "external_id": "e-1", "custom_action": true });
    let (status, seen) = support::patch(&emulator, &path, said);
    assert_eq!(
        (status, &seen["external_id"], &seen["custom_action"]),
        (200, &json!("e-1"), &json!(true))
    );
    let complete = verify(&page, &sign_up);
    let (_, user) = get(
        &emulator,
        &format!("/v1/users/{}", text(&complete["created_user_id"])),
    );
    assert_eq!(user["external_id"], "e-1");
    assert_eq!(get(&emulator, &path).1["status"], "complete");
    let late = support::patch(&emulator, &path, json!({ "custom_action": false }));
    assert_eq!(
        support::refusal(late),
        support::refused(403, "sign_up_cannot_be_updated", "")
    );
    let unknown = get(&emulator, "/v1/sign_ups/sua_no");
    assert_eq!(
        support::refusal(unknown),
        support::refused(404, "resource_not_found", "")
    );
}
