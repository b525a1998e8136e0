//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the question has what the entry is about, and that our answer is the
//! one the entry announces. So an entry explains nothing but itself.

use serde_json::Value;

use crate::signer::PEM;

use super::{Answer, Judged, answer::MESSAGE, api, token::Token};

type Explanation = fn(&Judged) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("session-id-required", session_id_required),
    ("machine-token-reasons", machine_token_reasons),
    ("bad-pem", bad_pem),
    ("outage", outage),
    ("failed-handshake-parameters", failed_handshake_parameters),
    ("failed-handshake-parameters", forgotten_handshake),
    ("redirect-circle", redirect_circle),
    ("handshake-clean-up", handshake_clean_up),
    ("organization-patterns", organization_patterns),
    ("publishable-key-always", publishable_key_always),
    ("keys-of-one-instance", keys_of_one_instance),
    ("secret-key-form", secret_key_form),
    ("oauth-user", oauth_user),
    ("handshake-outage", handshake_outage),
    ("header-first", header_first),
    ("networkless", nobody_to_refresh_with),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(one: &Judged) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(one);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}

/// A token without `sid` that both refuse. Here it is no session's, whatever else it lacks.
fn session_id_required(one: &Judged) -> bool {
    let is_plain = |token: &Token| token.header.get("typ").is_none_or(|typ| typ == "JWT");
    let is_nameless = |token: &Token| !token.payload.contains_key("sid") && is_plain(token);
    let is_session = |answer: &Answer| {
        let state = answer.state();
        state.is_some_and(|state| state.token_type.as_deref() == Some("session_token"))
    };
    is_session(&one.reference.answer)
        && is_session(&one.ours.answer)
        && one.ours.answer.reason() == Some("token-type-mismatch")
        && one.question.tokens().iter().any(is_nameless)
}

/// Only the reason differs: ours says what is wrong with the token.
fn machine_token_reasons(one: &Judged) -> bool {
    // By theirs.
    const FLATTENED: [&str; 7] = [
        "token-expired",
        "token-not-active-yet",
        "token-iat-in-the-future",
        "token-invalid-signature",
        "token-invalid-algorithm",
        "jwk-kid-mismatch",
        "secret-key-invalid",
    ];
    const OF_ANOTHER_CLASS: [&str; 1] = ["token-type-mismatch"];
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    let reasons = match theirs.reason.as_deref() {
        Some("token-verification-failed") => &FLATTENED[..],
        Some("token-invalid") => &OF_ANOTHER_CLASS,
        _ => return false,
    };
    ours.reason
        .as_deref()
        .is_some_and(|reason| reasons.contains(&reason))
        && matches!(
            theirs.token_type.as_deref(),
            Some("m2m_token" | "oauth_token")
        )
        && theirs.token_type == ours.token_type
        && theirs.status == ours.status
        && theirs.auth == ours.auth
        && one.calls_agree()
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

/// Whether the answers differ in headers alone, and not in those that `keeps` keeps.
fn same_but_for(one: &Judged, keeps: impl Fn(&(&str, &str)) -> bool) -> bool {
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    let kept = |state: &super::answer::State| -> Vec<(String, String)> {
        let headers = state.comparable().into_iter().filter(|pair| keeps(pair));
        headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    one.differences() == ["headers"] && kept(theirs) == kept(ours)
}

/// What was of no use is taken away again.
fn forgotten_handshake(one: &Judged) -> bool {
    let is_forgotten = |(name, value): &(&str, &str)| {
        *name == "set-cookie" && value.starts_with("__clerk_handshake")
    };
    let ours = one.ours.answer.state();
    let is_told = is_told_of_circle(one);
    ours.is_some_and(|state| state.comparable().iter().any(is_forgotten))
        && same_but_for(one, |pair| {
            !(is_forgotten(pair) || (is_told && pair.0 == MESSAGE))
        })
}

/// Who is left in a circle is told so.
fn redirect_circle(one: &Judged) -> bool {
    is_told_of_circle(one) && same_but_for(one, |(name, _)| *name != MESSAGE)
}

fn is_told_of_circle(one: &Judged) -> bool {
    let state = one.ours.answer.state();
    let message = state.and_then(|state| state.header(MESSAGE));
    message.is_some_and(|message| message.contains("three times in a row"))
}

/// On a development instance the address without the handshake is one more redirect, and counted.
fn handshake_clean_up(one: &Judged) -> bool {
    let is_counter = |value: &str| value.starts_with("__clerk_redirect_count=");
    let ours = one.ours.answer.state();
    let is_counted = ours.is_some_and(|state| {
        let mut cookies = state.headers.iter();
        cookies.any(|(_, value)| is_counter(value))
    });
    let key = one.question.options.publishable_key.as_deref();
    let is_development = key.is_some_and(|key| key.starts_with("pk_test_"));
    is_development && is_counted && same_but_for(one, |(_, value)| !is_counter(value))
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
    let options = &one.question.options;
    let publishable = options.publishable_key.as_deref().unwrap_or_default();
    let secret = options.secret_key.as_deref().unwrap_or_default();
    let is_of = |mode: &str| {
        let older = secret.starts_with(&format!("{mode}_"));
        older || secret.starts_with(&format!("sk_{mode}_"))
    };
    let others = match publishable.starts_with("pk_live_") {
        true => is_of("test"),
        false => is_of("live"),
    };
    one.ours.answer.is_failed() && others
}

fn secret_key_form(one: &Judged) -> bool {
    let key = one.question.options.secret_key.as_deref();
    let forms = ["sk_test_", "sk_live_", "test_", "live_"];
    one.ours.answer.is_failed()
        && key.is_some_and(|key| !key.is_empty() && !forms.iter().any(|form| key.starts_with(form)))
}

/// What is not a user's id is nobody's user id.
fn oauth_user(one: &Judged) -> bool {
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    let mut same = theirs.auth.clone();
    let user = same.get_mut("user_id").map(Value::take);
    let is_user = |user: Value| user.as_str().is_some_and(|user| user.starts_with("user_"));
    one.differences() == ["auth"]
        && ours.token_type.as_deref() == Some("oauth_token")
        && !user.is_some_and(is_user)
        && same == ours.auth
}

/// Clerk did not say what the nonce stands for, so nobody knows who it is.
fn handshake_outage(one: &Judged) -> bool {
    let ours = one.ours.answer.reason();
    let has_nonce = one.question.parameter("__clerk_handshake_nonce").is_some()
        || one.question.cookie("__clerk_handshake_nonce").is_some();
    has_nonce
        && !one.reference.answer.is_signed_in()
        && matches!(ours, Some("unexpected-error" | "secret-key-invalid"))
}

/// The header is judged before a key is looked for.
fn header_first(one: &Judged) -> bool {
    one.reference.answer.reason() == Some("jwk-kid-mismatch")
        && matches!(
            one.ours.answer.reason(),
            Some("token-invalid-algorithm" | "token-invalid")
        )
}

/// The reference has been asked with a secret key, and refreshes the session with it, or asks for
/// what a nonce stands for.
fn nobody_to_refresh_with(one: &Judged) -> bool {
    let key = one.question.options.secret_key.as_deref();
    let ours = one.ours.answer.reason().unwrap_or_default();
    let is_missed = ours.ends_with("-refresh-missing-api-client");
    key.unwrap_or_default().is_empty() && (is_missed || one.differences() == ["calls"])
}
