use std::fmt;

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};
use clerk_auth::{Denied, InvalidRedirect};

use crate::headers;

/// The response to a request that may not go on: [`clerk_auth::Rejection`], as actix-web wants it.
///
/// Handlers that ask for something themselves can answer with it, too:
///
/// ```
/// use clerk_actix::{Rejection, Requirement, SignedIn};
///
/// async fn delete(session: SignedIn) -> Result<&'static str, Rejection> {
///     session.require(&Requirement::new().role("org:admin"))?;
///     Ok("deleted")
/// }
/// # let _ = actix_web::web::to(delete);
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(pub clerk_auth::Rejection);

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        status(self.0.status())
    }

    fn error_response(&self) -> HttpResponse {
        let body = BoxBody::new(self.0.body().to_owned());
        let mut response = HttpResponse::with_body(self.status_code(), body);
        headers::append(self.0.headers(), response.headers_mut());
        response
    }
}

/// A status of the `http` crate's version 1 as one of version 0.2.
pub(crate) fn status(status: http::StatusCode) -> StatusCode {
    // Both versions allow the same ones.
    StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl From<clerk_auth::Rejection> for Rejection {
    fn from(rejection: clerk_auth::Rejection) -> Self {
        Self(rejection)
    }
}

impl From<Denied> for Rejection {
    fn from(denied: Denied) -> Self {
        Self(clerk_auth::Rejection::denied(&denied))
    }
}

/// There is nowhere to send people: 500.
impl From<InvalidRedirect> for Rejection {
    fn from(problem: InvalidRedirect) -> Self {
        Self(problem.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Rejection {}
