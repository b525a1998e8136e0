//! Time that a test lets pass, for the emulator and for nobody else.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use clerk_webhooks::{SigningSecrets, Verifier};
use serde_json::{Value, json};
use support::{
    ADA, NOW, call, decode, emulator, fine, get, post, refusal, request, session_of, text,
};

const DAY: u64 = 24 * 60 * 60;

fn later(seconds: u64) -> UnixTime {
    NOW.saturating_add(Duration::from_secs(seconds))
}

fn claims_of(emulator: &Emulator, session: &str) -> Value {
    let token = fine(post(
        emulator,
        &format!("/v1/sessions/{session}/tokens"),
        json!({}),
    ));
    decode(text(&token, "jwt")).claims
}

/// `__client_uat` and `iat`, as a server gets them from a browser.
fn signed_in_since(emulator: &Emulator) -> (i64, i64) {
    let cookies = emulator.token().user("ada@example.com").cookies(NOW);
    let value = |name: &str| {
        let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(known, _)| *known == name);
        values.next().expect("the cookie").1.to_owned()
    };
    let token = decode(&value("__session"));
    let issued = token.claims["iat"].as_i64().unwrap();
    (value("__client_uat").parse().unwrap(), issued)
}

#[test]
fn a_session_ends_at_once_and_its_tokens_are_of_today_until_then() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let moved = fine(post(
        &emulator,
        "/_emulator/clock",
        json!({ "advance": DAY }),
    ));
    assert_eq!(
        moved,
        json!({
            "now": later(DAY).as_millis(),
            "outside": NOW.as_millis(),
            "ahead_ms": DAY * 1000,
            "frozen": false,
            "move_tokens": false,
        })
    );
    let claims = claims_of(&emulator, &session);
    let now = NOW.as_secs();
    assert_eq!(
        [
            &claims["iat"],
            &claims["nbf"],
            &claims["exp"],
            &claims["fva"][0]
        ],
        [
            &json!(now),
            &json!(now - 10),
            &json!(now + 60),
            &json!(DAY / 60)
        ]
    );
    emulator.advance_clock(Duration::from_secs(6 * DAY));
    let found = fine(get(&emulator, &format!("/v1/sessions/{session}")));
    assert_eq!(found["status"], "expired");
    fine(call(&emulator, "DELETE", "/_emulator/clock", None));
    let found = fine(get(&emulator, &format!("/v1/sessions/{session}")));
    assert_eq!(found["status"], "active");
}

#[test]
fn tokens_move_where_that_is_asked_for() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let moved = json!({ "offset": -90, "move_tokens": true });
    fine(post(&emulator, "/_emulator/clock", moved));
    let claims = claims_of(&emulator, &session);
    assert_eq!(claims["exp"], NOW.as_secs() - 30);
    emulator.move_tokens(false);
    assert_eq!(claims_of(&emulator, &session)["exp"], NOW.as_secs() + 60);
    let exactly = emulator.token().issued_at(later(5)).sign(NOW);
    assert_eq!(decode(&exactly).claims["iat"], NOW.as_secs() + 5);
}

#[test]
fn no_browser_is_signed_in_later_than_its_token_was_made() {
    let emulator = emulator();
    emulator.advance_clock(Duration::from_secs(DAY));
    let (since, issued) = signed_in_since(&emulator);
    assert_eq!((since, issued), (NOW.as_secs(), NOW.as_secs()));
    // Whoever signed in meanwhile did so in the future.
    session_of(&emulator, ADA);
    emulator.reset_clock();
    let (since, issued) = signed_in_since(&emulator);
    assert!(since <= issued, "{since} {issued}");
}

