//! What is asked of the claims.

use serde_json::{Map, Value, json};

use crate::random::Random;

const ROLES: [&str; 9] = [
    "org:admin",
    "admin",
    "org:org:admin",
    "org:member",
    "member",
    "Admin",
    "org:",
    "",
    "org",
];

const PERMISSIONS: [&str; 10] = [
    "org:one:read",
    "one:read",
    "org:org:one:read",
    "org:two:manage",
    "two:manage",
    "org:three:read",
    "org:sys_memberships:read",
    "org:one",
    "",
    "read",
];

const ENTITLEMENTS: [&str; 20] = [
    "one",
    "two",
    "three",
    "none",
    "o:one",
    "org:one",
    "organization:one",
    "u:one",
    "user:one",
    "u:two",
    "user:three",
    "o:three",
    "x:one",
    "O:one",
    "o:",
    "o",
    ":one",
    "o:one:more",
    "",
    " one",
];

const LEVELS: [&str; 4] = [
    "first_factor",
    "second_factor",
    "multi_factor",
    "third_factor",
];
const MINUTES: [i64; 9] = [1, 5, 6, 10, 11, 60, 1_440, 0, -1];
const PRESETS: [&str; 7] = [
    "strict_mfa",
    "strict",
    "moderate",
    "lax",
    "loose",
    "",
    "STRICT",
];

fn reverifications() -> Vec<Value> {
    let configured = LEVELS.iter().flat_map(|level| {
        MINUTES
            .iter()
            .map(move |minutes| json!({ "level": level, "after_minutes": minutes }))
    });
    PRESETS
        .iter()
        .map(|preset| json!(preset))
        .chain(configured)
        .collect()
}

/// What can be asked of each dimension.
fn dimensions() -> [(&'static str, Vec<Value>); 5] {
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
    [
        ("role", texts(&ROLES)),
        ("permission", texts(&PERMISSIONS)),
        ("feature", texts(&ENTITLEMENTS)),
        ("plan", texts(&ENTITLEMENTS)),
        ("reverification", reverifications()),
    ]
}

/// Each question on its own, and none.
pub(super) fn all() -> Vec<Value> {
    let single = |(name, values): (&'static str, Vec<Value>)| {
        values.into_iter().map(move |value| json!({ name: value }))
    };
    let mut all: Vec<Value> = dimensions().into_iter().flat_map(single).collect();
    all.push(json!({}));
    all
}

/// One to five questions that all have to be answered with yes.
pub(super) fn check(random: &mut Random) -> Value {
    let mut check = Map::new();
    let dimensions = dimensions();
    for _ in 0..random.pick(&[1, 1, 1, 1, 2, 2, 2, 3, 4, 5]) {
        let (name, values) = random.pick(&dimensions);
        // The first ones are those that are granted most.
        let some = if random.one_in(2) { 4 } else { values.len() };
        check.insert(name.to_owned(), random.pick(&values[..some]));
    }
    check.into()
}
