//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the question has what the entry is about, and that our answer is the
//! one the entry announces. So an entry explains nothing but itself.

use serde_json::Value;

use crate::signer::PEM;

use super::{Judged, answer::MESSAGE, api, token::Token};

type Explanation = fn(&Judged) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("session-id-required", session_id_required),
    ("revoked-machine-token", revoked_machine_token),
    ("machine-token-reasons", machine_token_reasons),
    ("machine-scopes", machine_scopes),
    ("audience-fails-closed", audience_fails_closed),
    ("opaque-audience", opaque_audience),
    ("bad-pem", bad_pem),
    ("outage", outage),
    ("redirect-target", redirect_target),
    ("failed-handshake-parameters", failed_handshake_parameters),
    ("handshake-nonce", forgotten_handshake),
    ("handshake-nonce", second_nonce),
    ("redirect-circle", redirect_circle),
    ("handshake-cors", handshake_cors),
    ("handshake-clean-up", handshake_clean_up),
    ("organization-patterns", organization_patterns),
    ("publishable-key-always", publishable_key_always),
    ("keys-of-one-instance", keys_of_one_instance),
    ("damaged-features", damaged_features),
    ("oauth-user", oauth_user),
    ("handshake-outage", handshake_outage),
    ("header-first", header_first),
    ("cookie-names", cookie_names),
    ("networkless", nobody_to_refresh_with),
    ("handshake-session-class", refreshed_session_class),
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

