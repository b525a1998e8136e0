//! Members that are there and not what they should be. The values are ours.
#![cfg(feature = "users")]

use clerk_api::Timestamp;
use clerk_api::models::User;
use clerk_http::Operation as _;
use serde::Deserialize as _;
use serde::de::value::{Error, MapDeserializer};
use serde_json::{Value, json};

#[track_caller]
fn read(value: &Value) -> User {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// One page of users, each of them odd in a way of its own.
#[test]
fn a_page_is_read_though_its_users_are_odd() {
    let odd = [
        ("created_at", json!("2027-01-15T08:00:00Z")),
        ("external_accounts", json!([{"provider": "oauth_books"}])),
        ("verification_attempts_remaining", json!("100")),
        ("has_image", Value::Null),
        (
            "email_addresses",
            json!({"email_address": "ada@example.com"}),
        ),
        (
            "phone_numbers",
            json!([null, {"phone_number": 441_632_960_960_i64}]),
        ),
        (
            "organization_memberships",
            json!([{"role": "org:admin"}, {"id": "orgmem_1"}]),
        ),
        ("image_url", json!(["a", {"b": 1.50}])),
    ];
    let users = odd
        .iter()
        .map(|(name, value)| json!({"id": "user_1", *name: value}));
    let body = Value::from_iter(users).to_string();
    let page = clerk_api::users::list().response(http::Response::new(body.into()));
    let users = page.unwrap().data;
    assert_eq!(users.len(), odd.len());

    let kept = |name: &str| {
        let mut kept = users.iter().filter_map(|user| user.extra.json(name));
        kept.next().map(|json| json.as_str().to_owned())
    };
    assert_eq!(users[0].created_at, None);
    assert_eq!(kept("created_at").unwrap(), "\"2027-01-15T08:00:00Z\"");
    assert_eq!(users[1].external_accounts[0].id, None);
    assert!(users[1].extra.is_empty());
    assert_eq!(kept("verification_attempts_remaining").unwrap(), "\"100\"");
    assert!(users[3].extra.is_empty(), "null is nothing");
    assert!(users[4].email_addresses.is_empty());
    assert_eq!(
        kept("email_addresses").unwrap(),
        "{\"email_address\":\"ada@example.com\"}"
    );
    let phone = &users[5].phone_numbers;
    assert_eq!((phone.len(), &phone[0].phone_number), (1, &None));
    assert_eq!(
        phone[0].extra.get("phone_number"),
        Ok(Some(441_632_960_960_i64))
    );
    assert_eq!(kept("phone_numbers").unwrap(), "[null]");
    assert_eq!(users[6].organization_memberships.len(), 1);
    assert_eq!(
        kept("organization_memberships").unwrap(),
        "[{\"role\":\"org:admin\"}]"
    );
    assert_eq!(kept("image_url").unwrap(), "[\"a\",{\"b\":1.5}]");
}

/// Whoever asks `banned == Some(true)` must not hear no where Clerk said something else.
#[test]
fn a_user_whose_ban_cannot_be_read_is_no_user() {
    for name in ["banned", "locked", "requires_password_reset"] {
        for odd in [json!("true"), json!(1), json!({}), json!([true])] {
            let user = json!({"id": "user_1", name: odd}).to_string();
            assert!(serde_json::from_str::<User>(&user).is_err(), "{user}");
        }
        let nothing = read(&json!({"id": "user_1", name: null}));
        assert_eq!(nothing.banned, None);
    }
}

/// Two answers to one question are none, where one of them lets somebody in.
#[test]
fn what_can_say_no_says_it_once() {
    for twice in [
        r#"{"id":"user_1","banned":true,"banned":false}"#,
        r#"{"id":"user_1","id":"user_2"}"#,
    ] {
        assert!(serde_json::from_str::<User>(twice).is_err(), "{twice}");
    }
    let twice = r#"{"id":"user_1","first_name":"Ada","first_name":"Augusta"}"#;
    let user: User = serde_json::from_str(twice).unwrap();
    assert_eq!(user.first_name.as_deref(), Some("Augusta"));
}

/// Also where the last is nothing, or nothing that can be read.
#[test]
fn of_what_comes_twice_the_last_counts() {
    for last in ["null", "5", "[]", r#"{"a":1}"#] {
        let text = format!(
            r#"{{"id":"user_1","first_name":"Ada","first_name":{last},"created_at":1,"created_at":"{{}}",
                "email_addresses":[{{"linked_to":[{{}}],"linked_to":null}}]}}"#
        );
        let user: User = serde_json::from_str(&text).unwrap();
        assert_eq!((user.first_name, user.created_at), (None, None), "{last}");
        assert!(user.email_addresses[0].linked_to.is_empty());
    }
    let text = r#"{"id":"user_1","email_addresses":[{"verification":{},"verification":null}]}"#;
    let user: User = serde_json::from_str(text).unwrap();
    assert!(user.email_addresses[0].verification.is_none());
}

