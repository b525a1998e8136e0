//! Parameters that Clerk's frontends, sign-in pages and handshakes put into a page's address.

use url::Url;

/// What those that requests are asked for begin with.
pub(crate) const PREFIX: &str = "__clerk_";
pub(crate) const SYNCED: &str = "__clerk_synced";
pub(crate) const REDIRECT_URL: &str = "__clerk_redirect_url";
pub(crate) const DEV_BROWSER: &str = "__clerk_db_jwt";
pub(crate) const HANDSHAKE: &str = "__clerk_handshake";
pub(crate) const HANDSHAKE_NONCE: &str = "__clerk_handshake_nonce";
pub(crate) const HELP: &str = "__clerk_help";
pub(crate) const LEGACY_DEV_SESSION: &str = "__dev_session";

/// Takes parameters out of the query, and the query away if none is left.
pub(crate) fn remove(url: &mut Url, names: &[&str]) {
    if url.query().is_none() {
        return;
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !names.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parameter_that_is_asked_for_is_taken_for_nobodys() {
        for name in [
            SYNCED,
            REDIRECT_URL,
            DEV_BROWSER,
            HANDSHAKE,
            HANDSHAKE_NONCE,
            HELP,
        ] {
            assert!(name.starts_with(PREFIX), "{name}");
        }
    }
}
