//! The cookie path: which cookies are read, and what follows from them.

use crate::authenticate::{
    draft::Draft,
    instance::Instance,
    token::{Mint, NOW, STATES, SUBJECTS, Token},
};

/// Session cookies that the choice between the two forms goes by.
const SESSIONS: [&str; 9] = [
    "",
    "good",
    "older",
    "expired",
    "elsewhere",
    "a number for the issuer",
    "zero for the issuer",
    "no issuer",
    "garbage",
];
const UATS: [&str; 4] = ["", "0", "1799999000", "odd"];

/// What an application is: `""` is one of its own.
pub(super) const ROLES: [&str; 3] = ["", "satellite", "proxied satellite"];

pub(super) fn take(role: &'static str, draft: &mut Draft) {
    match role {
        "satellite" => draft.satellite(),
        "proxied satellite" => draft.proxied_satellite(),
        _ => {}
    }
    draft.tell(role);
}

pub(super) fn all(mint: &Mint, drafts: &mut Vec<Draft>) {
    for instance in Instance::BOTH {
        forms(instance, mint, drafts);
        decisions(instance, mint, drafts);
        states(instance, mint, drafts);
        counters(instance, mint, drafts);
    }
}

/// All combinations of both forms of both cookies.
fn forms(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    for plain in SESSIONS {
        for suffixed in &SESSIONS[..5] {
            for plain_uat in UATS {
                for suffixed_uat in &UATS[..3] {
                    let mut draft = Draft::navigation(instance);
                    draft.browser();
                    if let Some(token) = session(instance, plain, "user_plain", mint) {
                        draft.plain("__session", &token);
                    }
                    if let Some(token) = session(instance, suffixed, "user_suffixed", mint) {
                        draft.suffixed("__session", &token);
                    }
                    if !plain_uat.is_empty() {
                        draft.plain("__client_uat", plain_uat);
                    }
                    if !suffixed_uat.is_empty() {
                        draft.suffixed("__client_uat", suffixed_uat);
                    }
                    for (part, value) in [
                        ("plain", plain),
                        ("suffixed", *suffixed),
                        ("uat", plain_uat),
                        ("suffixed uat", *suffixed_uat),
                    ] {
                        draft.tell(part);
                        draft.tell(value);
                    }
                    drafts.push(draft);
                }
            }
        }
    }
}

fn session(instance: Instance, kind: &str, subject: &str, mint: &Mint) -> Option<String> {
    let token = Token::session(instance).with(|token| token.claim("sub", subject));
    let change: fn(&mut Token) = match kind {
        "" => return None,
        "garbage" => return Some("garbage".to_owned()),
        "older" => |token| token.claim("iat", NOW - 40),
        "expired" => |token| {
            token.claim("iat", NOW - 90);
            token.claim("exp", NOW - 30);
        },
        "elsewhere" => |token| token.claim("iss", "https://clerk.elsewhere.example"),
        "a number for the issuer" => |token| token.claim("iss", 5),
        "zero for the issuer" => |token| token.claim("iss", 0),
        "no issuer" => |token| token.without("iss"),
        _ => |_| {},
    };
    Some(token.with(change).sign(mint))
}

/// All rows of the decision that need no look into the token.
fn decisions(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    const SYNCED: [&str; 4] = [
        "",
        "__clerk_synced=false",
        "__clerk_synced=true",
        "__clerk_synced=1",
    ];
    const DESTINATIONS: [(&str, &str); 6] = [
        ("GET", "document"),
        ("GET", "iframe"),
        ("GET", "empty"),
        ("GET", ""),
        ("POST", "document"),
        ("HEAD", "document"),
    ];
    for role in ROLES {
        for synced in SYNCED {
            for cookies in [
                "none",
                "uat",
                "token",
                "both",
                "browser",
                "both and browser",
            ] {
                for (method, destination) in DESTINATIONS {
                    let mut draft = Draft::navigation(instance);
                    take(role, &mut draft);
                    draft.method = method;
                    if destination.is_empty() {
                        draft.drop_header("sec-fetch-dest");
                        draft.header("accept", "text/html,application/xhtml+xml");
                    } else {
                        draft.headers[0].1 = destination.to_owned();
                    }
                    if !synced.is_empty() {
                        draft.ask(synced);
                    }
                    if cookies.ends_with("browser") {
                        draft.browser();
                    }
                    if cookies == "token" || cookies.starts_with("both") {
                        draft.session(&Token::session(instance).sign(mint));
                    }
                    if cookies == "uat" || cookies.starts_with("both") {
                        draft.client_uat("1799999000");
                    }
                    draft.tell(cookies);
                    draft.tell(destination);
                    draft.tell(synced);
                    if !role.is_empty() {
                        let mut draft = draft.clone();
                        draft.options.satellite_auto_sync = Some(true);
                        draft.tell("auto sync");
                        drafts.push(draft);
                    }
                    drafts.push(draft);
                }
            }
        }
    }
}

/// Every state and subject of a session token, with a refresh token and without.
fn states(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    for (name, change) in STATES.iter().chain(SUBJECTS) {
        let token = Token::session(instance).with(change).sign(mint);
        for (method, destination) in [("GET", "document"), ("GET", "empty"), ("POST", "document")] {
            let mut draft = Draft::navigation(instance);
            draft.method = method;
            draft.headers[0].1 = destination.to_owned();
            draft.browser();
            draft.session(&token);
            draft.client_uat("1799999000");
            draft.tell(name);
            for keys_from_api in [false, true] {
                let mut draft = draft.clone();
                if keys_from_api {
                    draft.keys_from_api();
                }
                drafts.push(draft.clone());
                draft.options.authorized_parties = Some(vec!["https://example.com"].into());
                draft.treat_pending_as_signed_out = Some(false);
                drafts.push(draft);
            }
        }
        let mut draft = Draft::call(instance, &token);
        draft.tell(name);
        draft.tell("header");
        drafts.push(draft.clone());
        draft.header("sec-fetch-dest", "document");
        draft.options.clock_skew_ms = Some(0);
        draft.treat_pending_as_signed_out = Some(false);
        drafts.push(draft);
    }
}

/// How often the browser has been sent away already.
fn counters(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    const KINDS: [&str; 7] = [
        "expired",
        "none",
        "referrer",
        "organization",
        "satellite",
        "primary",
        "browser",
    ];
    for count in ["0", "1", "2", "3"] {
        for kind in KINDS {
            let mut draft = Draft::visit(instance, mint);
            match kind {
                "expired" => {
                    let token = session(instance, "expired", "user_1", mint);
                    draft.forget("__session");
                    draft.session(&token.unwrap_or_default());
                }
                "none" => draft.forget("__session"),
                "referrer" => draft.header("referer", "https://other.example.org/"),
                "satellite" => {
                    draft.satellite();
                    draft.ask("__clerk_synced=false");
                }
                "primary" => draft.ask("__clerk_redirect_url=http%3A%2F%2Flocalhost%3A3001"),
                "browser" => draft.ask("__clerk_db_jwt=dvb_query"),
                _ => {
                    draft.path = "/orgs/other".to_owned();
                    draft.organizations(&["/orgs/:slug"], &[]);
                }
            }
            draft.plain("__clerk_redirect_count", count);
            draft.tell(kind);
            draft.tell("redirect count");
            drafts.push(draft);
        }
    }
}
