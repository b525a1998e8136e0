//! Webhooks: an extractor that verifies before anything is parsed.
//!
//! ```no_run
//! use actix_web::{App, HttpResponse, HttpServer, web::post};
//! use clerk_actix::webhooks::{Receiver, Rejection, Webhook};
//!
//! async fn webhook(webhook: Webhook) -> Result<HttpResponse, Rejection> {
//!     webhook.once(async || {
//!         store(webhook.body()).await?;
//!         Ok(())
//!     }).await?;
//!     Ok(HttpResponse::Ok().finish())
//! }
//! # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::from_env()?;
//! let server = HttpServer::new(move || {
//!     App::new().app_data(receiver.clone()).route("/webhooks", post().to(webhook))
//! });
//! # server.bind("127.0.0.1:3000")?.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Receiver::from_env`] takes the secret from `CLERK_WEBHOOK_SIGNING_SECRET`. **Make the receiver
//! outside of the closure,** which actix-web calls for every worker: receivers made inside remember
//! each what came to its own worker, and the same delivery is acted on more than once. A
//! `web::Data<Receiver>` will do as well; without either, the answer is 500.
//!
//! The body is read as it arrived, neither decompressed nor decoded, up to
//! [`Receiver::body_limit`], whatever `PayloadConfig` says. It can be read once, so no other
//! extractor of bodies goes beside this one. Nor is it for `Option` or `Either`: they drop the
//! [`Rejection`], and with it the answer that has Clerk send the delivery again.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    body::{BodyStream, to_bytes_limited},
    dev::Payload,
    http::{
        StatusCode,
        header::{ContentType, HeaderMap},
    },
    web::Data,
};
pub use clerk_webhooks::{Delivery, Receiver, WorkError};

clerk_webhooks::extractor!("actix-web");

impl FromRequest for Webhook {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let receiver =
                receiver(&request).ok_or_else(clerk_webhooks::Rejection::not_configured)?;
            let limit = receiver.body_limit();
            let body = to_bytes_limited(BodyStream::new(payload), limit).await;
            let body = body.map_err(|_| clerk_webhooks::Rejection::too_large(limit))?;
            let body = body.map_err(|_| clerk_webhooks::Rejection::incomplete())?;
            let headers = Headers(request.headers());
            Ok(Self(receiver.receive_async(&headers, body).await?))
        })
    }
}

fn receiver(request: &HttpRequest) -> Option<&Receiver> {
    let shared = || request.app_data::<Data<Receiver>>().map(|data| &***data);
    request.app_data().or_else(shared)
}

/// actix-web's headers are of version 0.2 of the `http` crate, which `clerk-webhooks` does not read.
struct Headers<'a>(&'a HeaderMap);

impl clerk_webhooks::Headers for Headers<'_> {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.0.get_all(name).map(|value| value.as_bytes())
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .content_type(ContentType::plaintext())
            .body(self.0.body())
    }
}