#[test]
fn a_clock_stands_still_and_is_moved_all_the_same() {
    let emulator = emulator();
    let noon = 1_900_000_000_u64;
    fine(post(
        &emulator,
        "/_emulator/clock",
        json!({ "now": noon, "frozen": true }),
    ));
    let here = |outside: u64| emulator.time(later(outside)).as_secs();
    assert_eq!([here(1), here(77)], [1_900_000_000, 1_900_000_000]);
    emulator.advance_clock(Duration::from_millis(1500));
    assert_eq!(here(5), 1_900_000_001);
    fine(post(
        &emulator,
        "/_emulator/clock",
        json!({ "frozen": false }),
    ));
    assert_eq!(here(10), 1_900_000_011);
    emulator.freeze_clock(later(10));
    emulator.reset();
    assert_eq!(here(20), NOW.as_secs() + 20);
}

#[test]
fn an_invitation_and_a_ticket_expire_without_waiting() {
    let emulator = emulator();
    let link = json!({ "user_id": ADA, "expires_in_seconds": 60 });
    let ticket = fine(post(&emulator, "/v1/sign_in_tokens", link));
    let invited = json!({ "email_address": "grace@example.com", "expires_in_days": 1 });
    fine(post(&emulator, "/v1/invitations", invited));
    let pending = || {
        let list = fine(get(&emulator, "/v1/invitations?status=pending"));
        list.as_array().unwrap().len()
    };
    assert_eq!(pending(), 1);
    emulator.advance_clock(Duration::from_secs(DAY + 1));
    assert_eq!(pending(), 0);
    let link = text(&ticket, "url");
    let answer = emulator.handle(request("GET", link, None), NOW);
    let page = answer.into_response().unwrap();
    assert!(
        !page.status().is_success() && !page.status().is_redirection(),
        "{page:?}"
    );
}

#[test]
fn a_webhook_is_sent_again_by_the_clock_and_signed_as_of_today() {
    let emulator = emulator();
    emulator
        .add_webhook("http://localhost:3000/webhooks")
        .unwrap();
    session_of(&emulator, ADA);
    emulator.next_webhook(NOW).unwrap().unanswered(NOW);
    assert_eq!(emulator.next_webhook_at(), Some(later(5)));
    assert!(emulator.next_webhook(NOW).is_none());
    emulator.advance_clock(Duration::from_secs(6));
    assert!(emulator.next_webhook_at() <= Some(NOW));
    let again = emulator.next_webhook(NOW).expect("the second attempt");
    let verifier = Verifier::new(SigningSecrets::new(emulator.webhook_secret()).unwrap());
    let sent = again.request();
    verifier.verify(sent.headers(), sent.body(), NOW).unwrap();
    again.unanswered(NOW);
    emulator.freeze_clock(NOW);
    assert_eq!(emulator.next_webhook_at(), None);
    emulator.advance_clock(Duration::from_secs(5 * 60));
    assert!(emulator.next_webhook_at().is_some());
}

#[test]
fn what_is_no_time_is_refused() {
    let emulator = emulator();
    let move_clock = |body: Value| refusal(post(&emulator, "/_emulator/clock", body));
    for (body, status, code) in [
        (json!({ "advance": -1 }), 422, "form_param_value_invalid"),
        (json!({ "advance": 1e300 }), 422, "form_param_value_invalid"),
        (
            json!({ "offset": 1, "advance": 1 }),
            400,
            "request_body_invalid",
        ),
        (json!({ "advance": "1 h" }), 400, "request_body_invalid"),
        (json!({ "later": 1 }), 400, "request_body_invalid"),
    ] {
        let (is_status, is_code, _) = move_clock(body.clone());
        assert_eq!((is_status, is_code.as_str()), (status, code), "{body}");
    }
    assert_eq!(fine(get(&emulator, "/_emulator/clock"))["ahead_ms"], 0);
    // Wherever it is put, nothing breaks.
    for offset in [-3e10, 3e10] {
        fine(post(
            &emulator,
            "/_emulator/clock",
            json!({ "offset": offset }),
        ));
        session_of(&emulator, ADA);
        signed_in_since(&emulator);
    }
}
