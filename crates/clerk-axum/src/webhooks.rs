//! Webhooks: an extractor that verifies before anything is parsed.
//!
//! ```
//! use axum::{Router, routing::post};
//! use clerk_axum::webhooks::{Receiver, Rejection, Webhook};
//!
//! async fn webhook(webhook: Webhook) -> Result<(), Rejection> {
//!     webhook.once(async || {
//!         store(webhook.body()).await?;
//!         Ok(())
//!     }).await?;
//!     Ok(())
//! }
//! # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
//!
//! fn application(receiver: Receiver) -> Router {
//!     Router::new().route("/webhooks", post(webhook)).with_state(receiver)
//! }
//! # let _ = application;
//! ```
//!
//! [`Receiver::from_env`] takes the secret from `CLERK_WEBHOOK_SIGNING_SECRET`. With a state of your
//! own, implement `FromRef` for [`Receiver`]; without either, the application does not compile.
//!
//! The body is read as it arrived, up to [`Receiver::body_limit`], whatever `DefaultBodyLimit` says.
//! Layers that decode bodies, such as those that decompress them, must not stand before this.

use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};
pub use clerk_webhooks::{Delivery, Receiver, WorkError};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

clerk_webhooks::extractor!("axum");

impl<S: Send + Sync> FromRequest<S> for Webhook
where
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let receiver = Receiver::from_ref(state);
        let limit = receiver.body_limit();
        let (head, body) = request.into_parts();
        let body = Limited::new(body, limit).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => clerk_webhooks::Rejection::too_large(limit),
            false => clerk_webhooks::Rejection::incomplete(),
        })?;
        Ok(Self(
            receiver
                .receive_async(&head.headers, body.to_bytes())
                .await?,
        ))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.0.body()));
        let status = StatusCode::from_u16(self.0.status());
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, text);
        response
    }
}
