use poem::{Body, IntoResponse, Response};

/// The answer to a browser that has been signed out: [`clerk_auth::SignOutResponse`], as poem wants
/// it.
///
/// ```
/// use clerk_poem::{Rejection, SignOut, SignOutResponse};
/// use poem::{Route, handler, post};
///
/// #[handler]
/// async fn sign_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
///     request.to("/").await
/// }
/// # let _ = Route::new().at("/sign-out", post(sign_out));
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser stays signed in until it is answered so"]
pub struct SignOutResponse(pub clerk_auth::SignOutResponse);

impl IntoResponse for SignOutResponse {
    fn into_response(self) -> Response {
        let (parts, body) = self.0.into_response::<Body>().into_parts();
        let mut response = Response::from(body);
        response.set_status(parts.status);
        *response.headers_mut() = parts.headers;
        response
    }
}
