//! Signing in as clerk-js does: passwords, codes, second factors, and what does not get in.

mod support;

use clerk_emulator::{Emulator, InstanceSeed, Presence, Seed, UserSeed};
use serde_json::json;
use std::time::Duration;
use support::{
    NOW, decode,
    page::{ORIGIN, ScriptedPage, mailbox, text},
    patch, post,
};

const PASSWORD: &str = "correct horse battery";

fn emulator() -> Emulator {
    let seed = Seed::empty()
        .instance(InstanceSeed::default().username(Presence::Optional))
        .user(
            UserSeed::new("ada@example.com")
                .password(PASSWORD)
                .username("lovelace")
                .name("Ada", "Lovelace"),
        )
        .user(UserSeed::new("bob@example.com"));
    Emulator::builder().seed(seed).build().unwrap()
}

const SIGN_INS: &str = "/v1/client/sign_ins";

fn step(sign_in: &serde_json::Value, step: &str) -> String {
    format!("{SIGN_INS}/{}/{step}", text(&sign_in["id"]))
}

#[test]
fn a_password_is_enough_at_once_or_after_the_identifier() {
    let emulator = emulator();
    for identifier in ["ada@example.com", "ADA@example.com", "lovelace"] {
        let page = ScriptedPage::open(&emulator);
        let form = [("identifier", identifier), ("password", PASSWORD)];
        let sign_in = page.ok("POST", SIGN_INS, &form);
        assert_eq!(sign_in["status"], "complete");
        assert_eq!(page.signed_in(), ["ada@example.com"]);

        let page = ScriptedPage::open(&emulator);
        let sign_in = page.ok("POST", SIGN_INS, &[("identifier", identifier)]);
        assert_eq!(sign_in["status"], "needs_first_factor");
        assert_eq!(sign_in["user_data"]["first_name"], "Ada");
        let strategies: Vec<String> = sign_in["supported_first_factors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|factor| text(&factor["strategy"]))
            .collect();
        let expected = ["password", "email_code", "reset_password_email_code"];
        assert_eq!(strategies, expected);
        assert!(page.signed_in().is_empty());
        let form = [("strategy", "password"), ("password", PASSWORD)];
        let sign_in = page.ok("POST", &step(&sign_in, "attempt_first_factor"), &form);
        assert_eq!(sign_in["status"], "complete");
        assert_eq!(page.signed_in(), ["ada@example.com"]);
    }
}

#[test]
fn a_code_comes_by_mail_and_is_for_who_has_no_password_too() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "bob@example.com")]);
    let form = [("strategy", "email_code")];
    let attempt = step(&sign_in, "attempt_first_factor");
    let code = [("strategy", "email_code"), ("code", "424242")];
    assert_eq!(
        page.refused("POST", &attempt, &code),
        "400 verification_missing"
    );
    page.ok("POST", &step(&sign_in, "prepare_first_factor"), &form);
    let message = &mailbox(&emulator, "bob@example.com")[0];
    assert_eq!(message["code"], "424242");
    assert_eq!(message["slug"], "verification_code");
    let sign_in = page.ok("POST", &attempt, &code);
    assert_eq!(sign_in["status"], "complete");
    assert_eq!(page.signed_in(), ["bob@example.com"]);
    // It is complete, so it is no attempt any more.
    assert_eq!(page.client()["sign_in"], json!(null));
}

#[test]
fn what_is_wrong_is_refused() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    for (form, expected) in [
        (
            &[("identifier", "eve@example.com")][..],
            "422 form_identifier_not_found identifier",
        ),
        (
            &[("identifier", "ada@example.com"), ("password", "wrong")],
            "422 form_password_incorrect password",
        ),
        (
            &[("identifier", "bob@example.com"), ("password", PASSWORD)],
            "422 form_password_incorrect password",
        ),
        (
            &[("identifier", "ada@example.com"), ("strategy", "password")],
            "422 form_param_missing password",
        ),
        (
            &[("identifier", "ada@example.com"), ("strategy", "passkey")],
            "422 strategy_for_user_invalid strategy",
        ),
        (
            &[("strategy", "oauth_google")],
            "422 strategy_for_user_invalid strategy",
        ),
        (&[("strategy", "ticket")], "422 form_param_missing ticket"),
        (
            &[("strategy", "ticket"), ("ticket", "none")],
            "400 ticket_invalid_code",
        ),
    ] {
        assert_eq!(page.refused("POST", SIGN_INS, form), expected, "{form:?}");
    }
    assert!(page.signed_in().is_empty());
    let missing = format!("{SIGN_INS}/sia_none/attempt_first_factor");
    assert_eq!(
        page.refused("POST", &missing, &[]),
        "404 resource_not_found"
    );
}

