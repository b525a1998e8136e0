//! What a developer sees of a decision in the browser's network view.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::AuthReason;

pub(crate) const AUTH_STATUS: HeaderName = HeaderName::from_static("x-clerk-auth-status");
pub(crate) const AUTH_REASON: HeaderName = HeaderName::from_static("x-clerk-auth-reason");
pub(crate) const AUTH_MESSAGE: HeaderName = HeaderName::from_static("x-clerk-auth-message");

/// Adds the headers that tell a developer in the browser's network view what happened.
pub(crate) fn describe(headers: &mut HeaderMap, status: &str, reason: &AuthReason, message: &str) {
    let mut put = |name: HeaderName, value: &str| {
        if value.is_empty() {
            return;
        }
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(AUTH_STATUS, status);
    put(AUTH_REASON, &reason.as_str());
    put(AUTH_MESSAGE, message);
}
