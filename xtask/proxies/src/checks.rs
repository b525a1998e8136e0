//! What holds behind every proxy that has the guide's lines.

use crate::{
    application::TOKEN_SIZES,
    curl,
    network::Protocol,
    visit::{Outcome, Visit},
};

pub(crate) type Check = Box<dyn Fn(&Visit<'_>) -> Outcome>;

/// What somebody claims who is no proxy.
pub(crate) const FORGED: [(&str, &str); 8] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "666"),
    ("x-forwarded-for", "203.0.113.66"),
    ("x-real-ip", "203.0.113.66"),
    ("cf-connecting-ip", "203.0.113.66"),
    ("forwarded", "for=203.0.113.66;host=evil.example;proto=http"),
    ("x-forwarded-prefix", "/evil.example"),
];

/// The names of the checks say what holds.
pub(crate) fn all() -> Vec<(String, Check)> {
    let mut checks: Vec<(String, Check)> = Vec::new();
    for protocol in Protocol::ALL {
        let named = |what: &str| format!("over {}, {what}", protocol.name());
        for size in TOKEN_SIZES {
            checks.push((
                named(&format!("people sign in with tokens of {size} bytes")),
                Box::new(move |visit| visit.sign_in(protocol, size)),
            ));
        }
        checks.push((
            named("a forged host leads nobody astray"),
            Box::new(move |visit| {
                let page = visit.origin() + "/me";
                visit.leads_back(protocol, "/me", &FORGED, &page)
            }),
        ));
        checks.push((
            named("nothing that clients claim reaches the application"),
            Box::new(move |visit| nothing_forged(visit, protocol)),
        ));
        checks.push((
            named("connections to the application are kept"),
            Box::new(move |visit| visit.keeps_connections(protocol)),
        ));
    }
    checks.push((
        "no client has the proxy's own headers taken for the connection's".to_owned(),
        Box::new(|visit| {
            let connection = ("connection", "x-forwarded-host, x-forwarded-proto, host");
            let page = visit.origin() + "/me";
            visit.leads_back(Protocol::Http1, "/me", &[connection], &page)
        }),
    ));
    checks
}

/// Needs curl.
pub(crate) fn of_commands() -> (String, Check) {
    let name = "the guide's commands show where sign-ins lead back to";
    (name.to_owned(), Box::new(curl::tells_the_same))
}

fn nothing_forged(visit: &Visit<'_>, protocol: Protocol) -> Outcome {
    let seen = visit.seen(protocol, &FORGED)?;
    for forged in ["evil.example", "666", "203.0.113.66"] {
        if seen.contains(forged) {
            return Err(format!("the application gets `{forged}`:\n{seen}"));
        }
    }
    for line in ["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: https"] {
        if seen.lines().filter(|seen| *seen == line).count() != 1 {
            return Err(format!("the application should get `{line}` once:\n{seen}"));
        }
    }
    Ok(())
}
