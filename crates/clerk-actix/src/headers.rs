use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use clerk_auth::HeaderEdits;

/// Carries out edits in terms of the `http` crate's version 1.
pub(crate) fn edit(edits: &HeaderEdits, headers: &mut HeaderMap) {
    for name in edits.remove {
        headers.remove(*name);
    }
    for name in edits.replace.keys() {
        headers.remove(name.as_str());
    }
    append(&edits.replace, headers);
    append(&edits.append, headers);
}

/// Appends headers of the `http` crate's version 1 to actix-web's, which are of version 0.2.
pub(crate) fn append(from: &http::HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        // Both versions allow the same names and values.
        if let (Ok(name), Ok(value)) = (name, value) {
            to.append(name, value);
        }
    }
}
