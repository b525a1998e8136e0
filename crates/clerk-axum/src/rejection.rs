use std::fmt;

use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use clerk_auth::{Denied, InvalidRedirect};

/// The response to a request that may not go on: [`clerk_auth::Rejection`], as axum wants it.
///
/// Handlers that ask for something themselves can answer with it, too:
///
/// ```
/// use clerk_axum::{Rejection, Requirement, SignedIn};
///
/// async fn delete(session: SignedIn) -> Result<&'static str, Rejection> {
///     session.require(&Requirement::new().role("org:admin"))?;
///     Ok("deleted")
/// }
/// # let _ = delete;
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(pub clerk_auth::Rejection);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0.into_response::<Body>()
    }
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