/// The reference does not look whether the token is over, or looks for its audience first.
fn revoked_machine_token(one: &Judged) -> bool {
    let is_over = |body: &Value| ["revoked", "expired"].iter().any(|name| body[name] == true);
    let scripts = one.reference.calls.iter().filter_map(|call| {
        let members = call.body.as_object()?.values();
        members.filter_map(Value::as_str).find_map(api::script)
    });
    let looked_for_the_audience = asks_for_an_audience(one)
        && one.reference.answer.reason() == Some("token-verification-failed");
    (one.reference.answer.is_signed_in() || looked_for_the_audience)
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

/// Whether the reference lets the machine in and we say that its token is for somebody else.
fn is_for_others(one: &Judged) -> bool {
    one.reference.answer.is_signed_in()
        && one.ours.answer.reason() == Some("token-verification-failed")
}

/// It is said which machine this is, and the token is a machine's.
fn machine_scopes(one: &Judged) -> bool {
    let state = one.ours.answer.state();
    let token_type = state.and_then(|state| state.token_type.as_deref());
    one.question.options.machine_id.is_some()
        && token_type == Some("m2m_token")
        && is_for_others(one)
}

/// An audience is asked for, and the token is one of whose audience Clerk says nothing.
fn opaque_audience(one: &Judged) -> bool {
    let mut words = one
        .question
        .header("authorization")
        .flat_map(|header| header.split(' '));
    let is_opaque = |word: &str| word.starts_with("ak_") || word.starts_with("mt_");
    asks_for_an_audience(one) && words.any(is_opaque) && is_for_others(one)
}

fn asks_for_an_audience(one: &Judged) -> bool {
    match &one.question.options.audience {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => list.iter().any(|one| one != ""),
        _ => false,
    }
}

/// An audience is asked for, and a token has `aud` in no form that could name it.
fn audience_fails_closed(one: &Judged) -> bool {
    let names_none = |token: &Token| match token.payload.get("aud") {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => {
            list.iter().all(|one| one == "") || !list.iter().all(Value::is_string)
        }
        _ => true,
    };
    asks_for_an_audience(one)
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
    let is_other = |(name, value): &(&str, &str)| *name != "location" && !is_of_return(name, value);
    kept(ours) && !kept(theirs) && same_but_for(one, is_other)
}

/// What goes with the return from a handshake in one of the two alone: CORS headers there, and here
/// the counter.
fn is_of_return(name: &str, value: &str) -> bool {
    name.starts_with("access-control-allow-") || value.starts_with("__clerk_redirect_count=")
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

/// Of two nonces the second was asked about as well.
fn second_nonce(one: &Judged) -> bool {
    const NONCE: &str = "__clerk_handshake_nonce";
    let mut nonces = one.question.cookies(NONCE);
    let first = nonces.next();
    let has_second = nonces.any(|other| Some(other) != first);
    let asked = |side: &super::Side| {
        let calls = side.calls.iter();
        let about = calls.filter(|call| call.target.contains("/handshake_payload?nonce="));
        (about.count(), side.calls.len())
    };
    let ((theirs, all_theirs), (ours, all_ours)) = (asked(&one.reference), asked(&one.ours));
    let others_agree = all_ours.checked_sub(ours) == all_theirs.checked_sub(theirs);
    has_second
        && (theirs, ours) == (1, 2)
        && others_agree
        && one
            .differences()
            .iter()
            .all(|part| matches!(*part, "headers" | "calls"))
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

/// No request of the suite is one that has to be told.
fn handshake_cors(one: &Judged) -> bool {
    same_but_for(one, |(name, _)| !name.starts_with("access-control-allow-"))
}

/// On a development instance the address without the handshake is one more redirect. It is counted,
/// and needless where the address has none.
fn handshake_clean_up(one: &Judged) -> bool {
    let question = &one.question;
    let ours = one.ours.answer.state();
    let is_counted = ours.is_some_and(|state| {
        let mut cookies = state.headers.iter();
        cookies.any(|(_, value)| value.starts_with("__clerk_redirect_count="))
    });
    let is_needless = ours.is_some_and(|state| state.header("location").is_none());
    let is_development = question
        .options
        .publishable_key
        .as_deref()
        .is_some_and(|key| key.starts_with("pk_test_"));
    is_development
        && (is_counted || is_needless)
        && same_but_for(one, |(name, value)| {
            let is_redirect = matches!(*name, "location" | "cache-control");
            !(is_of_return(name, value) || (is_needless && is_redirect))
        })
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

/// Whether nobody can read what the token says of features.
pub(super) fn is_damaged(token: &Token) -> bool {
    let list = token.payload.get("fea").and_then(Value::as_str);
    let list = list.filter(|list| !list.is_empty());
    list.is_some_and(|list| !list.split(',').all(|element| element.contains(':')))
}

pub(crate) fn damaged_features(one: &Judged) -> bool {
    let (theirs, ours) = (&one.reference.answer, &one.ours.answer);
    // The token may also have come out of a handshake, or of a refresh.
    let broke_on_it = theirs.to_string().contains("Invalid claim element");
    let refused = ours.reason() == Some("token-verification-failed")
        && one.question.tokens().iter().any(is_damaged);
    refused || (broke_on_it && !ours.is_signed_in())
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

/// A handshake or a refresh wants a cookie set whose name only begins like one of Clerk's.
fn cookie_names(one: &Judged) -> bool {
    let question = &one.question;
    let name = "__clerk_handshake_nonce";
    let brought = question.parameter(name).or_else(|| question.cookie(name));
    let refresh = question
        .header("cookie")
        .flat_map(|header| header.split(';'));
    let refresh =
        refresh.filter_map(|pair| pair.trim().strip_prefix("__refresh_")?.split_once('='));
    let scripts = brought.into_iter().chain(refresh.map(|(_, value)| value));
    let answered = scripts
        .filter_map(api::script)
        .map(|script| script["body"].clone());
    let handshake = question
        .parameter("__clerk_handshake")
        .and_then(Token::read);
    let signed = question.tokens().into_iter().chain(handshake);
    let signed = signed.map(|token| Value::Object(token.payload.into_iter().collect()));
    let lists = answered.chain(signed).flat_map(|holder| {
        ["directives", "cookies", "handshake"].map(|member| holder[member].clone())
    });
    let is_unnamed = |directive: &Value| {
        let rest = directive
            .as_str()
            .and_then(|text| text.strip_prefix("__session"));
        rest.is_some_and(|rest| !rest.starts_with(['=', '_', ';']))
    };
    !one.ours.answer.is_signed_in()
        && lists.into_iter().any(|list| {
            list.as_array()
                .is_some_and(|list| list.iter().any(is_unnamed))
        })
}

/// The reference has been asked with a secret key, and refreshes the session with it, or asks for
/// what a nonce stands for.
fn nobody_to_refresh_with(one: &Judged) -> bool {
    let key = one.question.options.secret_key.as_deref();
    let ours = one.ours.answer.reason().unwrap_or_default();
    let is_missed = ours.ends_with("-refresh-missing-api-client");
    key.unwrap_or_default().is_empty() && (is_missed || one.differences() == ["calls"])
}

/// What comes out of a refresh has to be a session token as well.
fn refreshed_session_class(one: &Judged) -> bool {
    let ours = one.ours.answer.reason().unwrap_or_default();
    one.reference.answer.is_signed_in() && ours.ends_with("-refresh-invalid-session-token")
}