#[test]
fn a_code_cannot_be_guessed_by_trying_on() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("identifier", "ada@example.com"),
        ("strategy", "email_code"),
    ];
    let sign_in = page.ok("POST", SIGN_INS, &form);
    let attempt = step(&sign_in, "attempt_first_factor");
    let wrong = [("strategy", "email_code"), ("code", "000000")];
    for _ in 0..3 {
        assert_eq!(
            page.refused("POST", &attempt, &wrong),
            "422 form_code_incorrect code"
        );
    }
    let right = [("strategy", "email_code"), ("code", "424242")];
    assert_eq!(
        page.refused("POST", &attempt, &right),
        "400 verification_failed"
    );
    // Another code begins anew, and ends by itself.
    let prepare = step(&sign_in, "prepare_first_factor");
    page.ok("POST", &prepare, &[("strategy", "email_code")]);
    let mut late = page.clone();
    late.now = NOW.saturating_add(Duration::from_secs(600));
    assert_eq!(
        late.refused("POST", &attempt, &right),
        "400 verification_expired"
    );
    assert_eq!(page.ok("POST", &attempt, &right)["status"], "complete");
}

/// Each of these would let somebody take another's attempt, or a step before its turn.
#[test]
fn nobody_goes_on_with_anothers_sign_in_and_no_step_is_left_out() {
    let emulator = emulator();
    let (page, other) = (ScriptedPage::open(&emulator), ScriptedPage::open(&emulator));
    let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "ada@example.com")]);
    let form = [("strategy", "password"), ("password", PASSWORD)];
    let attempt = step(&sign_in, "attempt_first_factor");
    assert_eq!(
        other.refused("POST", &attempt, &form),
        "404 resource_not_found"
    );
    let path = format!("{SIGN_INS}/{}", text(&sign_in["id"]));
    assert_eq!(other.refused("GET", &path, &[]), "404 resource_not_found");
    let reset = step(&sign_in, "reset_password");
    let form = [("password", "another good one")];
    assert_eq!(
        page.refused("POST", &reset, &form),
        "400 sign_in_step_invalid"
    );
    let second = step(&sign_in, "attempt_second_factor");
    let form = [("strategy", "backup_code"), ("code", "x")];
    assert_eq!(
        page.refused("POST", &second, &form),
        "400 sign_in_step_invalid"
    );
    assert!(page.signed_in().is_empty() && other.signed_in().is_empty());
}

#[test]
fn whoever_is_banned_or_locked_does_not_get_in() {
    let emulator = emulator();
    let ada = emulator.user_id("ada@example.com").unwrap();
    for (ban, back, code) in [
        ("ban", "unban", "403 user_banned"),
        ("lock", "unlock", "403 user_locked"),
    ] {
        let page = ScriptedPage::open(&emulator);
        let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "ada@example.com")]);
        post(&emulator, &format!("/v1/users/{ada}/{ban}"), json!({}));
        let form = [("identifier", "ada@example.com"), ("password", PASSWORD)];
        assert_eq!(page.refused("POST", SIGN_INS, &form), code);
        // Not by what was begun before, either.
        let attempt = step(&sign_in, "attempt_first_factor");
        let form = [("strategy", "password"), ("password", PASSWORD)];
        assert_eq!(page.refused("POST", &attempt, &form), code);
        post(&emulator, &format!("/v1/users/{ada}/{back}"), json!({}));
    }
}

