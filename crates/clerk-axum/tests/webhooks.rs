//! The table of deliveries that every framework's adapter answers alike.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Router, body::Body, routing::post};
use bytes::Bytes;
use clerk_axum::webhooks::{Receiver, Rejection, Webhook};
use clerk_framework_table::webhooks::{acted, run, shown, work};
use clerk_webhooks::{SigningSecrets, Verifier};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

#[tokio::test]
async fn the_webhook_table() {
    run(answer).await;
}

async fn answer(receiver: Receiver, request: Request<Bytes>) -> Response<Bytes> {
    let router = Router::new()
        .route("/webhook", post(async |webhook: Webhook| shown(&webhook)))
        .route("/event", post(event))
        .route("/once", post(once))
        .with_state(receiver);
    let response = router.oneshot(request.map(Body::from)).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

async fn event(webhook: Webhook) -> Result<String, Rejection> {
    Ok(webhook.event()?.event_type().to_owned())
}

async fn once(webhook: Webhook) -> Result<String, Rejection> {
    let outcome = webhook.once(async || Ok(work(&webhook)?)).await?;
    Ok(acted(outcome))
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let secrets = SigningSecrets::new("whsec_dGhlIHNlY3JldCBvZiB0aGlzIHRlc3Qgb25seQ==").unwrap();
    let router = Router::new()
        .route("/webhook", post(async |webhook: Webhook| shown(&webhook)))
        .with_state(Receiver::new(Verifier::new(secrets)));
    let request = Request::post("/webhook").body(Body::new(BreaksOff(false)));
    let response = router.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 400);
    let said = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(said, "the body broke off");
}

/// A body of which a part arrives.
struct BreaksOff(bool);

impl http_body::Body for BreaksOff {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(match std::mem::replace(&mut self.0, true) {
            false => Ok(Frame::data(Bytes::from_static(b"{"))),
            true => Err(std::io::ErrorKind::ConnectionReset.into()),
        }))
    }
}
