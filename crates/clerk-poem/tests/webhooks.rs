//! The table of deliveries that every framework's adapter answers alike.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_framework_table::webhooks::{acted, run, shown, work};
use clerk_poem::webhooks::{Receiver, Rejection, Webhook};
use clerk_webhooks::{SigningSecrets, Verifier};
use http::{Request, Response};
use poem::{Body, Endpoint, EndpointExt as _, Route, handler, post};
use tokio::io::{AsyncRead, ReadBuf};

#[tokio::test]
async fn the_webhook_table() {
    run(async |receiver, request| {
        send(routes().data(receiver), request.map(Body::from_bytes)).await
    })
    .await;
}

#[tokio::test]
async fn without_a_receiver_nothing_is_a_delivery() {
    let request = Request::post("/webhook").body(Body::empty()).unwrap();
    let answer = send(routes(), request).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answer.body(), "the delivery was not handled");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let secrets = SigningSecrets::new("whsec_dGhlIHNlY3JldCBvZiB0aGlzIHRlc3Qgb25seQ==").unwrap();
    let application = routes().data(Receiver::new(Verifier::new(secrets)));
    let body = Body::from_async_read(BreaksOff(false));
    let request = Request::post("/webhook").body(body).unwrap();
    let answer = send(application, request).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.body(), "the body broke off");
}

async fn send(application: impl Endpoint, request: Request<Body>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let mut sent = poem::Request::builder()
        .method(parts.method)
        .uri(parts.uri)
        .body(body);
    *sent.headers_mut() = parts.headers;
    let (parts, body) = application.get_response(sent).await.into_parts();

    let mut response = Response::new(body.into_bytes().await.unwrap());
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    response
}

fn routes() -> Route {
    Route::new()
        .at("/webhook", post(webhooks))
        .at("/event", post(event))
        .at("/once", post(once))
}

#[handler]
async fn webhooks(webhook: Webhook) -> String {
    shown(&webhook)
}

#[handler]
async fn event(webhook: Webhook) -> Result<String, Rejection> {
    Ok(webhook.event()?.event_type().to_owned())
}

#[handler]
async fn once(webhook: Webhook) -> Result<String, Rejection> {
    let outcome = webhook.once(async || Ok(work(&webhook)?)).await?;
    Ok(acted(outcome))
}

/// A body of which a part arrives.
struct BreaksOff(bool);

impl AsyncRead for BreaksOff {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(match std::mem::replace(&mut self.0, true) {
            false => {
                buffer.put_slice(b"{");
                Ok(())
            }
            true => Err(io::ErrorKind::ConnectionReset.into()),
        })
    }
}
