//! What users do with themselves: names, addresses, passwords, second factors, sessions.

mod support;

use clerk_emulator::{Emulator, InstanceSeed, Presence, Seed, UserSeed};
use serde_json::{Value, json};
use std::time::Duration;
use support::{
    NOW, decode, get,
    page::{ScriptedPage, mailbox, text},
    patch,
};

const PASSWORD: &str = "correct horse battery";

fn emulator() -> Emulator {
    let seed = Seed::example()
        .instance(
            InstanceSeed::default()
                .username(Presence::Optional)
                .password(Presence::Optional),
        )
        .user(UserSeed::new("grace@example.com").password(PASSWORD));
    Emulator::builder().seed(seed).build().unwrap()
}

fn grace(emulator: &Emulator) -> (ScriptedPage<'_>, String) {
    let page = ScriptedPage::open(emulator);
    let session = page.sign_in("grace@example.com");
    (page, session)
}

#[test]
fn users_change_what_is_theirs() {
    let emulator = emulator();
    let (page, _) = grace(&emulator);
    let form = [
        ("first_name", "Grace"),
        ("last_name", "Hopper"),
        ("username", "admiral"),
    ];
    let me = page.ok("PATCH", "/v1/me", &form);
    assert_eq!(
        (&me["first_name"], &me["username"]),
        (&json!("Grace"), &json!("admiral"))
    );
    let me = page.ok("PATCH", "/v1/me", &[("last_name", "")]);
    assert_eq!(
        (&me["first_name"], &me["last_name"]),
        (&json!("Grace"), &json!(null))
    );
    let form = [("unsafe_metadata", r#"{"a":{"b":1,"c":2}}"#)];
    page.ok("PATCH", "/v1/me/metadata", &form);
    let form = [("unsafe_metadata", r#"{"a":{"b":null},"d":3}"#)];
    let me = page.ok("PATCH", "/v1/me/metadata", &form);
    assert_eq!(me["unsafe_metadata"], json!({ "a": { "c": 2 }, "d": 3 }));
    // Whatever else they say.
    let form = [
        ("public_metadata", r#"{"admin":true}"#),
        ("private_metadata", r#"{"a":1}"#),
        ("banned", "true"),
    ];
    page.ok("PATCH", "/v1/me", &form);
    let (_, user) = get(&emulator, &format!("/v1/users/{}", text(&me["id"])));
    for (member, expected) in [
        ("public_metadata", json!({})),
        ("private_metadata", json!({})),
        ("banned", json!(false)),
        ("first_name", json!("Grace")),
    ] {
        assert_eq!(user[member], expected, "{member}");
    }
    let large = json!({ "text": "x".repeat(9000) }).to_string();
    for (path, form, expected) in [
        (
            "/v1/me",
            ("username", "a b"),
            "422 form_param_format_invalid username",
        ),
        (
            "/v1/me",
            ("primary_email_address_id", "idn_1"),
            "422 form_resource_not_found primary_email_address_id",
        ),
        (
            "/v1/me/metadata",
            ("unsafe_metadata", "7"),
            "422 form_param_value_invalid unsafe_metadata",
        ),
        (
            "/v1/me/metadata",
            ("unsafe_metadata", &large),
            "422 form_param_exceeds_allowed_size unsafe_metadata",
        ),
        (
            "/v1/me/metadata",
            ("other", ""),
            "422 form_param_missing unsafe_metadata",
        ),
    ] {
        assert_eq!(page.refused("PATCH", path, &[form]), expected, "{form:?}");
    }
}

#[test]
fn whoever_is_signed_out_is_nobody() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let (other, session) = grace(&emulator);
    for (method, path) in [
        ("GET", "/v1/me"),
        ("PATCH", "/v1/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/me/change_password"),
        ("POST", "/v1/me/email_addresses"),
        ("POST", "/v1/me/totp"),
        ("GET", "/v1/me/sessions/active"),
        ("GET", "/v1/me/organization_memberships"),
        ("POST", "/v1/organizations"),
    ] {
        // Nor is it enough to name a session of another browser's.
        for path in [
            path.to_owned(),
            format!("{path}?_clerk_session_id={session}"),
        ] {
            let code = page.refused(method, &path, &[]);
            assert_eq!(code, "401 authentication_invalid", "{method} {path}");
        }
    }
    for path in ["touch", "tokens", "verify"] {
        let path = format!("/v1/client/sessions/{session}/{path}");
        assert_eq!(
            page.refused("POST", &path, &[]),
            "401 authentication_invalid"
        );
    }
    for path in ["end", "remove"] {
        let path = format!("/v1/client/sessions/{session}/{path}");
        assert_eq!(page.refused("POST", &path, &[]), "404 resource_not_found");
    }
    assert_eq!(other.signed_in(), ["grace@example.com"]);
}

#[test]
fn an_address_is_the_users_when_mail_to_it_has_reached_them() {
    let emulator = emulator();
    let (page, _) = grace(&emulator);
    let addresses = "/v1/me/email_addresses";
    for (address, expected) in [
        (
            "ada@example.com",
            "422 form_identifier_exists email_address",
        ),
        ("none", "422 form_param_format_invalid email_address"),
    ] {
        let form = [("email_address", address)];
        assert_eq!(page.refused("POST", addresses, &form), expected);
    }
    let form = [("email_address", "rear@navy.example")];
    let address = page.ok("POST", addresses, &form);
    let id = text(&address["id"]);
    assert_eq!(address["verification"], json!(null));
    assert_eq!(page.ok("GET", addresses, &[]).as_array().unwrap().len(), 2);
    // Until then nobody signs in by it, nor is it the primary one.
    let form = [("primary_email_address_id", id.as_str())];
    let code = "422 form_verification_needed primary_email_address_id";
    assert_eq!(page.refused("PATCH", "/v1/me", &form), code);
    assert!(emulator.user_id("rear@navy.example").is_none());
    let (prepare, attempt) = (
        format!("{addresses}/{id}/prepare_verification"),
        format!("{addresses}/{id}/attempt_verification"),
    );
    let code = [("code", "424242")];
    assert_eq!(
        page.refused("POST", &attempt, &code),
        "400 verification_missing"
    );
    page.ok("POST", &prepare, &[("strategy", "email_code")]);
    assert_eq!(mailbox(&emulator, "rear@navy.example").len(), 1);
    let wrong = [("code", "1")];
    assert_eq!(
        page.refused("POST", &attempt, &wrong),
        "422 form_code_incorrect code"
    );
    let address = page.ok("POST", &attempt, &code);
    assert_eq!(address["verification"]["status"], "verified");
    assert_eq!(
        page.refused("POST", &attempt, &code),
        "400 verification_already_verified"
    );
    let me = page.ok("PATCH", "/v1/me", &form);
    assert_eq!(me["primary_email_address_id"], json!(id));
    let old = text(&me["email_addresses"][0]["id"]);
    page.ok("DELETE", &format!("{addresses}/{old}"), &[]);
    let last = page.refused("DELETE", &format!("{addresses}/{id}"), &[]);
    assert_eq!(last, "400 last_identification_deletion_failed");
    // What is another's cannot be named.
    let other = ScriptedPage::open(&emulator);
    other.sign_in("ada@example.com");
    let path = format!("{addresses}/{id}");
    for method in ["GET", "DELETE"] {
        assert_eq!(other.refused(method, &path, &[]), "404 resource_not_found");
    }
}

/// A browser that somebody has left is not enough to take an account over.
#[test]
fn a_password_changes_for_whoever_knows_it() {
    let emulator = emulator();
    let (page, _) = grace(&emulator);
    let elsewhere = ScriptedPage::open(&emulator);
    elsewhere.sign_in("grace@example.com");
    let change = "/v1/me/change_password";
    let new = ("new_password", "another good one");
    for (form, expected) in [
        (vec![new], "422 form_param_missing current_password"),
        (
            vec![new, ("current_password", "wrong")],
            "422 form_password_incorrect current_password",
        ),
        (
            vec![("current_password", PASSWORD)],
            "422 form_param_missing new_password",
        ),
        (
            vec![("current_password", PASSWORD), ("new_password", "short")],
            "422 form_password_length_too_short password",
        ),
    ] {
        assert_eq!(page.refused("POST", change, &form), expected, "{form:?}");
    }
    let form = [
        new,
        ("current_password", PASSWORD),
        ("sign_out_of_other_sessions", "true"),
    ];
    page.ok("POST", change, &form);
    assert_eq!(page.signed_in(), ["grace@example.com"]);
    assert!(elsewhere.signed_in().is_empty());
    let remove = "/v1/me/remove_password";
    let form = [("current_password", PASSWORD)];
    let code = "422 form_password_incorrect current_password";
    assert_eq!(page.refused("POST", remove, &form), code);
    let me = page.ok("POST", remove, &[("current_password", "another good one")]);
    assert_eq!(me["password_enabled"], false);
    // Who has none may choose one.
    let me = page.ok("POST", change, &[new]);
    assert_eq!(me["password_enabled"], true);
}

/// What an app shows at this time (RFC 6238), from the secret that it is given.
fn code(secret: &str, seconds: i64) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret
        .bytes()
        .map(|byte| alphabet.iter().position(|known| *known == byte).unwrap())
        .flat_map(|digit| (0..5).rev().map(move |bit| u8::from(digit >> bit & 1 == 1)))
        .collect();
    let key: Vec<u8> = bits
        .chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit))
        .collect();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = ring::hmac::sign(&key, &(seconds / 30).to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let bytes: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000
    )
}

#[test]
fn a_second_factor_is_asked_for_once_there_is_one() {
    let emulator = emulator();
    let (page, _) = grace(&emulator);
    let now = NOW.as_secs();
    let totp = page.ok("POST", "/v1/me/totp", &[]);
    let secret = text(&totp["secret"]);
    assert!(text(&totp["uri"]).contains(&secret));
    let verify = "/v1/me/totp/attempt_verification";
    let wrong = page.refused("POST", verify, &[("code", "000000")]);
    assert_eq!(wrong, "422 form_code_incorrect code");
    // It counts when it is shown to be there.
    let me = page.ok("GET", "/v1/me", &[]);
    assert_eq!(me["two_factor_enabled"], false);
    let totp = page.ok("POST", verify, &[("code", &code(&secret, now))]);
    assert_eq!(
        (&totp["verified"], totp.get("secret")),
        (&json!(true), None)
    );
    let backup: Vec<String> = totp["backup_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    assert_eq!(page.ok("GET", "/v1/me", &[])["two_factor_enabled"], true);

    let sign_in = |strategy: &str, code: &str| {
        let page = ScriptedPage::open(&emulator);
        let form = [("identifier", "grace@example.com"), ("password", PASSWORD)];
        let sign_in = page.ok("POST", "/v1/client/sign_ins", &form);
        assert_eq!(sign_in["status"], "needs_second_factor");
        assert!(page.signed_in().is_empty(), "a password is half of it");
        let path = format!(
            "/v1/client/sign_ins/{}/attempt_second_factor",
            text(&sign_in["id"])
        );
        let (status, body) = page.post(&path, &[("strategy", strategy), ("code", code)]);
        let token = body["client"]["sessions"][0]["last_active_token"]["jwt"].as_str();
        let ages = token.map(|token| decode(token).claims["fva"].clone());
        (status, ages, page.signed_in().len())
    };
    let in_twice = (200, Some(json!([0, 0])), 1);
    let refused = (422, None, 0);
    assert_eq!(sign_in("totp", &code(&secret, now)), in_twice);
    assert_eq!(sign_in("totp", &code(&secret, now - 300)), refused);
    assert_eq!(sign_in("backup_code", &backup[0]), in_twice);
    assert_eq!(sign_in("backup_code", &backup[0]), refused, "it was spent");
    assert_eq!(sign_in("email_code", "424242"), refused);
    let codes = page.ok("POST", "/v1/me/backup_codes/", &[]);
    assert_eq!(
        sign_in("backup_code", &backup[1]),
        refused,
        "there are new ones"
    );
    assert_eq!(sign_in("backup_code", &text(&codes["codes"][0])), in_twice);
    page.ok("DELETE", "/v1/me/totp", &[]);
    assert_eq!(page.ok("GET", "/v1/me", &[])["two_factor_enabled"], false);
}

#[test]
fn what_matters_asks_who_is_there_again() {
    let emulator = emulator();
    let (mut page, session) = grace(&emulator);
    page.now = NOW.saturating_add(Duration::from_secs(660));
    let needed = "403 session_reverification_required";
    assert_eq!(page.refused("POST", "/v1/me/totp", &[]), needed);
    let verify = format!("/v1/client/sessions/{session}/verify");
    let unknown = page.refused("POST", &verify, &[("level", "all")]);
    assert_eq!(unknown, "422 form_param_value_invalid level");
    let attempt = format!("{verify}/attempt_first_factor");
    let password = [("strategy", "password"), ("password", PASSWORD)];
    assert_eq!(
        page.refused("POST", &attempt, &password),
        "400 verification_missing"
    );
    let started = page.ok("POST", &verify, &[("level", "multi_factor")]);
    assert_eq!(started["status"], "needs_first_factor");
    let wrong = [("strategy", "password"), ("password", "wrong")];
    assert_eq!(
        page.refused("POST", &attempt, &wrong),
        "422 form_password_incorrect password"
    );
    assert_eq!(page.refused("POST", "/v1/me/totp", &[]), needed);
    let done = page.ok("POST", &attempt, &password);
    assert_eq!(done["status"], "complete", "there is no second factor");
    assert_eq!(done["session"]["factor_verification_age"], json!([0, -1]));
    let totp = page.ok("POST", "/v1/me/totp", &[]);
    let secret = text(&totp["secret"]);
    let shown = |page: &ScriptedPage<'_>| code(&secret, page.now.as_secs());
    page.ok(
        "POST",
        "/v1/me/totp/attempt_verification",
        &[("code", &shown(&page))],
    );
    // With one, both are asked for; a code by mail is as good as the password.
    page.now = page.now.saturating_add(Duration::from_secs(660));
    assert_eq!(page.refused("DELETE", "/v1/me/totp", &[]), needed);
    page.ok("POST", &verify, &[("level", "multi_factor")]);
    let strategy = ("strategy", "email_code");
    page.ok(
        "POST",
        &format!("{verify}/prepare_first_factor"),
        &[strategy],
    );
    let half = page.ok("POST", &attempt, &[strategy, ("code", "424242")]);
    assert_eq!(half["status"], "needs_second_factor");
    assert_eq!(page.refused("DELETE", "/v1/me/totp", &[]), needed);
    let second = format!("{verify}/attempt_second_factor");
    let form = [("strategy", "totp"), ("code", &*shown(&page))];
    let done = page.ok("POST", &second, &form);
    assert_eq!(done["status"], "complete");
    assert_eq!(done["session"]["factor_verification_age"], json!([0, 0]));
    page.ok("DELETE", "/v1/me/totp", &[]);
}

#[test]
fn users_see_their_sessions_and_end_them_anywhere() {
    let emulator = emulator();
    let (page, session) = grace(&emulator);
    let elsewhere = ScriptedPage::open(&emulator);
    let other = elsewhere.sign_in("grace@example.com");
    let (status, sessions) = page.get("/v1/me/sessions/active");
    assert_eq!(status, 200);
    let ids: Vec<&Value> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["id"])
        .collect();
    assert_eq!(ids, [&json!(session), &json!(other)]);
    assert_eq!(sessions[0]["latest_activity"]["object"], "session_activity");
    // Only one's own.
    let ada = ScriptedPage::open(&emulator);
    ada.sign_in("ada@example.com");
    let revoke = format!("/v1/me/sessions/{other}/revoke");
    assert_eq!(ada.refused("POST", &revoke, &[]), "404 resource_not_found");
    let revoked = page.ok("POST", &revoke, &[]);
    assert_eq!(revoked["status"], "revoked");
    assert!(elsewhere.signed_in().is_empty());
    // And what a server revokes, is over on the page.
    let (_, body) = support::post(
        &emulator,
        &format!("/v1/sessions/{session}/revoke"),
        json!({}),
    );
    assert_eq!(body["status"], "revoked");
    assert_eq!(
        page.refused("GET", "/v1/me", &[]),
        "401 authentication_invalid"
    );
}

#[test]
fn users_leave_for_good_where_they_may() {
    let emulator = emulator();
    let (page, _) = grace(&emulator);
    let id = text(&page.ok("GET", "/v1/me", &[])["id"]);
    let path = format!("/v1/users/{id}");
    patch(&emulator, &path, json!({ "delete_self_enabled": false }));
    let code = "403 user_delete_self_not_enabled";
    assert_eq!(page.refused("DELETE", "/v1/me", &[]), code);
    patch(&emulator, &path, json!({ "delete_self_enabled": true }));
    assert_eq!(page.ok("DELETE", "/v1/me", &[])["deleted"], true);
    assert_eq!(get(&emulator, &path).0, 404);
    assert!(page.signed_in().is_empty());
}
