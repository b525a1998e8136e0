use std::borrow::Cow;

use clerk_auth::HeaderEdits;
use http::{HeaderMap, HeaderName, HeaderValue};
use rocket::{Response, http::Header};

/// Carries out edits in terms of the `http` crate.
pub(crate) fn edit(edits: &HeaderEdits, response: &mut Response<'_>) {
    let replaced = edits.replace.keys().map(HeaderName::as_str);
    for name in edits.remove.iter().copied().chain(replaced) {
        response.remove_header(name);
    }
    append(&edits.replace, response);
    append(&edits.append, response);
}

/// Appends headers of the `http` crate to Rocket's, which are text.
pub(crate) fn append(from: &HeaderMap, to: &mut Response<'_>) {
    for (name, value) in from {
        to.adjoin_header(translated(name, value));
    }
}

pub(crate) fn translated(name: &HeaderName, value: &HeaderValue) -> Header<'static> {
    let value: Cow<'_, str> = String::from_utf8_lossy(value.as_bytes());
    Header::new(name.as_str().to_owned(), value.into_owned())
}
