//! Versions of the Backend API: dates. Which of them Clerk still knows is its own business.

use http::{HeaderMap, HeaderName, request::Parts};

use crate::{description::Access, refusal::Refusal, route::Route};

/// In requests, the version that is asked for; in answers, the one that was served.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("clerk-api-version");

/// The version that is asked for.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<String> {
    let version = headers.get(HEADER)?.to_str().ok()?;
    Some(version.to_owned())
}

/// Refuses what is no date.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(HEADER) {
        Some(version) if !is_date(version.as_bytes()) => Err(Refusal::api_version_invalid()),
        _ => Ok(()),
    }
}

/// What the Backend API says of every answer of its own, refusals too: the version that was asked for,
/// or else the newest. Without a route, the place is one `of_browsers` or of nobody.
pub(crate) fn served(route: Option<&Route>, of_browsers: bool, parts: &Parts) -> Option<String> {
    let is_backend = match route {
        Some(route) => matches!(route.access, Access::SecretKey | Access::Machine),
        None => !of_browsers,
    };
    let asked_for = asked_for(&parts.headers);
    let version = asked_for.filter(|version| is_date(version.as_bytes()));
    is_backend.then(|| version.unwrap_or_else(|| clerk_http::API_VERSION.to_owned()))
}

fn is_date(version: &[u8]) -> bool {
    let mut bytes = version.iter().enumerate();
    version.len() == 10
        && bytes.all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
