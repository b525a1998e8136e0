//! Webhooks: an extractor that verifies before anything is parsed.
//!
//! ```
//! use clerk_poem::webhooks::{Receiver, Rejection, Webhook};
//! use poem::{Endpoint, EndpointExt, Route, handler, post};
//!
//! #[handler]
//! async fn webhooks(webhook: Webhook) -> Result<(), Rejection> {
//!     webhook.once(async || {
//!         store(webhook.body()).await?;
//!         Ok(())
//!     }).await?;
//!     Ok(())
//! }
//! # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
//!
//! fn application(receiver: Receiver) -> impl Endpoint {
//!     Route::new().at("/webhooks", post(webhooks)).data(receiver)
//! }
//! # let _ = application;
//! ```
//!
//! [`Receiver::from_env`] takes the secret from `CLERK_WEBHOOK_SIGNING_SECRET`. Without a receiver
//! among the application's data, the answer is 500.
//!
//! The body is read as it arrived, up to [`Receiver::body_limit`]. It can be read once, so no other
//! extractor of bodies goes beside this one, and middleware that decodes bodies, such as
//! `Compression`, must not stand before it. Nor is it for `Option`: that drops the [`Rejection`],
//! and with it the answer that has Clerk send the delivery again.

pub use clerk_webhooks::{Delivery, Receiver, WorkError};
use poem::{
    FromRequest, Request, RequestBody, Response,
    error::{ReadBodyError, ResponseError},
    http::StatusCode,
};

clerk_webhooks::extractor!("poem");

impl<'a> FromRequest<'a> for Webhook {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let receiver = request.data::<Receiver>();
        let receiver =
            receiver.ok_or_else(|| Rejection(clerk_webhooks::Rejection::not_configured()))?;
        let limit = receiver.body_limit();
        let body = body.take()?.into_bytes_limit(limit).await;
        let body = body.map_err(|error| {
            Rejection(match error {
                ReadBodyError::PayloadTooLarge => clerk_webhooks::Rejection::too_large(limit),
                _ => clerk_webhooks::Rejection::incomplete(),
            })
        })?;
        let delivery = receiver.receive_async(request.headers(), body).await;
        Ok(Self(delivery.map_err(Rejection)?))
    }
}

impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        Response::builder()
            .status(self.status())
            .content_type("text/plain; charset=utf-8")
            .body(self.0.body())
    }
}
