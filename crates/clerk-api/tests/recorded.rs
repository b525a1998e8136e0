//! Answers and webhooks as live instances sent them, by shape: every value is made up. Each decodes
//! whole, and no member of it is lost.
#![cfg(all(feature = "events", feature = "instance"))]

use std::fmt::Debug;

use clerk_api::models::{
    BillingSubscription, Domain, Organization, OrganizationSettings, SessionWithUser, User,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const RECORDED: &[(&str, &str, Reader)] = &[
    (
        "domain",
        include_str!("recorded/domain.json"),
        read::<Domain>,
    ),
    (
        "organization settings",
        include_str!("recorded/organization-settings.json"),
        read::<OrganizationSettings>,
    ),
    (
        "organization",
        include_str!("recorded/organization.json"),
        read::<Organization>,
    ),
    ("user", include_str!("recorded/user.json"), read::<User>),
    (
        "subscription",
        include_str!("recorded/subscription.json"),
        read::<BillingSubscription>,
    ),
    (
        "the user of `user.created`",
        include_str!("../../clerk-webhooks/tests/recorded/user-created.json"),
        read_data::<User>,
    ),
    (
        "the session of `session.created`",
        include_str!("../../clerk-webhooks/tests/recorded/session-created.json"),
        read_data::<SessionWithUser>,
    ),
];

/// What `Debug` shows of a model: every field, and the names of what is in none of them.
type Reader = fn(&Value) -> String;

fn read<T: DeserializeOwned + Debug>(json: &Value) -> String {
    let model: T = serde_json::from_str(&json.to_string()).unwrap();
    format!("{model:?}")
}

fn read_data<T: DeserializeOwned + Debug>(event: &Value) -> String {
    read::<T>(event.get("data").unwrap_or(event))
}

/// The paths of all values, down to those that hold no others.
fn paths(json: &Value, at: &str, found: &mut Vec<String>) {
    let mut inside = |name: &str, value: &Value| paths(value, &format!("{at}/{name}"), found);
    match json {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| inside(name, value));
        }
        Value::Array(items) if !items.is_empty() => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(index, value)| inside(&index.to_string(), value));
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same kind; something for nothing.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => json!("planted"),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::String(text) => json!(format!("{text}planted")),
        Value::Array(_) => json!(["planted"]),
        Value::Object(_) => json!({"planted": true}),
    }
}

#[test]
fn everything_that_was_recorded_has_a_field() {
    for (name, recorded, reader) in RECORDED {
        let shown = reader(&serde_json::from_str(recorded).unwrap());
        assert!(!shown.contains("extra:"), "{name}: {shown}");
    }
}

/// Whatever value is another one, the model is another one.
#[test]
fn no_member_is_lost() {
    let mut seen = 0;
    for (name, recorded, reader) in RECORDED {
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        let recorded = recorded.get("data").unwrap_or(&recorded);
        let shown = reader(recorded);
        let mut found = Vec::new();
        paths(recorded, "", &mut found);
        for path in found {
            let mut changed = recorded.clone();
            let value = changed.pointer_mut(&path).unwrap();
            *value = other(value);
            assert_ne!(reader(&changed), shown, "{name}: {path} is lost");
            seen += 1;
        }
    }
    assert!(seen > 200, "only {seen} values were looked at");
}

#[test]
fn an_organization_of_nobodys_has_no_creator() {
    let recorded = include_str!("recorded/organization.json");
    let read: Organization = serde_json::from_str(recorded).unwrap();
    assert_eq!(read.created_by, None);
    assert!(read.extra.is_empty());
}

#[test]
fn an_account_of_an_archived_webhook_is_whole() {
    let recorded = include_str!("../../clerk-webhooks/tests/recorded/user-created.json");
    let event: Value = serde_json::from_str(recorded).unwrap();
    let user: User = serde_json::from_str(&event["data"].to_string()).unwrap();
    let account = &user.external_accounts[0];
    assert_eq!(account.google_id.as_deref(), Some("100000000000000000001"));
    assert_eq!(account.given_name.as_deref(), Some("Ada"));
    assert_eq!(account.family_name.as_deref(), Some("Lovelace"));
    assert!(account.picture.is_some());
    assert_eq!(account.object.as_deref(), Some("google_account"));
}
