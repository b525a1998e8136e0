//! What a request shows, for people and for programs.

use clerk::{
    UnixTime,
    auth::{
        BrowserEvidence, Evidence, HandshakeEvidence, NoRedirect, OrganizationTarget, Place,
        RequestHead, TokenEvidence, TokenType,
    },
};
use serde_json::{Value, json};

use crate::{dates, json::shown, token};

/// One line for each thing that was read: its name, and what it says.
pub(super) fn lines(
    evidence: &Evidence,
    head: &RequestHead<'_>,
    now: UnixTime,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("request", request(evidence, head)),
        ("authorization", authorization(evidence, now)),
    ];
    match &evidence.browser {
        Some(browser) => lines.extend(cookies(browser, now)),
        None => lines.push(("cookies", "cannot be read: no publishable key".to_owned())),
    }
    if evidence.has_dev_browser_parameter {
        lines.push(("dev browser", "handed over in the query".to_owned()));
    }
    if let Some(handshake) = evidence.handshake {
        lines.push(("handshake", brought(handshake).to_owned()));
    }
    if evidence.has_foreign_referrer {
        lines.push(("referrer", "another origin, none of Clerk's".to_owned()));
    }
    if let Some(target) = &evidence.organization_target {
        lines.push(("path of", shown(&organization(target))));
    }
    lines.push(("redirect", redirect(evidence)));
    lines
}

fn request(evidence: &Evidence, head: &RequestHead<'_>) -> String {
    let method = shown(head.method());
    match &evidence.public_url {
        Some(url) => format!("{method} {}", shown(url)),
        None => {
            let path = shown(head.path());
            format!("{method} {path}, of no host: there is neither Host nor a whole URL")
        }
    }
}

fn authorization(evidence: &Evidence, now: UnixTime) -> String {
    match &evidence.header {
        Some(token) => describe(token, now),
        None if evidence.has_other_authorization => {
            "there, but with another scheme than Bearer: not looked at".to_owned()
        }
        None => "none".to_owned(),
    }
}

fn cookies(browser: &BrowserEvidence, now: UnixTime) -> Vec<(&'static str, String)> {
    let names = if browser.uses_suffixed {
        "those with the instance's suffix count"
    } else {
        "those with plain names count"
    };
    let session = browser.session.as_ref();
    let client_uat = match browser.client_uat {
        0 => "signed out".to_owned(),
        at => format!("signed in, {}", dates::shown(UnixTime::from_secs(at), now)),
    };
    vec![
        ("cookies", names.to_owned()),
        (
            "session",
            session.map_or_else(|| "none".to_owned(), |token| describe(token, now)),
        ),
        ("client_uat", client_uat),
        ("dev browser", presence(browser.has_dev_browser).to_owned()),
        ("refresh", presence(browser.has_refresh).to_owned()),
    ]
}

const fn presence(there: bool) -> &'static str {
    if there { "there" } else { "none" }
}

/// What a token says of itself.
fn describe(token: &TokenEvidence, now: UnixTime) -> String {
    let mut text = match (token.machine_type, token.kind) {
        (Some(machine), Err(_)) => return format!("{}, opaque", TokenType::from(machine)),
        (Some(machine), Ok(_)) => TokenType::from(machine).to_string(),
        (None, Ok(kind)) => kind.to_string(),
        (None, Err(why)) => return format!("no token: {why}"),
    };
    let mut add = |what: &str, value: String| {
        text.push_str(", ");
        text.push_str(what);
        text.push(' ');
        text.push_str(&value);
    };
    if let Some(issuer) = &token.issuer {
        add("issued by", shown(issuer));
    }
    if let Some(party) = &token.authorized_party {
        add("for", shown(party));
    }
    if let Some(expiry) = token.expires_at {
        let verb = if expiry <= now { "expired" } else { "expires" };
        add(verb, dates::relative(expiry, now));
    }
    text.push_str(" (not verified)");
    text
}

const fn brought(handshake: HandshakeEvidence) -> &'static str {
    match handshake {
        HandshakeEvidence::Nonce(Place::Query) => "a nonce in the query",
        HandshakeEvidence::Nonce(_) => "a nonce in a cookie",
        HandshakeEvidence::Token(Place::Query) => "a token in the query",
        HandshakeEvidence::Token(_) => "a token in a cookie",
        _ => "there",
    }
}

fn organization(target: &OrganizationTarget) -> String {
    match target {
        OrganizationTarget::Id(name) | OrganizationTarget::Slug(name) => {
            format!("the organization {name}")
        }
        _ => "a personal account".to_owned(),
    }
}

fn redirect(evidence: &Evidence) -> String {
    let why = match evidence.no_redirect {
        Some(NoRedirect::NotGet) => "it is no GET",
        Some(NoRedirect::NoPage) => "no page is loaded, by Sec-Fetch-Dest or else by Accept",
        Some(NoRedirect::TooMany) => "there were three in the last seconds, to no avail",
        Some(_) => "it would be of no use",
        None if evidence.public_url.is_none() => "nobody knows where to come back to",
        None if evidence.redirects > 0 => {
            return format!("possible, after {} in the last seconds", evidence.redirects);
        }
        None => return "possible".to_owned(),
    };
    format!("not possible: {why}")
}

/// The same for programs.
pub(super) fn to_json(evidence: &Evidence) -> Value {
    let browser = evidence.browser.as_ref();
    json!({
        "public_url": evidence.public_url,
        "authorization": evidence.header.as_ref().map(token_to_json),
        "other_authorization": evidence.has_other_authorization,
        "cookies": browser.map(|browser| json!({
            "suffixed": browser.uses_suffixed,
            "session": browser.session.as_ref().map(token_to_json),
            "client_uat": browser.client_uat,
            "dev_browser": browser.has_dev_browser,
            "refresh": browser.has_refresh,
        })),
        "handshake": evidence.handshake.map(brought),
        "dev_browser_parameter": evidence.has_dev_browser_parameter,
        "foreign_referrer": evidence.has_foreign_referrer,
        "path_of": evidence.organization_target.as_ref().map(organization),
        "redirects": evidence.redirects,
        "redirect": redirect(evidence),
    })
}

fn token_to_json(token: &TokenEvidence) -> Value {
    json!({
        "machine_type": token.machine_type.map(|it| TokenType::from(it).as_str()),
        "kind": token.kind.ok().map(token::name),
        "no_jwt": token.kind.err().map(|why| why.to_string()),
        "iss": token.issuer,
        "azp": token.authorized_party,
        "iat": token.issued_at.map(UnixTime::as_secs),
        "exp": token.expires_at.map(UnixTime::as_secs),
    })
}
