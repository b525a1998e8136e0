use http::{StatusCode, header};
use serde_json::json;

use crate::answer::Reply;

/// An error as RFC 6749 §5.2 has it, which is not as Clerk's own are.
pub(super) fn error(status: StatusCode, code: &str, description: &str) -> Reply {
    let body = json!({ "error": code, "error_description": description });
    Reply::with(status, body).header(header::CACHE_CONTROL, "no-store")
}

pub(super) fn bad_request(code: &str, description: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, code, description)
}

/// Who asks is not an application of this instance's.
pub(super) fn invalid_client() -> Reply {
    let description = "There is no such application, or this is not its secret.";
    error(StatusCode::UNAUTHORIZED, "invalid_client", description)
        .header(header::WWW_AUTHENTICATE, "Basic realm=\"oauth\"")
}

/// What was shown is no access token (RFC 6750 §3.1).
pub(super) fn invalid_token() -> Reply {
    let description = "The access token is unknown, was revoked, or has expired.";
    error(StatusCode::UNAUTHORIZED, "invalid_token", description)
        .header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}
