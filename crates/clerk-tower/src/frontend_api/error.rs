use clerk_http::TransportErrorKind;
use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::json;

use super::methods::METHODS;

/// Why a request was not passed on, or not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The method is none of [`Proxy::METHODS`](super::Proxy::METHODS).
    #[error("the Frontend API is not called with this method")]
    Method,
    /// The request is for another path; the proxy is mounted elsewhere than its settings say.
    #[error("the path is not under {0}; mount the proxy there, or set its path")]
    Path(String),
    /// The request does not say under which origin the browser knows the application.
    #[error("the request names no host")]
    Origin,
    /// The target would be another host than the Frontend API.
    #[error("the target is not the Frontend API")]
    Target,
    /// The request's body is larger than [`ProxyService`](super::ProxyService) reads.
    #[error("the request's body is too large")]
    TooLarge,
    /// The request's body did not come to its end.
    #[error("the request's body could not be read")]
    Body,
    /// The request's body did not come to its end in time.
    #[error("the request's body took too long")]
    BodyTimeout,
    /// The Frontend API could not be asked.
    #[error("the Frontend API could not be reached")]
    Unreachable(TransportErrorKind),
}

impl ProxyError {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Path(_) | Self::Origin | Self::Target | Self::Body => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Unreachable(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// Clerk's name for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Path(_) => "proxy_path_mismatch",
            _ => "proxy_request_failed",
        }
    }

    /// The answer, in the shape of Clerk's own errors.
    pub fn into_response<B: From<String>>(self) -> Response<B> {
        let error = json!({ "code": self.code(), "message": self.to_string() });
        let mut response = Response::new(B::from(json!({ "errors": [error] }).to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self == Self::Method {
            let methods = METHODS.map(|method| method.to_string()).join(", ");
            if let Ok(methods) = HeaderValue::from_str(&methods) {
                headers.insert(ALLOW, methods);
            }
        }
        response
    }
}

/// Why a [`Proxy`](super::Proxy) cannot be set up like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidProxy {
    /// The path is not one, or is the whole application.
    #[error("the proxy's path has to be an absolute one below the root, such as /__clerk")]
    Path,
    /// The Frontend API's URL is not one that can be called.
    #[error(
        "the Frontend API's URL has to be https:// (or http:// on this machine) with a host, \
         without credentials, query or fragment"
    )]
    Url,
}
