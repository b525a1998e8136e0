//! Requests as we read them, written so that the reference reads them in the same way.
//!
//! An entry of `docs/divergences.md` about how a request is read is held by that: our answer to the
//! request has to be the reference's answer to the request as rewritten. That is stronger than to
//! know that the answers differ, and it allows entries by which we sign in whom the reference does
//! not.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    api, explanations,
    instance::Instance,
    question::Question,
    token::{Mint, Token},
};

/// Rewrites a question the entry is about; says whether it did.
type Rewrite = fn(&mut Question, &Mint) -> bool;

const REWRITES: &[(&str, Rewrite)] = &[
    ("bearer-scheme", bearer_scheme),
    ("redirect-count", redirect_count),
    ("client-uat-number", client_uat_number),
    ("networkless", networkless),
    ("m2m-ignored-category", m2m_ignored_category),
    ("forwarded-host", forwarded_host),
    ("forwarded-path", forwarded_path),
    ("forwarded-http2", forwarded_http2),
    ("handshake-page", handshake_page),
    ("handshake-nonce", handshake_nonce),
    ("header-alone", header_alone),
    ("handshake-expiry", handshake_expiry),
    ("handshake-session-class", handshake_session_class),
    ("damaged-features", handshake_damaged_features),
    ("empty-pattern-list", empty_pattern_list),
    ("redirect-target", redirect_target),
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

/// A counter that is no positive integer counts as none, and 3 is the end.
fn redirect_count(question: &mut Question, _: &Mint) -> bool {
    const NAME: &str = "__clerk_redirect_count";
    let Some(count) = question.cookie(NAME).map(str::to_owned) else {
        return false;
    };
    match count.parse::<i64>() {
        Ok(4..) => question.set_cookie(NAME, Some("3")),
        Ok(0..4) => return false,
        Ok(_) | Err(_) => question.set_cookie(NAME, None),
    }
    true
}

/// A time is written in decimal.
fn client_uat_number(question: &mut Question, _: &Mint) -> bool {
    let mut rewritten = false;
    for (name, cookies) in &mut question.request.headers {
        if name == "cookie" && cookies.contains("0x10") && cookies.contains("__client_uat") {
            *cookies = cookies.replace("=0x10", "=x10");
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

/// What is more than a host, or none, is not believed.
fn forwarded_host(question: &mut Question, _: &Mint) -> bool {
    let headers = &mut question.request.headers;
    let before = headers.len();
    headers.retain(|(name, value)| {
        let first = value.split(',').next().unwrap_or_default().trim();
        name != "x-forwarded-host" || !first.contains(['/', '\\', '?', '#', '@'])
    });
    headers.retain(|(name, value)| {
        let first = value.split(',').next().unwrap_or_default().trim();
        name != "x-forwarded-proto" || matches!(first, "" | "http" | "https")
    });
    headers.len() != before
}

/// The path stays a path, however it begins.
fn forwarded_path(question: &mut Question, _: &Mint) -> bool {
    const ORIGINS: [&str; 2] = ["https://example.com", "https://satellite.example.net"];
    let first = |name: &str| {
        let value = question.header(name).next()?;
        Some(
            value
                .split(',')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        )
    };
    let host = first("x-forwarded-host").or_else(|| first("host"));
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return false;
    };
    let scheme = first("x-forwarded-proto").filter(|it| it == "http" || it == "https");
    let scheme = scheme.unwrap_or_else(|| "https".to_owned());
    let Some(path) = ORIGINS
        .iter()
        .find_map(|origin| question.request.url.strip_prefix(origin))
    else {
        return false;
    };
    if !path.starts_with("//") && !path.starts_with("/\\") {
        return false;
    }
    question.request.url = format!("{scheme}://{host}{path}");
    question.request.headers.retain(|(name, _)| {
        !matches!(
            name.as_str(),
            "x-forwarded-host" | "x-forwarded-proto" | "host"
        )
    });
    true
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

const NONCE: &str = "__clerk_handshake_nonce";
const TOKEN: &str = "__clerk_handshake";

/// A page alone brings a handshake.
fn handshake_page(question: &mut Question, _: &Mint) -> bool {
    let brings = |name| question.parameter(name).is_some() || question.cookie(name).is_some();
    let applies = !question.loads_page() && (brings(NONCE) || brings(TOKEN));
    if applies {
        for name in [NONCE, TOKEN] {
            question.drop_parameter(name);
            question.set_cookie(name, None);
        }
    }
    applies
}

fn stands_for_nothing(nonce: &str) -> bool {
    let script = api::script(nonce);
    let status = script.as_ref().and_then(|script| script["status"].as_u64());
    match status {
        Some(200) => script.is_some_and(|script| {
            let directives = script["body"]["directives"].as_array();
            directives.is_none_or(Vec::is_empty)
        }),
        _ => true,
    }
}

/// A handshake that stands for nothing is none, and neither is one that cannot be asked about, to
/// whoever is signed in without it.
fn handshake_nonce(question: &mut Question, _: &Mint) -> bool {
    without_useless_handshake(question)
}

fn without_useless_handshake(question: &mut Question) -> bool {
    let in_query = question.parameter(NONCE).map(str::to_owned);
    let nonce = in_query
        .clone()
        .or_else(|| question.cookie(NONCE).map(str::to_owned));
    let nonce = nonce.filter(|nonce| !nonce.is_empty());
    let in_query_token = question.parameter(TOKEN).map(str::to_owned);
    let token = in_query_token
        .clone()
        .or_else(|| question.cookie(TOKEN).map(str::to_owned));
    let Some(nonce) = nonce else {
        let token = token.and_then(|token| {
            let decoded = percent_decode_str(&token).decode_utf8_lossy();
            Token::read(&decoded)
        });
        let directives = token.map(|token| token.payload.get("handshake").cloned());
        let is_text = |list: &Vec<Value>| list.iter().any(Value::is_string);
        let holds_nothing = directives.is_some_and(|directives| {
            let list = directives.as_ref().and_then(Value::as_array);
            !list.is_some_and(is_text)
        });
        if holds_nothing {
            match in_query_token {
                Some(_) => question.drop_parameter(TOKEN),
                None => question.set_cookie(TOKEN, None),
            }
        }
        return holds_nothing;
    };
    let is_nothing = stands_for_nothing(&nonce);
    let second = question.cookies(NONCE).find(|other| *other != nonce);
    if let (true, None, Some(second)) = (is_nothing, &in_query, second.map(str::to_owned)) {
        question.set_cookie(NONCE, Some(&second));
        without_useless_handshake(question);
        return true;
    }
    if is_nothing {
        // The exchange still takes place, and the reference passes over what it gives.
        let unusable = json!({ "directives": ["__session=unusable"] });
        let unusable = api::scripted("", 200, &unusable);
        match in_query {
            Some(_) => question.request.url = question.request.url.replace(&nonce, &unusable),
            None => question.set_cookie(NONCE, Some(&unusable)),
        }
    }
    is_nothing
}

/// Beside a token in the header, no cookie refreshes anything.
fn header_alone(question: &mut Question, _: &Mint) -> bool {
    if question.header("authorization").next().is_none() {
        return false;
    }
    let mut rewritten = false;
    for (header, cookies) in &mut question.request.headers {
        if header != "cookie" {
            continue;
        }
        let is_other = |part: &&str| !part.trim().starts_with("__refresh");
        let kept: Vec<&str> = cookies.split(';').filter(is_other).collect();
        let kept = kept.join(";");
        rewritten |= kept != *cookies;
        *cookies = kept;
    }
    rewritten
}

/// A handshake token that has expired is none.
fn handshake_expiry(question: &mut Question, _: &Mint) -> bool {
    const NAME: &str = "__clerk_handshake";
    let leeway = question.options.clock_skew_ms.unwrap_or(5_000);
    let earliest = question.now - leeway as f64 / 1000.0;
    let has_expired = |token: &str| {
        let exp = Token::read(token).and_then(|token| token.payload.get("exp")?.as_f64());
        exp.is_some_and(|exp| exp <= earliest)
    };
    let in_query = question.parameter(NAME).map(str::to_owned);
    if in_query.as_deref().is_some_and(has_expired) {
        question.drop_parameter(NAME);
        return true;
    }
    if in_query.is_none() && question.cookie(NAME).is_some_and(has_expired) {
        question.set_cookie(NAME, None);
        return true;
    }
    false
}

/// What comes out of a handshake has to be a session token as well.
fn handshake_session_class(question: &mut Question, _: &Mint) -> bool {
    fn is_other(token: &Token) -> bool {
        let category = token.header.get("cat").and_then(Value::as_str);
        let typ = token.header.get("typ").and_then(Value::as_str);
        let subject = token
            .payload
            .get("sub")
            .and_then(Value::as_str)
            .unwrap_or_default();
        !matches!(category, None | Some("cl_B7d4PD111AAA" | "cl_I7d4PD111III"))
            || matches!(typ, Some("at+jwt" | "application/at+jwt"))
            || subject.starts_with("mch_")
            || !token.payload.contains_key("sid")
    }
    without_refused_session(question, is_other)
}

/// What comes out of a handshake has to be readable as well.
fn handshake_damaged_features(question: &mut Question, _: &Mint) -> bool {
    without_refused_session(question, explanations::is_damaged)
}

/// The handshake brings something else than a session token that we refuse.
fn without_refused_session(question: &mut Question, is_refused: fn(&Token) -> bool) -> bool {
    let session = |directives: &Value| {
        let texts = directives.as_array()?.iter().filter_map(Value::as_str);
        let last = texts.rev().find(|text| text.starts_with("__session"))?;
        let (_, value) = last.split(';').next()?.split_once('=')?;
        Token::read(value)
    };
    let directives = |name: &str, value: &str| {
        if name == "__clerk_handshake" {
            return Token::read(value)?.payload.get("handshake").cloned();
        }
        api::script(value)?.get("body")?.get("directives").cloned()
    };
    for name in ["__clerk_handshake_nonce", "__clerk_handshake"] {
        let in_query = question.parameter(name).map(str::to_owned);
        let value = in_query
            .clone()
            .or_else(|| question.cookie(name).map(str::to_owned));
        let Some(value) = value else {
            continue;
        };
        let found = directives(name, &value).and_then(|directives| session(&directives));
        if !found.is_some_and(|token| is_refused(&token)) {
            return false;
        }
        let unusable = json!({ "directives": ["__session=unusable"] });
        let unusable = api::scripted("", 200, &unusable);
        // The exchange still takes place, and what it gives is refused.
        match (in_query, name) {
            (Some(_), "__clerk_handshake") => question.drop_parameter(name),
            (Some(_), _) => question.request.url = question.request.url.replace(&value, &unusable),
            (None, "__clerk_handshake") => question.set_cookie(name, None),
            (None, _) => question.set_cookie(name, Some(&unusable)),
        }
        return true;
    }
    false
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

/// Where the browser is not to be sent to, it is not asked to go.
fn redirect_target(question: &mut Question, _: &Mint) -> bool {
    const NAME: &str = "__clerk_redirect_url";
    let is_own = |target: &str| target.starts_with("http%3A%2F%2Flocalhost%3A");
    let is_asked = question
        .parameter(NAME)
        .is_some_and(|target| !is_own(target));
    let is_primary = question.options.is_satellite != Some(true);
    let key = question.options.publishable_key.as_deref();
    let is_development = key.is_some_and(|key| key.starts_with("pk_test_"));
    let applies = is_asked && is_primary && is_development;
    if applies {
        question.drop_parameter(NAME);
    }
    applies
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
