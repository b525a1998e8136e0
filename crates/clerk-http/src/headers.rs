//! Headers that every request to Clerk has.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

/// The version of Clerk's API this SDK is written for, sent as `Clerk-API-Version`.
pub const API_VERSION: &str = "2026-05-12";

pub(crate) const API_VERSION_HEADER: HeaderName = HeaderName::from_static("clerk-api-version");

/// Shared by all requests, and erased once the last of them is gone.
pub(crate) fn bearer(key: &str) -> Option<HeaderValue> {
    let text = Zeroizing::new(format!("Bearer {key}").into_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}
