//! What deliveries tell. The payloads are ours.
#![cfg(feature = "events")]

use clerk_api::Timestamp;
use clerk_api::models::SessionStatus;
use clerk_core::UnixTime;
use clerk_webhooks::events::{Event, EventData, EventError};
use clerk_webhooks::{SigningSecrets, Verifier};
use serde_json::{Value, json};

fn read(value: &Value) -> Event {
    Event::from_slice(value.to_string().as_bytes()).unwrap()
}

#[test]
fn the_envelope_is_read() {
    let event = read(&json!({
        "object": "event",
        "type": "session.created",
        "timestamp": 1_800_000_000_250_i64,
        "instance_id": "ins_1",
        "event_attributes": {"http_request": {"client_ip": "192.0.2.1", "user_agent": "Browser"}},
        "data": {"object": "session", "id": "sess_1", "status": "active", "user": {"id": "user_1"}},
    }));
    assert_eq!(event.event_type(), "session.created");
    assert_eq!(
        event.timestamp(),
        Some(Timestamp::from_millis(1_800_000_000_250))
    );
    assert_eq!(event.instance_id(), Some("ins_1"));
    assert_eq!(event.attributes().client_ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(event.attributes().user_agent.as_deref(), Some("Browser"));
    let EventData::SessionCreated(session) = event.data() else {
        panic!("{event:?}");
    };
    assert_eq!(session.status, Some(SessionStatus::Active));
    assert_eq!(session.user.as_ref().unwrap().id.as_str(), "user_1");
}

/// As live instances sent them; the values are made up.
#[test]
fn recorded_deliveries_are_read_whole() {
    let created = include_bytes!("recorded/session-created.json");
    let event = Event::from_slice(created).unwrap();
    let EventData::SessionCreated(session) = event.data() else {
        panic!("{event:?}");
    };
    assert!(session.user.is_none(), "sessions come without their users");
    assert!(session.extra.is_empty(), "{session:?}");

    let created = include_bytes!("recorded/user-created.json");
    let event = Event::from_slice(created).unwrap();
    let EventData::UserCreated(user) = event.data() else {
        panic!("{event:?}");
    };
    let account = &user.external_accounts[0];
    assert_eq!(account.google_id.as_deref(), Some("100000000000000000001"));
    assert!(!format!("{event:?}").contains("extra"), "{event:?}");
    assert_eq!(event.as_json().get("object"), Ok(Some("event".to_owned())));
    assert!(event.attributes().client_ip.is_some() && event.attributes().user_agent.is_some());
    assert!(event.instance_id().is_some() && event.timestamp().is_some());
}

#[test]
fn what_an_event_tells_beside_or_oddly_is_kept_with_its_model() {
    let event = read(&json!({"type": "user.updated", "data": {
        "id": "user_1",
        "nickname": "Enchantress",
        "created_at": "2027-01-15",
        "external_accounts": [{"provider": "oauth_books"}, 7],
    }}));
    let EventData::UserUpdated(user) = event.data() else {
        panic!("{event:?}");
    };
    assert_eq!(
        user.extra.get("nickname"),
        Ok(Some("Enchantress".to_owned()))
    );
    assert_eq!((user.created_at, user.external_accounts.len()), (None, 1));
    assert_eq!(
        user.extra.json("created_at").unwrap().as_str(),
        "\"2027-01-15\""
    );
    assert_eq!(
        user.extra.json("external_accounts").unwrap().as_str(),
        "[7]"
    );
}

/// A user who is banned in a way that nobody understands is not told of as one who is not.
#[test]
fn a_ban_that_cannot_be_read_is_no_user_who_is_not_banned() {
    let event = read(&json!({"type": "user.updated", "data": {"id": "user_1", "banned": "yes"}}));
    assert!(matches!(event.data(), EventData::Unreadable(_)));
}

#[test]
fn an_envelope_may_lack_and_hold_anything_but_its_type() {
    for wrong in [
        json!(null),
        json!("text"),
        json!([1]),
        json!({"http_request": 7}),
    ] {
        let event = read(&json!({
            "type": "user.deleted",
            "timestamp": wrong,
            "instance_id": [wrong],
            "event_attributes": wrong,
            "data": {"id": "user_1", "deleted": true},
        }));
        assert_eq!((event.timestamp(), event.instance_id()), (None, None));
        assert_eq!(event.attributes().client_ip, None);
        assert!(matches!(event.data(), EventData::UserDeleted(user) if user.deleted == Some(true)));
    }
    let event = read(&json!({"type": "user.deleted", "data": {}}));
    assert!(matches!(event.data(), EventData::UserDeleted(_)));
}

#[test]
fn times_are_seconds_or_milliseconds() {
    for (number, millis) in [
        ("1800000000", 1_800_000_000_000),
        ("1800000000000", 1_800_000_000_000),
        ("1.8e12", 1_800_000_000_000),
        ("0", 0),
        ("-1", -1000),
        ("9e99", i64::MAX),
    ] {
        let body = format!(r#"{{"type":"a.b","timestamp":{number}}}"#);
        let event = Event::from_slice(body.as_bytes()).unwrap();
        assert_eq!(
            event.timestamp(),
            Some(Timestamp::from_millis(millis)),
            "{number}"
        );
    }
}

#[test]
fn what_is_no_event_is_an_error() {
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        // What stands in an array has no names.
        b"[\"user.created\",null,null,null,null]",
        b"{\"type\":7}",
        b"{\"type\":null}",
        b"{\"type\":\"user.created\"",
        b"{\"type\":\"user.created\"} 1",
        b"\xff{\"type\":\"user.created\"}",
        &[b'['; 10_000],
    ] {
        let error: EventError = Event::from_slice(body).unwrap_err();
        let is_array = [&b"[]"[..], b"[\"user"]
            .iter()
            .any(|it| body.starts_with(it));
        assert_eq!(error.to_string().contains("(line "), !is_array, "{error}");
    }
}

#[test]
fn a_type_of_later_is_unknown_and_kept() {
    let body = r#"{ "type": "user.renamed",  "data": {"name": "Augusta", "n": 1.0} }"#;
    let event = Event::from_slice(body.as_bytes()).unwrap();
    assert!(matches!(event.data(), EventData::Unknown));
    assert_eq!(event.event_type(), "user.renamed");
    assert_eq!(event.as_json().as_str(), body);
    assert_eq!(serde_json::to_string(&event).unwrap(), body);
    let again: Event = serde_json::from_str(body).unwrap();
    assert_eq!(again.as_json().as_str(), body);
}

#[test]
fn data_that_cannot_be_read_is_told_apart() {
    for data in [
        json!(null),
        json!([]),
        json!({"first_name": "Ada"}),
        json!({"id": 7}),
    ] {
        let event = read(&json!({"type": "user.created", "data": data}));
        let EventData::Unreadable(error) = event.data() else {
            panic!("{event:?}");
        };
        assert!(!error.to_string().contains("Ada"));
        let kept: Option<Value> = event.as_json().get("data").unwrap();
        assert_eq!(kept.unwrap_or_default(), data);
    }
    let event = read(&json!({"type": "user.created"}));
    assert!(matches!(event.into_data(), EventData::Unreadable(_)));
    for length in 0..20 {
        let event = read(&json!({"type": "user.deleted", "data": vec![Value::Null; length]}));
        assert!(
            matches!(event.into_data(), EventData::Unreadable(_)),
            "{length}"
        );
    }
}

#[test]
fn codes_do_not_show() {
    for (event_type, data) in [
        (
            "email.created",
            json!({"subject": "123456", "body": "123456", "body_plain": "123456"}),
        ),
        ("email.created", json!({"data": {"otp_code": "123456"}})),
        (
            "sms.created",
            json!({"message": "123456", "data": {"otp_code": "123456"}}),
        ),
        (
            "user.created",
            json!({"id": "user_1", "private_metadata": {"pin": "123456"}}),
        ),
        ("user.created", json!({"id": ["123456"]})),
        ("of.later", json!({"pin": "123456"})),
    ] {
        let event = read(&json!({"type": event_type, "data": data}));
        assert!(!format!("{event:?}").contains("123456"), "{event:?}");
    }
}

#[test]
fn a_verified_delivery_tells_its_event() {
    let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap();
    let now = UnixTime::from_secs(1_800_000_000);
    let body = br#"{"type":"role.deleted","data":{"id":"role_1","deleted":true}}"#;
    let sent = secrets.sign("msg_1", now, body).unwrap();
    let verifier = Verifier::new(secrets);
    let headers = sent.svix();
    let delivery = verifier.verify(&headers, body, now).unwrap();
    assert!(matches!(
        delivery.event().unwrap().data(),
        EventData::RoleDeleted(_)
    ));
}

#[test]
fn every_type_is_known_once() {
    let mut types = EventData::TYPES.to_vec();
    assert_eq!(types.len(), 46);
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), 46);
    assert!(types.contains(&"subscriptionItem.freeTrialEnding"));
}
