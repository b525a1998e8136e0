use std::{fmt, time::Duration};

use clerk_jwt::Fault;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::json;

use crate::{
    AuthReason, Denied, Error, InvalidRedirect, TokenType, auth_headers, events,
    resource_metadata::ResourceMetadata,
};

/// The response to a request that may not go on, the same in every framework.
///
/// | status | when |
/// |---|---|
/// | 401 | nobody is signed in, or with a token of a type that is not accepted here |
/// | 403 | whoever is signed in may not do this, or not from the page that sent it |
/// | 405 | signing out takes a `POST` |
/// | 503 | Clerk could not be asked who it is |
/// | 500 | this service is set up wrongly |
///
/// With 503 goes `Retry-After`, where Clerk has asked for it. With 401 and 403 goes a challenge
/// (RFC 6750 §3), which names the
/// [resource's metadata](crate::Builder::resource_metadata), where there are any.
///
/// The body is JSON in the shape of Clerk's own errors: `{"errors":[{"code":…,"message":…}]}`.
#[derive(Clone, Debug)]
pub struct Rejection(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

/// A challenge (RFC 6750 §3) to who sent no credentials names no error.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");
const INVALID_TOKEN: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");
const INSUFFICIENT_SCOPE: HeaderValue =
    HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
const LAYER_MISSING: HeaderValue = HeaderValue::from_static("layer-missing");

impl Rejection {
    /// Nobody is signed in, for this reason: 401, or 403 for a page that may not act for who is.
    pub fn signed_out(reason: &AuthReason) -> Self {
        if *reason == AuthReason::OriginNotAllowed {
            // No other credentials would help: the page may not use the ones that there are.
            let message = "The page that sent the request may not act for whoever is signed in";
            let status = StatusCode::FORBIDDEN;
            return Self::new(status, "origin_not_allowed", message).because(reason);
        }
        let challenge = if reason.is_absence() {
            CHALLENGE
        } else {
            INVALID_TOKEN
        };
        let (code, message) = match reason {
            AuthReason::SessionPending => (
                "session_pending",
                "You have signed in, and have something left to do first, such as choosing an \
                 organization",
            ),
            _ => (
                "authentication_invalid",
                "The request is not authenticated: sign in, or send a valid token",
            ),
        };
        let mut rejection = Self::new(StatusCode::UNAUTHORIZED, code, message);
        rejection.0.headers.insert(WWW_AUTHENTICATE, challenge);
        if *reason == AuthReason::SessionPending {
            rejection.explain(events::PENDING);
        }
        rejection.because(reason)
    }

    /// Somebody is signed in, with a token of another type than the handler asks for.
    pub fn wrong_token(wanted: &[TokenType]) -> Self {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|token_type| token_type.as_str())
            .collect();
        let message = format!("The request needs a token of type {}", wanted.join(" or "));
        let status = StatusCode::UNAUTHORIZED;
        let mut rejection = Self::new(status, "authentication_invalid", &message);
        rejection.0.headers.insert(WWW_AUTHENTICATE, INVALID_TOKEN);
        rejection.because(&AuthReason::TokenTypeMismatch)
    }

    /// Whoever is signed in may not do this: 403; 401, as of [`signed_out`](Self::signed_out), where
    /// that is nobody, or not wholly yet.
    pub fn denied(denied: &Denied) -> Self {
        match denied {
            Denied::SignedOut => return Self::signed_out(&AuthReason::SessionTokenAndUatMissing),
            Denied::SessionPending => return Self::signed_out(&AuthReason::SessionPending),
            _ => {}
        }
        let mut rejection = Self::with_body(denied.status(), denied.to_json());
        rejection
            .0
            .headers
            .insert(WWW_AUTHENTICATE, INSUFFICIENT_SCOPE);
        let reason = HeaderValue::from_static(denied.code());
        rejection
            .0
            .headers
            .insert(auth_headers::AUTH_REASON, reason);
        rejection
    }

    /// It could not be found out who it is.
    pub fn undecided(error: &Error) -> Self {
        let reason = error.reason();
        match error.fault() {
            Fault::Caller => Self::signed_out(&reason),
            _ => {
                let message = "Who is signed in cannot be checked right now; try again later";
                Self::not_the_callers_fault(error, message)
            }
        }
    }

    /// The handler asks who is signed in, and nothing has authenticated the request. That is a
    /// mistake in this service, and never means that somebody is signed out. Operators are told, by
    /// the event `layer-missing`; `x-clerk-auth-reason` and `x-clerk-auth-message` say the same, for who
    /// reads no events.
    ///
    /// For adapters: `remedy` says what to do about it, in terms of the framework. `route` is the
    /// pattern of the route where the framework knows it, such as `/invitations/{ticket}`, and never
    /// the path of the request, which may hold secrets.
    pub fn not_authenticated(remedy: &str, route: Option<&str>) -> Self {
        events::layer_missing(remedy, route);
        let mut rejection = Self::misconfigured();
        rejection
            .0
            .headers
            .insert(auth_headers::AUTH_REASON, LAYER_MISSING);
        rejection.explain(remedy);
        rejection
    }

    /// Signing out was asked for with a method that anybody's link or image has.
    pub(crate) fn safe_method() -> Self {
        let message = "Signing out takes a POST: send a form";
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut rejection = Self::new(status, "method_not_allowed", message);
        let post = const { HeaderValue::from_static("POST") };
        rejection.0.headers.insert(ALLOW, post);
        rejection
    }

    /// The session could not be ended, and nothing has changed.
    pub(crate) fn still_signed_in(error: &Error) -> Self {
        let message = "The session could not be ended right now: whoever was signed in still is; \
                       try again later";
        Self::not_the_callers_fault(error, message)
    }

    /// 503 with `message` where it may be otherwise later, and else 500. Whoever is outside need not
    /// know what is set up wrongly; the logs say it.
    fn not_the_callers_fault(error: &Error, message: &str) -> Self {
        let rejection = match error.fault() {
            Fault::Upstream => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let rejection = Self::new(status, "service_unavailable", message);
                rejection.after(error.retry_after())
            }
            _ => Self::misconfigured(),
        };
        rejection.because(&error.reason())
    }

    pub(crate) fn misconfigured() -> Self {
        let message = "Authentication is not set up correctly on this server";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "authentication_misconfigured", message)
    }

    fn new(status: StatusCode, code: &str, message: &str) -> Self {
        let body = json!({ "errors": [{ "code": code, "message": message }] });
        Self::with_body(status, body.to_string())
    }

    fn with_body(status: StatusCode, body: String) -> Self {
        let mut headers = HeaderMap::new();
        let json = const { HeaderValue::from_static("application/json") };
        headers.insert(CONTENT_TYPE, json);
        let no_store = const { HeaderValue::from_static("no-store") };
        headers.insert(CACHE_CONTROL, no_store);
        Self(Box::new(Parts {
            status,
            headers,
            body,
        }))
    }

    fn because(mut self, reason: &AuthReason) -> Self {
        if let Ok(reason) = HeaderValue::from_str(&reason.as_str()) {
            self.0.headers.insert(auth_headers::AUTH_REASON, reason);
        }
        self
    }

    /// For developers, who see it in the browser's network view.
    fn explain(&mut self, message: &str) {
        // Header values are ASCII (RFC 9110 §5.5).
        let message = message.replace('…', "...");
        if let Ok(message) = HeaderValue::from_str(&message) {
            self.0.headers.insert(auth_headers::AUTH_MESSAGE, message);
        }
    }

    /// Passes on how long Clerk asks to wait; a part of a second counts as a whole one.
    fn after(mut self, wait: Option<Duration>) -> Self {
        if let Some(wait) = wait {
            let part = u64::from(wait.subsec_nanos() > 0);
            let seconds = HeaderValue::from(wait.as_secs().saturating_add(part));
            self.0.headers.insert(RETRY_AFTER, seconds);
        }
        self
    }

    /// Has the challenge, if there is one, say where the resource's metadata is.
    pub(crate) fn naming(mut self, metadata: &ResourceMetadata) -> Self {
        if let Some(challenge) = self.0.headers.get_mut(WWW_AUTHENTICATE) {
            *challenge = metadata.added_to(challenge);
        }
        self
    }

    /// The response's status.
    pub const fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The response's headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The response's body: JSON.
    pub fn body(&self) -> &str {
        &self.0.body
    }

    /// The whole response.
    pub fn into_response<B: From<String>>(self) -> Response<B> {
        let mut response = Response::new(B::from(self.0.body));
        *response.status_mut() = self.0.status;
        *response.headers_mut() = self.0.headers;
        response
    }
}

/// There is nowhere to send people: 500.
impl From<InvalidRedirect> for Rejection {
    fn from(_: InvalidRedirect) -> Self {
        Self::misconfigured()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request was answered {}", self.0.status)
    }
}

impl std::error::Error for Rejection {}
