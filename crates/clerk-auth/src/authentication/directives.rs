use http::{HeaderMap, header::SET_COOKIE};

use super::flow::sensitive;

/// Hands on what Clerk wants set, and gives the session token among it, if there is one.
///
/// Cookies that are not Clerk's are dropped: who gets a handshake signed must not come to set the
/// application's own.
pub(super) fn apply(directives: &[String], headers: &mut HeaderMap) -> Option<String> {
    let mut session = None;
    for directive in directives {
        if !is_clerks(directive.trim()) {
            continue;
        }
        if is_named(directive, "__session") {
            session = value(directive);
        }
        if let Some(value) = sensitive(directive.trim()) {
            headers.append(SET_COOKIE, value);
        }
    }
    session.filter(|token| !token.is_empty()).map(str::to_owned)
}

fn is_clerks(directive: &str) -> bool {
    ["__session", "__client", "__clerk", "__refresh"]
        .iter()
        .any(|name| is_named(directive, name))
}

/// Whether the cookie has this name, or one that continues it: `__session_…`, not `__session2`.
fn is_named(directive: &str, name: &str) -> bool {
    let rest = directive.strip_prefix(name);
    rest.is_some_and(|rest| rest.starts_with(['=', '_']))
}

fn value(directive: &str) -> Option<&str> {
    let pair = directive.split(';').next()?;
    pair.split('=').nth(1)
}
