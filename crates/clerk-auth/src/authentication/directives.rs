use http::{HeaderMap, header::SET_COOKIE};

use super::decision::sensitive;

/// What directives say of the session.
pub(super) enum Session {
    /// Nothing, or that there is none.
    None,
    /// Its token, of which nothing is verified.
    Token(String),
    /// Something that cannot be read.
    Damaged,
}

/// Hands on what Clerk wants set, and gives the session token among it, if there is one.
///
/// Cookies that are not Clerk's are dropped: who gets a handshake signed must not come to set the
/// application's own.
pub(super) fn apply(directives: &[String], headers: &mut HeaderMap) -> Session {
    let mut session = Session::None;
    for directive in directives {
        if !is_clerks(directive.trim()) {
            continue;
        }
        if is_named(directive, "__session") {
            session = match value(directive) {
                Some("") => Session::None,
                Some(token) => Session::Token(token.to_owned()),
                None => Session::Damaged,
            };
        }
        if let Some(value) = sensitive(directive.trim()) {
            headers.append(SET_COOKIE, value);
        }
    }
    session
}

fn is_clerks(directive: &str) -> bool {
    ["__session", "__client", "__clerk", "__refresh"]
        .iter()
        .any(|name| is_named(directive, name))
}

/// Whether the cookie has this name, or one that continues it: `__session_…`, not `__session2`.
fn is_named(directive: &str, name: &str) -> bool {
    let rest = directive.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', '_', ';']))
}

fn value(directive: &str) -> Option<&str> {
    let pair = directive.split(';').next()?;
    pair.split('=').nth(1)
}
