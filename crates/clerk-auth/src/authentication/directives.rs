use http::{HeaderMap, header::SET_COOKIE};

use super::flow::sensitive;

/// Hands on what Clerk wants set, and gives the session token among it, if there is one.
///
/// Cookies that are not Clerk's are dropped: who gets a handshake signed must not come to set the
/// application's own.
pub(super) fn apply(directives: &[String], headers: &mut HeaderMap) -> Option<String> {
    let mut session = None;
    for directive in directives {
        if !is_clerks(directive) {
            continue;
        }
        if directive.starts_with("__session") {
            session = value(directive);
        }
        if let Some(value) = sensitive(directive) {
            headers.append(SET_COOKIE, value);
        }
    }
    session.filter(|token| !token.is_empty()).map(str::to_owned)
}

fn is_clerks(directive: &str) -> bool {
    ["__session", "__client", "__clerk", "__refresh"]
        .iter()
        .any(|prefix| directive.starts_with(prefix))
}

fn value(directive: &str) -> Option<&str> {
    let pair = directive.split(';').next()?;
    pair.split('=').nth(1)
}
