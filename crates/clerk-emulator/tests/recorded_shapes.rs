//! Answers and webhooks beside those that live instances sent: the same members, and in each the same
//! kind of value.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use clerk_emulator::{Emulator, ExternalAccountSeed, Seed, UserSeed};
use http::StatusCode;
use serde_json::{Value, json};
use support::{NOW, decode, get, post, request, send};

const WEBHOOKS: &str = "http://localhost:3000/webhooks";
const OLDER: &str = "Clerk's answers have had it since; the recording is older";
const DESCRIBED: &str = "Clerk's description of its API has it";
const REQUIRED: &str = "Clerk's client for Python refuses an answer without it";

/// What one recording is held to.
struct Row {
    name: &'static str,
    recorded: &'static str,
    ours: fn() -> Value,
    /// What ours has and the recording does not, and why.
    more: &'static [(&'static str, &'static str)],
}

const ROWS: &[Row] = &[
    Row {
        name: "a user who signed in with Google",
        recorded: include_str!("data/recorded/user.json"),
        ours: || {
            let emulator = with_google(|user| user.name("Ada", "Lovelace"));
            post(
                &emulator,
                "/v1/sessions",
                json!({ "user_id": id(&emulator) }),
            );
            get(&emulator, &format!("/v1/users/{}", id(&emulator))).1
        },
        more: &[
            ("create_organizations_limit", REQUIRED),
            ("deprovisioned", DESCRIBED),
            ("scim", DESCRIBED),
            (
                "email_addresses[].verification.verified_at_client",
                DESCRIBED,
            ),
        ],
    },
    Row {
        name: "an organization that nobody created",
        recorded: include_str!("data/recorded/organization.json"),
        ours: || {
            post(
                &support::emulator(),
                "/v1/organizations",
                json!({ "name": "Acme" }),
            )
            .1
        },
        more: &[("role_set_key", OLDER)],
    },
    Row {
        name: "how organizations work",
        recorded: include_str!("data/recorded/organization-settings.json"),
        ours: || get(&support::emulator(), "/v1/instance/organization_settings").1,
        more: &[
            ("object", DESCRIBED),
            ("max_allowed_domains", DESCRIBED),
            ("domains_enrollment_modes", DESCRIBED),
            ("domains_default_role", DESCRIBED),
        ],
    },
    Row {
        name: "the domain of an instance",
        recorded: include_str!("data/recorded/domain.json"),
        ours: || get(&support::emulator(), "/v1/domains").1["data"][0].clone(),
        more: &[
            ("object", DESCRIBED),
            ("proxy_url", DESCRIBED),
            ("cname_targets", DESCRIBED),
        ],
    },
    Row {
        name: "session.created",
        recorded: include_str!("data/recorded/session-created.json"),
        ours: || {
            let emulator = with_google(|user| user);
            told(
                &emulator,
                ("POST", "/v1/sessions"),
                &json!({ "user_id": id(&emulator) }),
            )
        },
        more: &[],
    },
    Row {
        // An emulator's users come from its API, which knows no Google: a change tells the same.
        name: "user.created",
        recorded: include_str!("data/recorded/user-created.json"),
        ours: || {
            let emulator = with_google(|user| user);
            let path = format!("/v1/users/{}/metadata", id(&emulator));
            told(&emulator, ("PATCH", &path), &json!({}))
        },
        more: &[
            ("data.bypass_client_trust", OLDER),
            ("data.create_organizations_limit", OLDER),
            ("data.deprovisioned", OLDER),
            ("data.locale", OLDER),
            ("data.password_last_updated_at", OLDER),
            ("data.requires_password_reset", OLDER),
            ("data.scim", OLDER),
            ("data.email_addresses[].verification.object", OLDER),
            (
                "data.email_addresses[].verification.verified_at_client",
                DESCRIBED,
            ),
        ],
    },
    Row {
        name: "a session token outside of any organization",
        recorded: include_str!("data/recorded/session-token.json"),
        ours: || {
            let emulator = with_google(|user| user);
            let token = decode(&emulator.token().sign(NOW));
            json!({ "header": token.header, "payload": token.claims })
        },
        more: &[("payload.jti", "Clerk's documentation lists it")],
    },
];

