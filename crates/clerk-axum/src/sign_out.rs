use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};

/// The answer to a browser that has been signed out: [`clerk_auth::SignOutResponse`], as axum wants
/// it.
///
/// ```
/// use axum::{Router, routing::post};
/// use clerk_axum::{Rejection, SignOut, SignOutResponse};
///
/// async fn sign_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
///     request.to("/").await
/// }
/// # let _: Router = Router::new().route("/sign-out", post(sign_out));
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser stays signed in until it is answered so"]
pub struct SignOutResponse(pub clerk_auth::SignOutResponse);

impl IntoResponse for SignOutResponse {
    fn into_response(self) -> Response {
        self.0.into_response::<Body>()
    }
}
