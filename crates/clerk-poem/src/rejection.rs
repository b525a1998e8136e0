use std::fmt;

use clerk_auth::{Denied, InvalidRedirect};
use poem::{Response, error::ResponseError, http::StatusCode};

/// The response to a request that may not go on: [`clerk_auth::Rejection`], as poem wants it.
///
/// Handlers that ask for something themselves can answer with it, too:
///
/// ```
/// use clerk_poem::{Rejection, Requirement, SignedIn};
///
/// #[poem::handler]
/// fn delete(session: SignedIn) -> Result<&'static str, Rejection> {
///     session.require(&Requirement::new().role("org:admin"))?;
///     Ok("deleted")
/// }
/// # let _ = poem::get(delete);
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(pub clerk_auth::Rejection);

impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn as_response(&self) -> Response {
        let mut response = Response::from(self.0.body().to_owned());
        response.set_status(self.0.status());
        response.headers_mut().clone_from(self.0.headers());
        response
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
