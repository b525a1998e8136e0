//! Whom webhooks are for, and when they are sent again; without a socket.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::{
    BuildError, Emulator, InvalidWebhook, Seed, UserSeed, WebhookDefect, WebhookDelivery,
    WebhookEndpoint,
};
use clerk_webhooks::{SigningSecrets, Verifier, events::Event};
use http::StatusCode;
use serde_json::{Value, json};
use support::{ADA, BOB, NOW, call, emulator, get, patch, post, session_of};

const URL: &str = "http://localhost:3000/webhooks";

fn listened_to() -> Emulator {
    let emulator = emulator();
    emulator.add_webhook(URL).unwrap();
    emulator
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn delete(emulator: &Emulator, path: &str) -> (u16, Value) {
    call(emulator, "DELETE", path, None)
}

fn next(emulator: &Emulator, now: UnixTime) -> WebhookDelivery {
    emulator.next_webhook(now).expect("a webhook that is due")
}

#[test]
fn every_endpoint_has_what_it_wants_signed_with_its_secret() {
    let own = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
    let seed = Seed::empty()
        .user(UserSeed::new("ada@example.com").id(ADA))
        .webhook(URL);
    let emulator = Emulator::builder()
        .seed(seed)
        .webhook(
            WebhookEndpoint::new("http://localhost:3001/sessions")
                .secret(own)
                .event("session.*")
                .event("user.deleted"),
        )
        .build()
        .unwrap();
    session_of(&emulator, ADA);
    patch(
        &emulator,
        &format!("/v1/users/{ADA}"),
        json!({ "first_name": "Augusta" }),
    );
    let mut sent = Vec::new();
    while let Some(delivery) = emulator.next_webhook(NOW) {
        let request = delivery.request();
        let is_seeds = *request.uri() == URL;
        let secret = if is_seeds {
            emulator.webhook_secret()
        } else {
            own
        };
        Verifier::new(SigningSecrets::new(secret).unwrap())
            .verify(request.headers(), request.body(), NOW)
            .unwrap();
        sent.push((is_seeds, delivery.event_type(), delivery.id().to_owned()));
        delivery.answered(StatusCode::OK, NOW);
    }
    let told: Vec<(bool, &str)> = sent
        .iter()
        .map(|(seeds, told, _)| (*seeds, *told))
        .collect();
    assert_eq!(
        told,
        [
            (true, "session.created"),
            (false, "session.created"),
            (true, "user.updated")
        ]
    );
    // One message to two endpoints.
    assert_eq!(sent[0].2, sent[1].2);
    assert_ne!(sent[0].2, sent[2].2);
}

#[test]
fn failures_are_followed_by_attempts_on_svixs_schedule() {
    let emulator = listened_to();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    let waits = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
    let mut now = NOW;
    let mut ids = Vec::new();
    for attempt in 1..=waits.len() + 1 {
        let delivery = next(&emulator, now);
        assert_eq!(delivery.attempt(), attempt);
        let request = delivery.request();
        let stamp = request.headers()["svix-timestamp"].to_str().unwrap();
        assert_eq!(stamp, now.as_secs().to_string());
        ids.push(delivery.id().to_owned());
        // While it is under way it is nobody else's.
        assert!(emulator.next_webhook(now).is_none());
        match attempt % 3 {
            0 => delivery.answered(StatusCode::FOUND, now),
            1 => delivery.unanswered(now),
            _ => drop(delivery),
        }
        let Some(wait) = waits.get(attempt - 1) else {
            break;
        };
        let due = now.saturating_add(Duration::from_secs(*wait));
        assert_eq!(emulator.next_webhook_at(), Some(due));
        let early = due.saturating_sub(Duration::from_millis(1));
        assert!(emulator.next_webhook(early).is_none());
        now = due;
    }
    assert_eq!(emulator.next_webhook_at(), None);
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let log = emulator.webhooks();
    assert_eq!((log[0].attempts.len(), log[0].is_delivered()), (8, false));
    assert_eq!(log[0].attempts[2].status, Some(StatusCode::FOUND));
}

#[test]
fn a_success_ends_the_attempts() {
    let emulator = listened_to();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    next(&emulator, NOW).answered(StatusCode::INTERNAL_SERVER_ERROR, NOW);
    let later = NOW.saturating_add(Duration::from_secs(5));
    next(&emulator, later).answered(StatusCode::ACCEPTED, later);
    assert_eq!(emulator.next_webhook_at(), None);
    let log = emulator.webhooks();
    assert!(log[0].is_delivered());
    assert_eq!(log[0].attempts[1].at, later);
}

#[test]
fn a_replay_is_the_same_message_signed_anew() {
    let emulator = listened_to();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    let first = next(&emulator, NOW);
    let (id, sent) = (first.id().to_owned(), first.request().clone());
    first.answered(StatusCode::OK, NOW);

    assert!(!emulator.replay_webhook("msg_0"));
    assert!(emulator.replay_webhook(&id));
    let later = NOW.saturating_add(Duration::from_secs(3600));
    let again = next(&emulator, later);
    let request = again.request();
    assert_eq!(request.body(), sent.body());
    assert_eq!(request.headers()["svix-id"], sent.headers()["svix-id"]);
    assert_ne!(
        request.headers()["svix-signature"],
        sent.headers()["svix-signature"]
    );
    let verifier = Verifier::new(SigningSecrets::new(emulator.webhook_secret()).unwrap());
    assert!(
        verifier
            .verify(request.headers(), request.body(), later)
            .is_ok()
    );
    again.answered(StatusCode::OK, later);

    // With the secret that the endpoint has now.
    let own = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
    let renewed = WebhookEndpoint::new(URL).secret(own);
    emulator.add_webhook(renewed).unwrap();
    assert!(emulator.replay_webhook(&id));
    let again = next(&emulator, later);
    let request = again.request();
    Verifier::new(SigningSecrets::new(own).unwrap())
        .verify(request.headers(), request.body(), later)
        .unwrap();
}

#[test]
fn forgeries_are_refused_for_what_is_wrong_with_them_and_not_sent_again() {
    let emulator = listened_to();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    let first = next(&emulator, NOW);
    let id = first.id().to_owned();
    first.answered(StatusCode::OK, NOW);
    let verifier = Verifier::new(SigningSecrets::new(emulator.webhook_secret()).unwrap());
    let reasons: Vec<&str> = WebhookDefect::ALL
        .iter()
        .map(|defect| {
            assert_eq!(defect.name().parse(), Ok(*defect));
            assert!(emulator.forge_webhook(&id, *defect));
            let forged = next(&emulator, NOW);
            let request = forged.request();
            assert!(Event::from_slice(request.body()).is_ok());
            let refused = verifier.verify(request.headers(), request.body(), NOW);
            let reason = refused.unwrap_err().reason();
            forged.answered(StatusCode::BAD_REQUEST, NOW);
            reason
        })
        .collect();
    assert_eq!(
        reasons,
        [
            "signature-mismatch",
            "signature-mismatch",
            "timestamp-too-old",
            "header-missing"
        ]
    );
    assert_eq!(emulator.next_webhook_at(), None);
}

#[test]
fn of_many_webhooks_the_latest_are_kept_and_those_that_wait() {
    let emulator = listened_to();
    let path = format!("/v1/users/{ADA}");
    let rename = |number: usize| {
        patch(
            &emulator,
            &path,
            json!({ "first_name": number.to_string() }),
        )
    };
    rename(0);
    next(&emulator, NOW).unanswered(NOW);
    for number in 1..=1200 {
        rename(number);
        next(&emulator, NOW).answered(StatusCode::OK, NOW);
    }
    let log = emulator.webhooks();
    assert_eq!(log.len(), 1000);
    let name = |index: usize| json_of(&log[index].body)["data"]["first_name"].clone();
    assert_eq!(
        (name(0), name(1), name(999)),
        (json!("0"), json!("202"), json!("1200"))
    );
    assert!(log[0].next_attempt.is_some());
}

#[test]
fn a_reset_forgets_webhooks_and_keeps_endpoints() {
    let emulator = listened_to();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    let under_way = next(&emulator, NOW);
    emulator.reset();
    delete(&emulator, &format!("/v1/users/{BOB}"));
    under_way.answered(StatusCode::OK, NOW);
    next(&emulator, NOW).answered(StatusCode::OK, NOW);
    assert!(emulator.next_webhook(NOW).is_none());

    emulator.remove_webhooks();
    delete(&emulator, &format!("/v1/users/{ADA}"));
    assert_eq!(emulator.webhooks(), []);
}

#[test]
fn endpoints_that_cannot_be_are_refused_when_the_emulator_is_built() {
    let refused = |endpoint: WebhookEndpoint| Emulator::builder().webhook(endpoint).build();
    let elsewhere = WebhookEndpoint::new("https://example.com/webhooks");
    let expected = BuildError::Webhook(InvalidWebhook::Url);
    assert_eq!(refused(elsewhere).unwrap_err(), expected);
    let seed = r#"{ "webhooks": [{ "url": "http://localhost:3000/", "events": ["user.born"] }] }"#;
    let seed = Seed::from_json(seed).unwrap();
    let expected = BuildError::Webhook(InvalidWebhook::Event("user.born".into()));
    let refused = Emulator::builder().seed(seed).build().unwrap_err();
    assert_eq!(refused, expected);
    assert!(refused.to_string().contains("user.born"));
}

#[test]
fn the_control_plane_does_the_same() {
    let emulator = emulator();
    let endpoint = json!({ "url": URL, "events": ["user.*"] });
    let (status, added) = post(&emulator, "/_emulator/webhooks", endpoint);
    let expected = json!({
        "url": URL, "secret": emulator.webhook_secret(), "events": ["user.*"], "late_ms": {},
    });
    assert_eq!((status, &added), (200, &expected));
    for body in [
        json!({}),
        json!({ "url": "http://example.com/" }),
        json!({ "url": URL, "secret": "whsec_" }),
        json!({ "url": URL, "colour": "red" }),
    ] {
        assert_eq!(
            post(&emulator, "/_emulator/webhooks", body.clone()).0,
            400,
            "{body}"
        );
    }

    delete(&emulator, &format!("/v1/users/{BOB}"));
    let delivery = next(&emulator, NOW);
    let (id, body) = (delivery.id().to_owned(), delivery.request().body().clone());
    delivery.answered(StatusCode::BAD_GATEWAY, NOW);
    let replay = format!("/_emulator/webhooks/{id}/replay");
    assert_eq!(post(&emulator, &replay, json!({})).0, 204);
    assert_eq!(
        post(&emulator, &replay, json!({ "defect": "stale" })).0,
        204
    );
    let (status, refused) = post(&emulator, &replay, json!({ "defect": "late" }));
    let names = "defect must be one of foreign-secret, altered-body, stale, missing-signature.";
    let message = refused["errors"][0]["long_message"].as_str();
    assert_eq!((status, message), (422, Some(names)));
    assert_eq!(
        post(&emulator, "/_emulator/webhooks/msg_0/replay", json!({})).0,
        404
    );

    let (_, listed) = get(&emulator, "/_emulator/webhooks");
    assert_eq!(listed["endpoints"], json!([expected]));
    let text = String::from_utf8(body.to_vec()).unwrap();
    let common =
        json!({ "id": id, "type": "user.deleted", "url": URL, "body": text, "delivered": false });
    let with = |more: Value| {
        let mut delivery = common.as_object().unwrap().clone();
        delivery.extend(more.as_object().unwrap().clone());
        Value::from(delivery)
    };
    let ms = NOW.as_millis();
    assert_eq!(
        listed["deliveries"],
        json!([
            with(json!({
                "attempts": [{ "at": ms, "status": 502, "answer": null }],
                "next_attempt_at": ms + 5000, "defect": null,
            })),
            with(json!({ "attempts": [], "next_attempt_at": ms, "defect": null })),
            with(json!({ "attempts": [], "next_attempt_at": ms, "defect": "stale" })),
        ])
    );

    assert_eq!(delete(&emulator, "/_emulator/webhooks").0, 204);
    let (_, listed) = get(&emulator, "/_emulator/webhooks");
    assert_eq!(listed, json!({ "endpoints": [], "deliveries": [] }));
}

/// Clerk keeps no order: of somebody who signs up, the session may come before the user.
#[test]
fn a_session_can_be_told_of_before_its_user() {
    let emulator = emulator();
    let endpoint = WebhookEndpoint::new("http://localhost:3000/webhooks");
    let late = Duration::from_secs(1);
    emulator
        .add_webhook(endpoint.late("user.created", late))
        .unwrap();
    let (_, user) = post(&emulator, "/v1/users", json!({ "username": "eve" }));
    support::session_of(&emulator, user["id"].as_str().unwrap());

    let told = |now| {
        let mut types = Vec::new();
        while let Some(delivery) = emulator.next_webhook(now) {
            types.push(delivery.event_type().to_owned());
            delivery.answered(StatusCode::OK, now);
        }
        types
    };
    assert_eq!(told(NOW), ["session.created"]);
    let then = NOW.saturating_add(late);
    assert_eq!(emulator.next_webhook_at(), Some(then));
    assert_eq!(told(then), ["user.created"]);
}
