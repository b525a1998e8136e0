//! What the reference has to have answered: a comparison of what never happens proves nothing.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::outcome::Stopped;

use super::{Question, Side};

/// Every answer the reference knows, as `status reason`.
const EXPECTED: &[&str] = &[
    "error",
    "signed-in",
    "handshake active-organization-mismatch",
    "handshake client-uat-but-no-session-token",
    "handshake dev-browser-missing",
    "handshake dev-browser-sync",
    "handshake primary-domain-cross-origin-sync",
    "handshake primary-responds-to-syncing",
    "handshake satellite-needs-syncing",
    "handshake session-token-but-no-client-uat",
    "handshake session-token-expired-refresh-expired-session-token-missing-sid-claim",
    "handshake session-token-expired-refresh-fetch-error",
    "handshake session-token-expired-refresh-invalid-session-token",
    "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie",
    "handshake session-token-expired-refresh-session_not_found",
    "handshake session-token-expired-refresh-unexpected-bapi-error",
    "handshake session-token-expired-refresh-unexpected-sdk-error",
    "handshake session-token-iat-before-client-uat",
    "handshake session-token-iat-in-the-future",
    "handshake session-token-nbf",
    "signed-out No token in header",
    "signed-out client-uat-but-no-session-token",
    "signed-out dev-browser-missing",
    "signed-out dev-browser-sync",
    "signed-out jwk-kid-mismatch",
    "signed-out jwk-remote-failed-to-load",
    "signed-out primary-responds-to-syncing",
    "signed-out satellite-needs-syncing",
    "signed-out secret-key-invalid",
    "signed-out session-token-and-uat-missing",
    "signed-out session-token-but-no-client-uat",
    "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie",
    "signed-out session-token-expired-refresh-non-eligible-non-get",
    "signed-out session-token-iat-before-client-uat",
    "signed-out session-token-iat-in-the-future",
    "signed-out session-token-missing",
    "signed-out session-token-nbf",
    "signed-out token-invalid",
    "signed-out token-invalid-algorithm",
    "signed-out token-invalid-authorized-parties",
    "signed-out token-invalid-signature",
    "signed-out token-type-mismatch",
    "signed-out token-verification-failed",
    "signed-out unexpected-error",
];

type IsShown = fn(&Side) -> bool;

/// Answers with a feature of their own, which no reason shows.
const FEATURES: &[(&str, IsShown)] = &[
    ("signed in, and redirected", |one| {
        let state = one.answer.state();
        one.answer.is_signed_in() && state.is_some_and(|state| state.header("location").is_some())
    }),
    ("signed in, with new cookies and no redirect", |one| {
        let state = one.answer.state();
        one.answer.is_signed_in()
            && state.is_some_and(|state| {
                state.header("set-cookie").is_some() && state.header("location").is_none()
            })
    }),
    ("signed in as an API key", |one| {
        is_signed_in_as(one, "api_key")
    }),
    ("signed in as a machine", |one| {
        is_signed_in_as(one, "m2m_token")
    }),
    ("signed in by OAuth", |one| {
        is_signed_in_as(one, "oauth_token")
    }),
    ("signed in, and pending", |one| {
        let status = one
            .answer
            .state()
            .and_then(|state| state.auth.get("session_status"));
        one.answer.is_signed_in() && status.is_some_and(|status| status == "pending")
    }),
    ("signed in with permissions", |one| {
        let list = one
            .answer
            .state()
            .and_then(|state| state.auth.get("org_permissions"));
        list.and_then(|list| list.as_array())
            .is_some_and(|list| !list.is_empty())
    }),
    ("a token of no accepted kind", |one| {
        one.answer
            .state()
            .is_some_and(|state| state.token_type.is_none())
    }),
    ("a handshake that carries the session", |one| {
        location(one).contains("&__session=")
    }),
    ("a handshake with an organization", |one| {
        location(one).contains("&organization_id=")
    }),
    ("a handshake through a proxy", |one| {
        location(one).contains("/__clerk/v1/client/handshake")
    }),
    ("a handshake of plain cookies", |one| {
        location(one).contains("suffixed_cookies=false")
    }),
    ("a handshake of suffixed cookies", |one| {
        location(one).contains("suffixed_cookies=true")
    }),
    ("a handshake to the sign-in page", |one| {
        location(one).contains("__clerk_redirect_url=")
    }),
    ("a call to verify an opaque token", |one| {
        one.calls
            .iter()
            .any(|call| call.target.ends_with("/verify"))
    }),
    ("a call to refresh", |one| {
        one.calls
            .iter()
            .any(|call| call.target.contains("/refresh"))
    }),
    ("a call for a nonce", |one| {
        one.calls
            .iter()
            .any(|call| call.target.contains("/handshake_payload?nonce="))
    }),
];

