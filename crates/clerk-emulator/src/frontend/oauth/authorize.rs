use std::time::Duration;

use http::StatusCode;
use url::{Host, Url, form_urlencoded::Serializer};

use super::errors::bad_request;
use crate::{
    answer::Reply,
    call::Call,
    directory::{Key, OAuthApplication, OAuthCode},
    refusal::Refusal,
};

/// How long an application has to exchange a code.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// What an application may say when it sends a browser here.
const PARAMETERS: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "prompt",
    "code_challenge",
    "code_challenge_method",
];

/// Sends the browser back to the application with a code, by way of the sign-in page if need be.
pub(super) fn authorize(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let client_id = call.query.get("client_id").unwrap_or_default();
    let applications = &call.state.directory.oauth_applications;
    let application = applications.by(Key::Client, client_id).next().cloned();
    let Some(application) = application else {
        return Ok(bad_request("invalid_client", "There is no such client_id."));
    };
    // Nobody is sent anywhere else than where the application said that it is (RFC 9700 §4.1.3).
    let Some(redirect_uri) = redirect_uri(call, &application) else {
        let description = "redirect_uri has to be one of the application's, to the letter but for the port on a loopback address.";
        return Ok(bad_request("invalid_request", description));
    };
    if let Err((code, description)) = check(call, &application) {
        let answer = [("error", code), ("error_description", description)];
        return Ok(back(call, &redirect_uri, &answer));
    }
    let user_id = signed_in(call);
    let prompt = call.query.get("prompt").unwrap_or_default();
    let user_id = match user_id {
        Some(user_id) => user_id,
        None if prompt == "none" => {
            let answer = [("error", "login_required")];
            return Ok(back(call, &redirect_uri, &answer));
        }
        None => return Ok(to_sign_in(call)),
    };
    let code = OAuthCode {
        code: call.state.ids.object("oac_"),
        client_id: application.client_id.clone(),
        user_id,
        redirect_uri: redirect_uri.clone(),
        scopes: scopes(call, &application),
        challenge: call.query.get("code_challenge").map(str::to_owned),
        nonce: call.query.get("nonce").map(str::to_owned),
        expires_at: call.now.saturating_add(CODE_LIFETIME),
    };
    let reply = back(call, &redirect_uri, &[("code", &code.code)]);
    call.state.directory.oauth_codes.put(code);
    Ok(reply)
}

/// Where the application has the browser back.
fn redirect_uri(call: &Call<'_>, application: &OAuthApplication) -> Option<String> {
    let known = &application.redirect_uris;
    match call.query.get("redirect_uri") {
        Some(uri) => known
            .iter()
            .any(|known| known == uri || differ_in_port(known, uri))
            .then(|| uri.to_owned()),
        None => known.first().filter(|_| known.len() == 1).cloned(),
    }
}

/// Whether both are of this machine and the same but for the port: a program gets one from the operating system as
/// it starts (RFC 8252 §7.3).
fn differ_in_port(known: &str, given: &str) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        let is_loopback = match url.host()? {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(_) => false,
        };
        let is_program = is_loopback && url.scheme() == "http";
        url.set_port(None).ok().filter(|()| is_program)?;
        Some(url)
    };
    without_port(known).is_some_and(|known| without_port(given) == Some(known))
}

/// Refuses what the application may be told of.
fn check(
    call: &Call<'_>,
    application: &OAuthApplication,
) -> Result<(), (&'static str, &'static str)> {
    let query = &call.query;
    if query.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type has to be code."));
    }
    let scopes = query.get("scope").unwrap_or_default();
    if !scopes
        .split_whitespace()
        .all(|scope| application.allows(scope))
    {
        return Err((
            "invalid_scope",
            "The application may not ask for all of these.",
        ));
    }
    match (
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    ) {
        (None, _) if application.pkce_required => {
            Err(("invalid_request", "code_challenge is missing."))
        }
        (Some(_), method) if method != Some("S256") => {
            Err(("invalid_request", "code_challenge_method has to be S256."))
        }
        _ => Ok(()),
    }
}

/// What was asked for; without that, all that the application may have.
fn scopes(call: &Call<'_>, application: &OAuthApplication) -> Vec<String> {
    let asked_for = call.query.get("scope").unwrap_or(&application.scopes);
    asked_for.split_whitespace().map(str::to_owned).collect()
}

/// Who is signed in in this browser.
fn signed_in(call: &Call<'_>) -> Option<String> {
    let directory = &call.state.directory;
    let client = directory.client(call.cookie("__client")?)?;
    let session = directory.active_session(client, call.now)?;
    Some(session.user_id.clone())
}

fn back(call: &Call<'_>, redirect_uri: &str, answer: &[(&str, &str)]) -> Reply {
    let Ok(mut url) = Url::parse(redirect_uri) else {
        return bad_request("invalid_request", "redirect_uri is no URL.");
    };
    url.query_pairs_mut()
        .extend_pairs(answer)
        .extend_pairs(call.query.get("state").map(|state| ("state", state)))
        // Who answers (RFC 9207).
        .append_pair("iss", &call.settings.issuer);
    Reply::redirect(StatusCode::FOUND, url.as_str())
}

/// By the page on which one picks whom to sign in as, and back here.
fn to_sign_in(call: &Call<'_>) -> Reply {
    let origin = &call.settings.origin;
    let mut asked = Serializer::new(String::new());
    for name in PARAMETERS {
        asked.extend_pairs(call.query.get(name).map(|value| (name, value)));
    }
    let here = format!("{origin}/oauth/authorize?{}", asked.finish());
    let query = Serializer::new(String::new())
        .append_pair("redirect_url", &here)
        .finish();
    Reply::redirect(StatusCode::FOUND, &format!("{origin}/sign-in?{query}"))
}
