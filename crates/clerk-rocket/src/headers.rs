use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use rocket::{Response, http::Header};

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
