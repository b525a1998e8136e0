use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody};

use crate::{headers, rejection::status};

/// The answer to a browser that has been signed out: [`clerk_auth::SignOutResponse`], as actix-web wants
/// it.
///
/// ```
/// use actix_web::{App, web};
/// use clerk_actix::{Rejection, SignOut, SignOutResponse};
///
/// async fn sign_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
///     request.to("/").await
/// }
/// # let _ = App::new().route("/sign-out", web::post().to(sign_out));
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser stays signed in until it is answered so"]
pub struct SignOutResponse(pub clerk_auth::SignOutResponse);

impl Responder for SignOutResponse {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::new(status(clerk_auth::SignOutResponse::STATUS));
        headers::append(self.0.headers(), response.headers_mut());
        response
    }
}
