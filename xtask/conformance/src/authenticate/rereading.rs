//! Requests as we read them, written so that the reference reads them in the same way.
//!
//! An entry of `docs/divergences.md` about how a request is read is held by that: our answer to the
//! request has to be the reference's answer to the request as rewritten. That is stronger than to
//! know that the answers differ, and it allows entries by which we sign in whom the reference does
//! not.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    api,
    instance::Instance,
    question::Question,
    token::{Mint, Token},
};

/// Rewrites a question the entry is about; says whether it did.
type Rewrite = fn(&mut Question, &Mint) -> bool;

const REWRITES: &[(&str, Rewrite)] = &[
    ("bearer-scheme", bearer_scheme),
    ("networkless", networkless),
    ("m2m-ignored-category", m2m_ignored_category),
    ("forwarded-http2", forwarded_http2),
    ("handshake-outage", handshake_outage),
    ("empty-pattern-list", empty_pattern_list),
];

/// The question as we read it, and the entries that say so.
pub(super) fn of(question: &Question, mint: &Mint) -> Option<(Question, Vec<&'static str>)> {
    let mut rewritten = question.clone();
    let applied = REWRITES
        .iter()
        .filter(|(_, rewrite)| rewrite(&mut rewritten, mint));
    let applied: Vec<&'static str> = applied.map(|(id, _)| *id).collect();
    (!applied.is_empty()).then_some((rewritten, applied))
}

/// All that stands at the beginning is the scheme, in any case.
fn bearer_scheme(question: &mut Question, _: &Mint) -> bool {
    let mut rewritten = false;
    for (name, value) in &mut question.request.headers {
        let Some((scheme, token)) = value.split_once(' ') else {
            continue;
        };
        if name == "authorization" && scheme != "Bearer" && scheme.eq_ignore_ascii_case("bearer") {
            *value = format!("Bearer {token}");
            rewritten = true;
        }
    }
    rewritten
}

/// A key that is given needs no secret key to fetch it with.
fn networkless(question: &mut Question, _: &Mint) -> bool {
    let has = |option: &Option<String>| option.as_ref().is_some_and(|text| !text.is_empty());
    let options = &mut question.options;
    if has(&options.secret_key) || !has(&options.jwt_key) {
        return false;
    }
    let is_live = options
        .publishable_key
        .as_deref()
        .unwrap_or_default()
        .starts_with("pk_live_");
    let instance = if is_live {
        Instance::Production
    } else {
        Instance::Development
    };
    options.secret_key = Some(instance.secret_key(api::GOOD));
    true
}

/// The category that says nothing says nothing of machines' tokens either.
fn m2m_ignored_category(question: &mut Question, mint: &Mint) -> bool {
    let mut rewritten = false;
    for (name, value) in &mut question.request.headers {
        let words: Vec<&str> = value.split(' ').collect();
        let Some(token) = words.iter().find_map(|word| Token::read(word)) else {
            continue;
        };
        let is_ignored = token
            .header
            .get("cat")
            .is_some_and(|cat| cat == "cl_I7d4PD111III");
        let subject = token
            .payload
            .get("sub")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if name == "authorization" && is_ignored && subject.starts_with("mch_") {
            let named = token.with(|token| token.head("cat", "cl_B7d4PD333AAA"));
            *value = format!("Bearer {}", named.sign(mint));
            rewritten = true;
        }
    }
    rewritten
}

/// Without `Host`, the host is that of the target.
fn forwarded_http2(question: &mut Question, _: &Mint) -> bool {
    let has = |name: &str| question.header(name).any(|value| !value.trim().is_empty());
    if !has("x-forwarded-proto") || has("host") || has("x-forwarded-host") {
        return false;
    }
    let authority = question.request.url.split('/').nth(2).map(str::to_owned);
    let Some(authority) = authority else {
        return false;
    };
    question
        .request
        .headers
        .push(("host".to_owned(), authority));
    true
}

/// A nonce that cannot be asked about is none to whoever is signed in without it.
fn handshake_outage(question: &mut Question, _: &Mint) -> bool {
    const NONCE: &str = "__clerk_handshake_nonce";
    let in_query = question.parameter(NONCE).map(str::to_owned);
    let nonce = in_query
        .clone()
        .or_else(|| question.cookie(NONCE).map(str::to_owned));
    let Some(nonce) = nonce else {
        return false;
    };
    let status = api::script(&nonce).and_then(|script| script["status"].as_u64());
    let is_unanswered = status != Some(200);
    if is_unanswered {
        // The exchange still takes place, and the reference passes over what it gives.
        let unusable = json!({ "directives": ["__session=unusable"] });
        let unusable = api::scripted("", 200, &unusable);
        match in_query {
            Some(_) => question.request.url = question.request.url.replace(&nonce, &unusable),
            None => question.set_cookie(NONCE, Some(&unusable)),
        }
    }
    is_unanswered
}

/// No pattern matches nothing.
fn empty_pattern_list(question: &mut Question, _: &Mint) -> bool {
    let patterns = question.options.organization_sync_options.as_mut();
    let Some(patterns) = patterns.and_then(Value::as_object_mut) else {
        return false;
    };
    let before = patterns.len();
    patterns.retain(|_, list| list.as_array().is_none_or(|list| !list.is_empty()));
    patterns.len() != before
}

impl Token {
    /// Takes a token apart, whoever signed it.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut part = || {
            let json = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
            serde_json::from_slice::<Value>(&json).ok()
        };
        let (header, payload) = (part()?, part()?);
        (header.is_object() && payload.is_object()).then(|| Self::new(header, payload))
    }
}
