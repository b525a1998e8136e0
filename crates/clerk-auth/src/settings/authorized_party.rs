use clerk_core::Pasted;
use clerk_jwt::AuthorizedParties;
use url::Url;

use super::InvalidSettings;
use crate::public_address;

/// Of what is no origin as browsers write it.
pub(super) fn refused(text: &str) -> InvalidSettings {
    // It may be a secret, in the wrong place.
    let other = Pasted::of(text).filter(|_| !text.contains("://"));
    let shown = match other {
        Some(other) => other.to_string(),
        // Passwords and tokens stand there.
        None if text.contains(['@', '?', '#']) => "what is more than an origin".to_owned(),
        None => format!("`{text}`"),
    };
    InvalidSettings::AuthorizedParty {
        shown,
        instead: browsers_origin(text),
    }
}

/// What browsers make of an address, in whose words tokens name them.
fn browsers_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = public_address::origin(&url)?.ascii_serialization();
    let is_one = AuthorizedParties::require([origin.as_str()])
        .first_without_origin()
        .is_none();
    is_one.then_some(origin)
}
