use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_core::UnixTime;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    claims::TEMPLATE_CATEGORY,
    cookies::{CookieScope, Cookies},
    directory::{Client, Key},
    key_ring::KeyRing,
    refusal::Refusal,
    route::Handled,
    state::State,
};

pub(super) const HANDLERS: &[Handled] = &[("RefreshSession", refresh)];

/// A new token for who has an old one of the session and the refresh token of its browser.
fn refresh(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let expired_token = input.required_text("expired_token")?;
    let refresh_token = input.required_text("refresh_token")?;
    let origin = input.required_text("request_origin")?;
    let format = input.text("format")?;
    input.ignore("request_headers");
    input.ignore("request_originating_ip");
    input.finish()?;
    let as_cookies = match format.as_deref() {
        Some("cookie") => true,
        None | Some("token") => false,
        Some(_) => {
            return Err(Refusal::form_param_value_invalid(
                "format",
                "token or cookie",
            ));
        }
    };
    let suffixed = call.query.flag("suffixed_cookies")?.unwrap_or(false);
    let client = renewable(call, &expired_token, &refresh_token, &origin)?.clone();
    let spend = |client: &mut Client| client.spent.push(expired_token);
    call.state.directory.clients.update(&client.id, spend);
    let cookies = Cookies::issue(call.settings, call.state, (&client, &origin), call.now);
    let scope = CookieScope::new(call.settings, None, suffixed);
    let directives = cookies.session_directives(&scope, call.state.clock.outside_now());
    Ok(Reply::ok(match as_cookies {
        true => json!({ "object": "cookies", "cookies": directives }),
        false => json!({ "object": "token", "jwt": cookies.session_token() }),
    }))
}

/// The browser whose session token is to be renewed, if it is one that can be.
fn renewable<'c>(
    call: &'c Call<'_>,
    expired_token: &str,
    refresh_token: &str,
    origin: &str,
) -> Result<&'c Client, Refusal> {
    let refused = |code, why| Err(Refusal::unauthorized(code, why));
    let session_id = call.path.get("session_id");
    let State {
        keys, directory, ..
    } = &*call.state;
    let signed = Some(expired_token).filter(|token| keys.has_signed(token));
    let Some(claims) = signed.and_then(|token| part(token, 1)) else {
        let why = "expired_token is no token of this instance.";
        return refused("expired_session_token_invalid", why);
    };
    let ineligible = "expired_token is no token that is renewed, or the browser has a newer one.";
    let ineligible = || refused("session_refresh_session_token_ineligible", ineligible);
    if is_of_a_template(expired_token) {
        return ineligible();
    }
    let Some(client) = directory.clients.by(Key::Refresh, refresh_token).next() else {
        let why = "No browser has this refresh token.";
        return refused("refresh_token_not_found", why);
    };
    if claims["sid"] != session_id || client.session_id.as_deref() != Some(session_id) {
        let why = "Token, refresh token and path are not all of one session.";
        return refused("refresh_sid_mismatch", why);
    }
    let Some(party) = claims["azp"].as_str() else {
        let why = "expired_token has no azp.";
        return refused("expired_session_token_missing_azp", why);
    };
    if party != origin {
        let why = "expired_token is not for the origin of this request.";
        return refused("refresh_request_origin_azp_mismatch", why);
    }
    if directory.active_session(client, call.now).is_none() {
        let why = "The session has ended.";
        return refused("session_refresh_inactive_session", why);
    }
    if client.spent.iter().any(|spent| spent == expired_token) {
        let why = "Another token was given for expired_token already.";
        return refused("session_refresh_expired_session_token_consumed", why);
    }
    let issued_at = claims["iat"].as_i64();
    let is_older = |renewed: UnixTime| issued_at.is_some_and(|at| at < renewed.as_secs());
    if client.renewed_at.is_some_and(is_older) {
        return ineligible();
    }
    Ok(client)
}

/// The id of the session that a session token of this instance is of, whether it has expired or not.
pub(super) fn session_of(keys: &KeyRing, token: &str) -> Option<String> {
    let token = Some(token).filter(|token| keys.has_signed(token) && !is_of_a_template(token))?;
    part(token, 1)?["sid"].as_str().map(str::to_owned)
}

/// Such tokens are for others than the application itself, and no browser keeps them.
fn is_of_a_template(token: &str) -> bool {
    part(token, 0).is_some_and(|header| header["cat"] == TEMPLATE_CATEGORY)
}

fn part(token: &str, index: usize) -> Option<Value> {
    let part = token.split('.').nth(index)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
