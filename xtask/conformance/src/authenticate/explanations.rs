//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the question has what the entry is about, and that our answer is the
//! one the entry announces. So an entry explains nothing but itself.

use serde_json::Value;

use crate::signer::PEM;

use super::{Judged, api, token::Token};

type Explanation = fn(&Judged) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("session-id-required", session_id_required),
    ("revoked-machine-token", revoked_machine_token),
    ("machine-token-reasons", machine_token_reasons),
    ("audience-fails-closed", audience_fails_closed),
    ("bad-pem", bad_pem),
    ("outage", outage),
    ("redirect-target", redirect_target),
    ("failed-handshake-parameters", failed_handshake_parameters),
    ("organization-patterns", organization_patterns),
    ("publishable-key-always", publishable_key_always),
    ("keys-of-one-instance", keys_of_one_instance),
    ("proxy-url", proxy_url),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(one: &Judged) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(one);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}

/// The reference signs somebody in without a session, or would.
fn session_id_required(one: &Judged) -> bool {
    let theirs = one.reference.answer.state();
    let is_plain = |token: &Token| token.header.get("typ").is_none_or(|typ| typ == "JWT");
    let nameless = |token: &Token| !token.payload.contains_key("sid") && is_plain(token);
    let signed_in_nameless = one.reference.answer.is_signed_in()
        && theirs.is_some_and(|state| state.auth.get("session_id") == Some(&Value::Null));
    let refused = one.ours.answer.reason() == Some("token-type-mismatch");
    signed_in_nameless || (refused && one.question.tokens().iter().any(nameless))
}

fn revoked_machine_token(one: &Judged) -> bool {
    let is_over = |body: &Value| ["revoked", "expired"].iter().any(|name| body[name] == true);
    let scripts = one.reference.calls.iter().filter_map(|call| {
        let members = call.body.as_object()?.values();
        members.filter_map(Value::as_str).find_map(api::script)
    });
    one.reference.answer.is_signed_in()
        && one.ours.answer.reason() == Some("token-invalid")
        && scripts.into_iter().any(|script| is_over(&script["body"]))
}

/// Only the reason differs: ours says what is wrong with the token.
fn machine_token_reasons(one: &Judged) -> bool {
    const REASONS: [&str; 7] = [
        "token-expired",
        "token-not-active-yet",
        "token-iat-in-the-future",
        "token-invalid-signature",
        "token-invalid-algorithm",
        "jwk-kid-mismatch",
        "secret-key-invalid",
    ];
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    theirs.reason.as_deref() == Some("token-verification-failed")
        && ours
            .reason
            .as_deref()
            .is_some_and(|reason| REASONS.contains(&reason))
        && matches!(
            theirs.token_type.as_deref(),
            Some("m2m_token" | "oauth_token")
        )
        && theirs.token_type == ours.token_type
        && theirs.status == ours.status
        && theirs.auth == ours.auth
        && one.calls_agree()
}

/// An audience is asked for, and a token has `aud` in no form that could name it.
fn audience_fails_closed(one: &Judged) -> bool {
    let asked = match &one.question.options.audience {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => list.iter().any(|one| one != ""),
        _ => false,
    };
    let names_none = |token: &Token| match token.payload.get("aud") {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => {
            list.iter().all(|one| one == "") || !list.iter().all(Value::is_string)
        }
        _ => true,
    };
    asked
        && one.ours.answer.reason() == Some("token-verification-failed")
        && one.question.tokens().iter().any(names_none)
}

fn bad_pem(one: &Judged) -> bool {
    let pem = one.question.options.jwt_key.as_deref().unwrap_or_default();
    one.ours.answer.is_failed() && !pem.is_empty() && pem != PEM
}

/// The reference breaks on keys it cannot read.
fn outage(one: &Judged) -> bool {
    let key = one
        .question
        .options
        .secret_key
        .as_deref()
        .unwrap_or_default();
    key.ends_with(api::UNREADABLE)
        && one.reference.answer.reason() == Some("unexpected-error")
        && one.ours.answer.reason() == Some("jwk-remote-failed-to-load")
}

/// The reference has been asked without the target. We pass over it, but do not take it out of the
/// address that the browser is to come back to.
fn redirect_target(one: &Judged) -> bool {
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    let kept = |state: &super::answer::State| {
        let location = state.header("location").unwrap_or_default();
        location.contains("__clerk_redirect_url")
    };
    one.differences() == ["headers"]
        && theirs.headers_without("location") == ours.headers_without("location")
        && kept(ours)
        && !kept(theirs)
}

/// What did not work is not brought along to the next handshake.
fn failed_handshake_parameters(one: &Judged) -> bool {
    let location = |side: &super::Side| {
        let state = side.answer.state();
        state
            .and_then(|state| state.header("location"))
            .unwrap_or_default()
            .to_owned()
    };
    let (theirs, ours) = (location(&one.reference), location(&one.ours));
    one.differences() == ["headers"]
        && one.ours.answer.is_handshake()
        && theirs.contains("__clerk_handshake")
        && !ours.contains("__clerk_handshake")
}

/// A name that may stand for several parts of a path names no organization.
fn organization_patterns(one: &Judged) -> bool {
    let options = one.question.options.organization_sync_options.as_ref();
    let patterns = options.map(Value::to_string).unwrap_or_default();
    one.ours.answer.is_failed() && (patterns.contains(":slug+") || patterns.contains(":slug*"))
}

/// The reference does not look at the key where machines' tokens alone are accepted.
fn publishable_key_always(one: &Judged) -> bool {
    let accepted = one.question.options.accepts_token.as_ref();
    one.ours.answer.is_failed()
        && !one.reference.answer.is_failed()
        && accepted.is_some_and(|accepted| accepted == "m2m_token" || accepted == "api_key")
}

fn keys_of_one_instance(one: &Judged) -> bool {
    let mode = |key: &Option<String>| {
        let key = key.as_deref().unwrap_or_default();
        let mode = key.split('_').nth(1).unwrap_or_default();
        mode.to_owned()
    };
    let options = &one.question.options;
    one.ours.answer.is_failed() && mode(&options.publishable_key) != mode(&options.secret_key)
}

fn proxy_url(one: &Judged) -> bool {
    let proxy = one
        .question
        .options
        .proxy_url
        .as_deref()
        .unwrap_or_default();
    one.ours.answer.is_failed()
        && !proxy.is_empty()
        && !proxy.starts_with("http")
        && !proxy.starts_with('/')
}