/// An instance whose only user signs in with Google, and that tells of what happens to them.
fn with_google(describe: fn(UserSeed) -> UserSeed) -> Emulator {
    let user = UserSeed::new("ada@example.com");
    let account = ExternalAccountSeed::new("google", "100000000000000000001");
    let user = user.external_account(account.name("Ada", "Lovelace"));
    let seed = Seed::empty().user(describe(user)).webhook(WEBHOOKS);
    Emulator::builder().seed(seed).build().unwrap()
}

fn id(emulator: &Emulator) -> String {
    emulator.user_id("ada@example.com").unwrap()
}

/// What a request has webhooks tell.
fn told(emulator: &Emulator, (method, path): (&str, &str), body: &Value) -> Value {
    let mut request = request(method, path, Some(body));
    let agent = "Mozilla/5.0 (X11; Linux x86_64)".parse().unwrap();
    request.headers_mut().insert("user-agent", agent);
    assert_eq!(send(emulator, request).status(), 200, "{path}");
    let delivery = emulator.next_webhook(NOW).expect("a webhook");
    let body = serde_json::from_slice(delivery.request().body()).unwrap();
    delivery.answered(StatusCode::OK, NOW);
    body
}

/// Each member by its path, with the kinds of value it has; those of all elements of an array are one.
fn kinds(value: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    found
}

fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let kind = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) if number.as_i64().is_some_and(|it| it > 1_000_000_000_000) => {
            "milliseconds".to_owned()
        }
        Value::Number(number) if number.as_i64().is_some_and(|it| it > 1_000_000_000) => {
            "seconds".to_owned()
        }
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => kind_of_text(text),
        Value::Array(items) => {
            for item in items {
                walk(&format!("{path}[]"), item, found);
            }
            format!("array{}", if items.is_empty() { ", empty" } else { "" })
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}.{name}");
                walk(path.trim_start_matches('.'), member, found);
            }
            "object".to_owned()
        }
    };
    found.entry(path.to_owned()).or_default().insert(kind);
}

fn kind_of_text(text: &str) -> String {
    let id = text.split_once('_').filter(|(prefix, rest)| {
        prefix.bytes().all(|b| b.is_ascii_lowercase())
            && rest.len() == 27
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    match id {
        Some((prefix, _)) => format!("an id {prefix}_…"),
        None if text.starts_with("https://") || text.starts_with("http://") => "a URL".to_owned(),
        None if text.is_empty() => "an empty text".to_owned(),
        None => "a text".to_owned(),
    }
}

/// What a row's answer and its recording do not agree on, one line each.
fn differences(row: &Row) -> Vec<String> {
    let recorded: Value = serde_json::from_str(row.recorded).unwrap();
    let (recorded, ours) = (kinds(&recorded["body"]), kinds(&(row.ours)()));
    let mut lines = Vec::new();
    for (path, kinds) in &recorded {
        match ours.get(path) {
            None => lines.push(format!("{path} is missing: {kinds:?}")),
            Some(found) if found != kinds => {
                lines.push(format!("{path} is {found:?}, recorded as {kinds:?}"));
            }
            Some(_) => {}
        }
    }
    for (path, kinds) in ours
        .iter()
        .filter(|(path, _)| !recorded.contains_key(*path))
    {
        let is_within = |known: &str| {
            let rest = path.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if !row.more.iter().any(|(known, _)| is_within(known)) {
            lines.push(format!("{path} was not recorded: {kinds:?}"));
        }
    }
    for (path, _) in row.more {
        if !ours.contains_key(*path) || recorded.contains_key(*path) {
            lines.push(format!("{path} needs no reason"));
        }
    }
    lines
}

#[test]
fn answers_and_webhooks_have_the_shapes_that_were_recorded() {
    let mut failures = Vec::new();
    for row in ROWS {
        let lines = differences(row);
        if !lines.is_empty() {
            failures.push(format!("{}:\n  {}", row.name, lines.join("\n  ")));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn nothing_that_is_answered_points_off_the_machine() {
    for row in ROWS {
        let mut urls = Vec::new();
        collect_urls(&(row.ours)(), &mut urls);
        for url in urls {
            let is_here = ["http://127.0.0.1:4010", "http://localhost:3000"];
            assert!(
                is_here.iter().any(|it| url.starts_with(it)),
                "{}: {url}",
                row.name
            );
        }
    }
}

fn collect_urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("://") && !text.contains(' ') => {
            found.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect_urls(item, found)),
        Value::Object(members) => members.values().for_each(|item| collect_urls(item, found)),
        _ => {}
    }
}

#[test]
fn every_recording_is_held_to() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recorded");
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), ROWS.len());
}
