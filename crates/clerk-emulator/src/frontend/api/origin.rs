//! Which pages the Frontend API is there for, and what their browsers are told of that (CORS).

use http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use url::Url;

use super::errors;
use crate::{
    answer::Reply, call::Call, frontend::return_url::ReturnUrl, refusal::Refusal, state::Settings,
};

/// What a browser is told that asks before it sends what no form could.
pub(crate) fn preflight(settings: &Settings, parts: &Parts) -> Option<Reply> {
    let asks = parts.method == Method::OPTIONS
        && parts.uri.path().starts_with("/v1/")
        && parts
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || admit(settings, &parts.headers).is_err() {
        return None;
    }
    let reply = Reply::no_content()
        .header(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET, POST, PUT, PATCH, DELETE",
        )
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type")
        .header(header::ACCESS_CONTROL_MAX_AGE, "600");
    Some(reply.fields(share(settings, &parts.headers)))
}

/// Refuses what a page from elsewhere has its browser send: it would act as whoever is signed in there.
/// Programs say no origin, and browsers none where a page only reads what it cannot see.
pub(crate) fn admit(settings: &Settings, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match origins.find(|origin| !is_allowed(settings, origin)) {
        None => Ok(()),
        Some(_) => Err(errors::origin_invalid()),
    }
}

fn is_allowed(settings: &Settings, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    settings.hosts.knows_origin(origin) || ReturnUrl::read(origin, settings).is_ok()
}

/// What lets the page that has asked read the answer.
pub(crate) fn share(settings: &Settings, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let fixed = |name, value| (name, HeaderValue::from_static(value));
    let mut fields = vec![
        fixed(header::VARY, "Origin"),
        fixed(header::CACHE_CONTROL, "no-store"),
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let origin = headers.get(header::ORIGIN);
    if let Some(origin) = origin.filter(|origin| is_allowed(settings, origin)) {
        fields.extend([
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
            fixed(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            fixed(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                "clerk-trace-id, retry-after",
            ),
        ]);
    }
    fields
}

/// The origin of the page that asks, which its tokens are for. Browsers do not name it where it is
/// that of the proxy that they ask; there the page's address does.
pub(super) fn of(call: &Call<'_>) -> Option<String> {
    let named = call.headers.get(header::ORIGIN);
    let named = named.or_else(|| call.headers.get(header::REFERER))?;
    let url = Url::parse(named.to_str().ok()?).ok()?;
    let origin = url.origin().ascii_serialization();
    let value = HeaderValue::from_str(&origin).ok()?;
    is_allowed(call.settings, &value).then_some(origin)
}
