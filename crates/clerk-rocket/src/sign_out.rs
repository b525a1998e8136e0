use rocket::{
    Request, Response,
    http::Status,
    response::{self, Responder},
};

use crate::headers;

/// The answer to a browser that has been signed out: [`clerk_auth::SignOutResponse`], as Rocket wants
/// it.
///
/// ```
/// use clerk_rocket::{Rejection, SignOut, SignOutResponse};
/// use rocket::{post, routes};
///
/// #[post("/sign-out")]
/// async fn sign_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
///     request.to("/").await
/// }
/// # let _ = routes![sign_out];
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser stays signed in until it is answered so"]
pub struct SignOutResponse(pub clerk_auth::SignOutResponse);

impl<'r> Responder<'r, 'static> for SignOutResponse {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        let status = clerk_auth::SignOutResponse::STATUS;
        response.set_status(Status::new(status.as_u16()));
        headers::append(self.0.headers(), &mut response);
        Ok(response)
    }
}
