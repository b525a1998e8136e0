//! Renewing session tokens, and the tokens of machines that say nothing themselves.

mod support;

use std::time::Duration;

use clerk_emulator::{Browser, Defect, Emulator, MintError};
use serde_json::{Value, json};
use support::{ACME, ADA, BOB, NOW, call, decode, emulator, post, refusal, refused};

const ORIGIN: &str = "http://localhost:3000";
const STALE: Duration = Duration::from_secs(90);

/// A browser whose session token has expired: the token, its session, the refresh token.
fn stale(emulator: &Emulator, user: &str) -> (String, String, String) {
    let mut browser = Browser::new();
    browser.set_cookies(
        "app",
        &emulator.token().user(user).issued_ago(STALE).cookies(NOW),
    );
    let token = browser.cookie("app", "__session").unwrap().to_owned();
    let name = format!("__refresh_{}", emulator.publishable_key().cookie_suffix());
    let refresh_token = browser.cookie("app", &name).unwrap().to_owned();
    let session = decode(&token).claims["sid"].as_str().unwrap().to_owned();
    (token, session, refresh_token)
}

#[test]
fn an_expired_token_and_the_refresh_token_give_a_new_one() {
    let emulator = emulator();
    let (token, session, refresh_token) = stale(&emulator, ADA);
    let path = format!("/v1/sessions/{session}/refresh?suffixed_cookies=true");
    let mut body = json!({
        "format": "cookie",
        "expired_token": token,
        "refresh_token": refresh_token,
        "request_origin": ORIGIN,
        "request_headers": { "accept": ["text/html"] },
    });
    let (status, answer) = post(&emulator, &path, body.clone());
    assert_eq!(
        (status, &answer["object"]),
        (200, &json!("cookies")),
        "{answer}"
    );
    let cookies: Vec<&str> = answer["cookies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cookie| cookie.as_str().unwrap())
        .collect();
    let suffix = emulator.publishable_key().cookie_suffix();
    assert_eq!(cookies.len(), 2);
    let plain = cookies[0].strip_prefix("__session=").unwrap();
    let suffixed = cookies[1]
        .strip_prefix(&format!("__session_{suffix}="))
        .unwrap();
    assert_eq!(plain, suffixed);
    let renewed = decode(plain.split(';').next().unwrap());
    assert!(renewed.verifies(&emulator.jwks_json()));
    assert_eq!(
        (&renewed.claims["sid"], &renewed.claims["iat"]),
        (&json!(session), &json!(1_800_000_000))
    );
    assert_eq!(renewed.claims["azp"], ORIGIN);

    let (token, session, refresh_token) = stale(&emulator, BOB);
    body["format"] = json!("token");
    body["expired_token"] = json!(token);
    body["refresh_token"] = json!(refresh_token);
    let path = format!("/v1/sessions/{session}/refresh");
    let (_, answer) = post(&emulator, &path, body);
    assert_eq!(
        decode(answer["jwt"].as_str().unwrap()).claims["sid"],
        session
    );
}

#[test]
fn what_does_not_belong_together_renews_nothing() {
    let emulator = emulator();
    let (token, session, refresh_token) = stale(&emulator, ADA);
    let (token_of_bob, other, refresh_token_of_bob) = stale(&emulator, BOB);
    let refresh = |session: &str, changes: Value| {
        let mut body = json!({
            "expired_token": token,
            "refresh_token": refresh_token,
            "request_origin": ORIGIN,
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        refusal(post(
            &emulator,
            &format!("/v1/sessions/{session}/refresh"),
            body,
        ))
    };
    let minted = |defect| {
        emulator
            .token()
            .user(ADA)
            .issued_ago(STALE)
            .defect(defect)
            .sign(NOW)
    };
    let without_party = emulator
        .token()
        .user(ADA)
        .issued_ago(STALE)
        .without("azp")
        .sign(NOW);
    let invalid = refused(401, "expired_session_token_invalid", "");
    for (changes, expected) in [
        (
            json!({ "refresh_token": "rt_guessed" }),
            refused(401, "refresh_token_not_found", ""),
        ),
        (
            json!({ "request_origin": "https://evil.example" }),
            refused(401, "refresh_request_origin_azp_mismatch", ""),
        ),
        (
            json!({ "expired_token": without_party }),
            refused(401, "expired_session_token_missing_azp", ""),
        ),
        (
            json!({ "expired_token": minted(Defect::ForeignKey) }),
            invalid.clone(),
        ),
        (
            json!({ "expired_token": minted(Defect::AlgNone) }),
            invalid.clone(),
        ),
        (json!({ "expired_token": "x" }), invalid),
        (
            json!({ "format": "x" }),
            refused(422, "form_param_value_invalid", "format"),
        ),
        (
            json!({ "expired_token": null }),
            refused(422, "form_param_missing", "expired_token"),
        ),
    ] {
        assert_eq!(refresh(&session, changes.clone()), expected, "{changes}");
    }
    for (session, changes) in [
        (&other, json!({})),
        (&session, json!({ "expired_token": token_of_bob })),
        (&session, json!({ "refresh_token": refresh_token_of_bob })),
    ] {
        let expected = refused(401, "refresh_sid_mismatch", "");
        assert_eq!(refresh(session, changes.clone()), expected, "{changes}");
    }
    post(
        &emulator,
        &format!("/v1/sessions/{session}/revoke"),
        json!({}),
    );
    assert_eq!(
        refresh(&session, json!({})),
        refused(401, "session_refresh_inactive_session", "")
    );
}

fn renewed(
    emulator: &Emulator,
    (token, session, refresh_token): &(String, String, String),
) -> (u16, Value) {
    let body = json!({
        "format": "cookie",
        "expired_token": token,
        "refresh_token": refresh_token,
        "request_origin": ORIGIN,
    });
    post(emulator, &format!("/v1/sessions/{session}/refresh"), body)
}

#[test]
fn an_application_that_reads_plain_names_gets_those_alone() {
    let emulator = emulator();
    let (status, answer) = renewed(&emulator, &stale(&emulator, ADA));
    assert_eq!(status, 200, "{answer}");
    let cookies = answer["cookies"].as_array().unwrap();
    assert_eq!(cookies.len(), 1);
    let cookie = cookies[0].as_str().unwrap();
    assert!(cookie.starts_with("__session=ey"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; SameSite=Lax"));
}

/// As where two pages of one browser ask at once.
#[test]
fn a_token_is_renewed_once() {
    let emulator = emulator();
    let browser = stale(&emulator, ADA);
    assert_eq!(renewed(&emulator, &browser).0, 200);
    let code = "session_refresh_expired_session_token_consumed";
    assert_eq!(
        refusal(renewed(&emulator, &browser)),
        refused(401, code, "")
    );
}

#[test]
fn a_token_older_than_the_browsers_newest_and_one_of_a_template_are_not_renewed() {
    let emulator = emulator();
    let ineligible = refused(401, "session_refresh_session_token_ineligible", "");
    let stale_token = emulator.token().user(ADA).issued_ago(STALE);
    let mut browser = Browser::new();
    browser.set_cookies("app", &stale_token.clone().cookies(NOW));
    let (token, session, refresh_token) = stale(&emulator, ADA);
    let renew = |token: String| {
        let known = (token, session.clone(), refresh_token.clone());
        refusal(renewed(&emulator, &known))
    };
    assert_eq!(renew(stale_token.template("hasura").sign(NOW)), ineligible);
    let client = browser.cookie("app", "__clerk_db_jwt").unwrap();
    let handshake =
        format!("/v1/client/handshake?redirect_url=http://localhost:3000/&__clerk_db_jwt={client}");
    assert_eq!(call(&emulator, "GET", &handshake, None).0, 307);
    assert_eq!(renew(token), ineligible);
}

#[test]
fn refresh_tokens_can_be_left_out() {
    let emulator = Emulator::builder().refresh_tokens(false).build().unwrap();
    assert!(!emulator.token().cookies(NOW).contains("__refresh"));
}

#[test]
fn what_machines_come_with_is_known_for_as_long_as_it_lasts() {
    let emulator = emulator();
    let token = || emulator.token().user(ADA).scope("read").scope("write");
    for (builder, path, member) in [
        (
            token().api_key().organization("acme").claim("plan", "pro"),
            "/api_keys/verify",
            "secret",
        ),
        (
            token().opaque_machine().claim("plan", "pro"),
            "/m2m_tokens/verify",
            "token",
        ),
        (
            token().opaque_oauth(),
            "/oauth_applications/access_tokens/verify",
            "access_token",
        ),
        (
            token().opaque_oauth(),
            "/v1/oauth_applications/access_tokens/verify",
            "secret",
        ),
    ] {
        let good = builder.clone().sign(NOW);
        let old = builder.clone().lifetime(STALE).issued_ago(STALE).sign(NOW);
        let (status, found) = post(&emulator, path, json!({ member: good }));
        assert_eq!(status, 200, "{path}: {found}");
        assert_eq!(found["scopes"], json!(["read", "write"]), "{path}");
        assert!(!found.to_string().contains(&good), "{path}");
        for token in [old.as_str(), "nothing"] {
            let answer = refusal(post(&emulator, path, json!({ member: token })));
            assert_eq!(answer, refused(404, "resource_not_found", ""), "{path}");
        }
        let spoilt = builder.defect(Defect::Expired).try_sign(NOW);
        assert_eq!(spoilt, Err(MintError::NoJwt));
    }
}

#[test]
fn each_of_them_says_whose_it_is() {
    let emulator = emulator();
    let verify =
        |path: &str, member: &str, token: String| post(&emulator, path, json!({ member: token })).1;
    let key = verify(
        "/api_keys/verify",
        "secret",
        emulator.token().api_key().sign(NOW),
    );
    assert_eq!(
        (&key["subject"], &key["expiration"]),
        (&json!(ADA), &Value::Null)
    );
    let of_acme = emulator.token().api_key().organization("acme").sign(NOW);
    let key = verify("/api_keys/verify", "secret", of_acme);
    assert_eq!(
        (&key["subject"], &key["created_by"]),
        (&json!(ACME), &json!(ADA))
    );
    let token = emulator.token().opaque_oauth().sign(NOW);
    let token = verify(
        "/oauth_applications/access_tokens/verify",
        "access_token",
        token,
    );
    assert_eq!(token["subject"], ADA);
    assert_eq!(token["created_at"], 1_800_000_000, "in seconds");
    let token = emulator.token().opaque_machine().sign(NOW);
    let token = verify("/m2m_tokens/verify", "token", token);
    assert!(token["subject"].as_str().unwrap().starts_with("mch_"));
    let expected = refused(422, "form_param_missing", "access_token");
    let found = refusal(post(
        &emulator,
        "/v1/oauth_applications/access_tokens/verify",
        json!({}),
    ));
    assert_eq!(found, (400, "bad_request".to_owned(), expected.2));
}