#[test]
fn a_forgotten_password_is_chosen_anew() {
    let emulator = emulator();
    let elsewhere = ScriptedPage::open(&emulator);
    elsewhere.sign_in("ada@example.com");
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "ada@example.com")]);
    let strategy = ("strategy", "reset_password_email_code");
    page.ok("POST", &step(&sign_in, "prepare_first_factor"), &[strategy]);
    let message = &mailbox(&emulator, "ada@example.com")[0];
    assert_eq!(message["slug"], "reset_password_code");
    let attempt = step(&sign_in, "attempt_first_factor");
    let sign_in = page.ok("POST", &attempt, &[strategy, ("code", "424242")]);
    assert_eq!(sign_in["status"], "needs_new_password");
    assert!(page.signed_in().is_empty());
    let reset = step(&sign_in, "reset_password");
    let short = [("password", "short")];
    let code = "422 form_password_length_too_short password";
    assert_eq!(page.refused("POST", &reset, &short), code);
    let form = [
        ("password", "another good one"),
        ("sign_out_of_other_sessions", "true"),
    ];
    assert_eq!(page.ok("POST", &reset, &form)["status"], "complete");
    assert_eq!(page.signed_in(), ["ada@example.com"]);
    assert!(elsewhere.signed_in().is_empty());

    let page = ScriptedPage::open(&emulator);
    let old = [("identifier", "ada@example.com"), ("password", PASSWORD)];
    let code = "422 form_password_incorrect password";
    assert_eq!(page.refused("POST", SIGN_INS, &old), code);
    let new = [
        ("identifier", "ada@example.com"),
        ("password", "another good one"),
    ];
    assert_eq!(page.ok("POST", SIGN_INS, &new)["status"], "complete");
}

#[test]
fn a_password_of_the_backend_api_signs_in_as_one_of_the_seed() {
    let emulator = emulator();
    let bob = emulator.user_id("bob@example.com").unwrap();
    let (status, body) = patch(
        &emulator,
        &format!("/v1/users/{bob}"),
        json!({ "password": "bobs own password" }),
    );
    assert_eq!(status, 200, "{body}");
    assert!(!body.to_string().contains("bobs own"), "{body}");
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("identifier", "bob@example.com"),
        ("password", "bobs own password"),
    ];
    assert_eq!(page.ok("POST", SIGN_INS, &form)["status"], "complete");
}

#[test]
fn a_browser_has_one_session_or_several_as_the_instance_has_it() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let form = [
        ("identifier", "bob@example.com"),
        ("strategy", "email_code"),
    ];
    assert_eq!(page.refused("POST", SIGN_INS, &form), "400 session_exists");

    let seed = Seed::example().instance(InstanceSeed::default().single_session_mode(false));
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let page = ScriptedPage::open(&emulator);
    let ada = page.sign_in("ada@example.com");
    let bob = page.sign_in("bob@example.com");
    assert_eq!(page.signed_in(), ["ada@example.com", "bob@example.com"]);
    assert_eq!(page.client()["last_active_session_id"], json!(bob));
    // Nobody is there twice.
    let form = [
        ("identifier", "ada@example.com"),
        ("strategy", "email_code"),
    ];
    let sign_in = page.ok("POST", SIGN_INS, &form);
    let form = [("strategy", "email_code"), ("code", "424242")];
    let attempt = step(&sign_in, "attempt_first_factor");
    assert_eq!(
        page.refused("POST", &attempt, &form),
        "400 identifier_already_signed_in"
    );
    page.ok("POST", &format!("/v1/client/sessions/{ada}/touch"), &[]);
    assert_eq!(page.client()["last_active_session_id"], json!(ada));
    page.ok("POST", &format!("/v1/client/sessions/{ada}/remove"), &[]);
    assert_eq!(page.signed_in(), ["bob@example.com"]);
    assert_eq!(page.client()["last_active_session_id"], json!(bob));
    page.ok("DELETE", "/v1/client/sessions", &[]);
    assert!(page.signed_in().is_empty());
}

#[test]
fn tokens_are_for_the_page_that_asks() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let session = page.sign_in("ada@example.com");
    let token = text(&page.client()["sessions"][0]["last_active_token"]["jwt"]);
    let (_, body) = page.post(&format!("/v1/client/sessions/{session}/tokens"), &[]);
    for token in [token, text(&body["jwt"])] {
        let token = decode(&token);
        assert!(token.verifies(&emulator.jwks_json()));
        assert_eq!(token.claims["azp"], ORIGIN);
        assert_eq!(token.claims["sid"], json!(session));
        assert_eq!(token.claims["fva"], json!([0, -1]));
    }
}