/// A member whose data became `None`, or who is left out of a list, is nobody whom a ban could be
/// about.
#[test]
fn a_ban_is_not_lost_with_the_object_that_it_stands_in() {
    let user = |data: &str| {
        let memberships = format!(r#"[{{"id":"orgmem_1","public_user_data":{data}}}]"#);
        let user = format!(r#"{{"id":"user_1","organization_memberships":{memberships}}}"#);
        serde_json::from_str::<User>(&user)
    };
    for data in [
        r#"{"user_id":"user_2","banned":"yes"}"#,
        r#"{"banned":1,"user_id":"user_2"}"#,
        r#"{"banned":true,"banned":false}"#,
        r#"{"banned":true,"deprovisioned":[]}"#,
    ] {
        let error = user(data).unwrap_err().to_string();
        let says = ["nobody knows what it says", "duplicate field `banned`"];
        assert!(
            says.iter().any(|it| error.starts_with(it)),
            "{data}: {error}"
        );
    }
    let said = user(r#"{"user_id":"user_2","banned":true}"#).unwrap();
    let data = said.organization_memberships[0].public_user_data.as_ref();
    assert_eq!(data.unwrap().banned, Some(true));
    for none in ["null", "\"text\"", "7", "[]", "true"] {
        let user = user(none).unwrap();
        let membership = &user.organization_memberships[0];
        assert!(membership.public_user_data.is_none(), "{none}");
        assert_eq!(membership.extra.is_empty(), none == "null", "{none}");
    }
}

/// The numbers of `serde_json` with its feature `arbitrary_precision`, which any crate of an
/// application can switch on for all of them.
#[test]
fn numbers_that_come_as_objects() {
    for (digits, time) in [("1800000000000", 1_800_000_000_000), ("7.0", 7)] {
        let number = [("$serde_json::private::Number", digits)];
        let number = MapDeserializer::<_, Error>::new(number.into_iter());
        assert_eq!(
            Timestamp::deserialize(number).map(Timestamp::as_millis),
            Ok(time)
        );
    }
}

#[test]
fn an_id_may_be_empty_and_is_none_then() {
    let user = read(&json!({"id": "user_1", "primary_email_address_id": ""}));
    assert_eq!(user.primary_email_address_id, None);
    assert!(serde_json::from_str::<User>(r#"{"id":""}"#).is_err());
}

/// What reads a stream, or text with escapes, has no name to lend: it is copied, and is the same one.
#[test]
fn names_are_known_wherever_they_come_from() {
    let text = r#"{"\u0069d":"user_1","\u0062anned":true,"object":"user","birth\u0064ay":1,"created_at":"x"}"#;
    let from_text = serde_json::from_str::<User>(text).unwrap();
    let from_stream = serde_json::from_reader::<_, User>(text.as_bytes()).unwrap();
    for user in [from_text, from_stream] {
        assert_eq!((user.id.as_str(), user.banned), ("user_1", Some(true)));
        let kept: Vec<_> = user.extra.iter().map(|(name, _)| name).collect();
        assert_eq!(kept, ["birthday", "created_at"]);
    }
}