/// Rules that share their answer with others: what is asked, and what is answered.
const RULES: &[(&str, &[&str], &str)] = &[
    (
        "production: a handshake that fails is passed over",
        &["pk_live_", "__clerk_handshake=garbage"],
        "signed-in",
    ),
    (
        "development: a handshake that fails is an error",
        &["pk_test_", "__clerk_handshake=garbage"],
        "error",
    ),
    (
        "production: a satellite without cookies stays signed out",
        &[
            "pk_live_",
            "is_satellite\":true",
            "\"document\"]]}",
            "satellite.example.net/dashboard\"",
        ],
        "signed-out session-token-and-uat-missing",
    ),
    (
        "development: a satellite without cookies stays signed out",
        &[
            "pk_test_",
            "is_satellite\":true",
            "\"document\"]]}",
            "satellite.example.net/dashboard\"",
        ],
        "signed-out session-token-and-uat-missing",
    ),
    (
        "a satellite that synchronizes by itself",
        &["satellite_auto_sync\":true", "\"document\"]]}"],
        "handshake satellite-needs-syncing",
    ),
    (
        "a satellite that is told to synchronize",
        &["__clerk_synced=false", "__client_uat=1799999000"],
        "handshake satellite-needs-syncing",
    ),
    (
        "a satellite that has synchronized",
        &["is_satellite\":true", "__clerk_synced=true", "__session="],
        "signed-in",
    ),
    (
        "the third redirect is the last",
        &["__clerk_redirect_count=3", "\"document\"]"],
        "signed-out client-uat-but-no-session-token",
    ),
    (
        "organizations are let be after three redirects",
        &["__clerk_redirect_count=3", "/orgs/other"],
        "signed-in",
    ),
    (
        "organizations are let be in the background",
        &["\"sec-fetch-dest\",\"empty\"", "/orgs/other"],
        "signed-in",
    ),
    (
        "a header token of any kind goes before a handshake",
        &["Bearer ", "__clerk_handshake="],
        "signed-in",
    ),
];

fn is_signed_in_as(one: &Side, token_type: &str) -> bool {
    let state = one.answer.state();
    one.answer.is_signed_in()
        && state.is_some_and(|state| state.token_type.as_deref() == Some(token_type))
}

fn location(one: &Side) -> &str {
    let state = one.answer.state().filter(|_| one.answer.is_handshake());
    state
        .and_then(|state| state.header("location"))
        .unwrap_or_default()
}

/// How often the reference gave each answer, and what it never gave.
pub(super) fn of(questions: &[Question], sides: &[Side]) -> Result<(String, Vec<String>), Stopped> {
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for one in sides {
        *answers.entry(one.answer.summary()).or_default() += 1;
    }
    let mut table = String::new();
    for (answer, count) in &answers {
        let _ = writeln!(table, "{count:>7}  {answer}");
    }
    let mut missing: Vec<String> = EXPECTED
        .iter()
        .filter(|answer| !answers.contains_key(**answer))
        .map(|answer| (*answer).to_owned())
        .collect();
    for (feature, is_shown) in FEATURES {
        let count = sides.iter().filter(|one| is_shown(one)).count();
        let _ = writeln!(table, "{count:>7}  {feature}");
        if count == 0 {
            missing.push((*feature).to_owned());
        }
    }
    let lines: Result<Vec<String>, _> = questions.iter().map(Question::to_line).collect();
    let lines = lines?;
    for (rule, asked, answered) in RULES {
        let is_asked = |line: &str| asked.iter().all(|part| line.contains(part));
        let both = lines.iter().zip(sides);
        let shown =
            both.filter(|(line, side)| is_asked(line) && side.answer.summary() == *answered);
        let count = shown.count();
        let _ = writeln!(table, "{count:>7}  {rule}");
        if count == 0 {
            missing.push((*rule).to_owned());
        }
    }
    Ok((table, missing))
}