#[test]
fn a_phone_number_is_a_first_factor_or_a_second_one() {
    let emulator = emulator();
    let user = json!({
        "email_address": ["mel@example.com"],
        "phone_number": ["+15555550100", "+15555550101"],
        "password": PASSWORD,
    });
    let (status, user) = post(&emulator, "/v1/users", user);
    assert_eq!(status, 200, "{user}");
    let strategy = ("strategy", "phone_code");
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "+15555550101")]);
    let id = text(&user["phone_numbers"][1]["id"]);
    let prepare = [strategy, ("phone_number_id", &id)];
    page.ok("POST", &step(&sign_in, "prepare_first_factor"), &prepare);
    let message = &mailbox(&emulator, "%2B15555550101")[0];
    assert_eq!(
        (&message["channel"], &message["code"]),
        (&json!("sms"), &json!("424242"))
    );
    let attempt = step(&sign_in, "attempt_first_factor");
    let code = [strategy, ("code", "424242")];
    assert_eq!(page.ok("POST", &attempt, &code)["status"], "complete");

    // A number that is kept for it is asked for second, and no more first.
    let path = format!("/v1/phone_numbers/{id}");
    let kept = json!({ "reserved_for_second_factor": true });
    let (status, body) = patch(&emulator, &path, kept);
    assert_eq!(status, 200, "{body}");
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &[("identifier", "mel@example.com")]);
    let first = page.refused("POST", &step(&sign_in, "prepare_first_factor"), &prepare);
    assert_eq!(first, "422 form_resource_not_found phone_number_id");
    let password = [("strategy", "password"), ("password", PASSWORD)];
    let sign_in = page.ok("POST", &step(&sign_in, "attempt_first_factor"), &password);
    assert_eq!(sign_in["status"], "needs_second_factor");
    let second = &sign_in["supported_second_factors"];
    assert_eq!(second[0]["safe_identifier"], "+15555550101");
    assert_eq!(second.as_array().unwrap().len(), 1);
    let attempt = step(&sign_in, "attempt_second_factor");
    assert_eq!(
        page.refused("POST", &attempt, &code),
        "400 verification_missing"
    );
    page.ok(
        "POST",
        &step(&sign_in, "prepare_second_factor"),
        &[strategy],
    );
    for _ in 0..3 {
        let wrong = page.refused("POST", &attempt, &[strategy, ("code", "1")]);
        assert_eq!(wrong, "422 form_code_incorrect code");
    }
    assert_eq!(
        page.refused("POST", &attempt, &code),
        "400 verification_failed"
    );
    assert!(page.signed_in().is_empty());
    page.ok(
        "POST",
        &step(&sign_in, "prepare_second_factor"),
        &[strategy],
    );
    assert_eq!(page.ok("POST", &attempt, &code)["status"], "complete");
    assert_eq!(page.signed_in(), ["mel@example.com"]);
}

#[test]
fn a_ticket_of_a_server_signs_in_once() {
    let emulator = emulator();
    let ada = emulator.user_id("ada@example.com").unwrap();
    let ticket = |path: &str, body| {
        let (status, body) = post(&emulator, path, body);
        assert_eq!(status, 200, "{body}");
        let url = text(&body["url"]);
        url.split_once("ticket=").unwrap().1.to_owned()
    };
    let token = ticket("/v1/sign_in_tokens", json!({ "user_id": ada }));
    let page = ScriptedPage::open(&emulator);
    let form = [("strategy", "ticket"), ("ticket", token.as_str())];
    let sign_in = page.ok("POST", SIGN_INS, &form);
    assert_eq!(sign_in["status"], "complete");
    assert_eq!(page.signed_in(), ["ada@example.com"]);
    let other = ScriptedPage::open(&emulator);
    let again = other.refused("POST", SIGN_INS, &form);
    assert_eq!(again, "400 sign_in_token_already_used_code");

    let actor = json!({ "user_id": ada, "actor": { "sub": "user_support" } });
    let token = ticket("/v1/actor_tokens", actor);
    let form = [("strategy", "ticket"), ("ticket", token.as_str())];
    // It waits while somebody else is in.
    assert_eq!(page.refused("POST", SIGN_INS, &form), "400 session_exists");
    assert_eq!(other.ok("POST", SIGN_INS, &form)["status"], "complete");
    let client = other.client();
    assert_eq!(client["sessions"][0]["actor"]["sub"], "user_support");
    let token = text(&client["sessions"][0]["last_active_token"]["jwt"]);
    assert_eq!(decode(&token).claims["act"]["sub"], "user_support");
}
