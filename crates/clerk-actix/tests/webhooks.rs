//! The table of deliveries that every framework's adapter answers alike.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    App, FromRequest as _, ResponseError as _,
    body::{MessageBody, to_bytes},
    dev::{Payload, ServiceFactory, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::header::{HeaderName, HeaderValue},
    test::{TestRequest, init_service, try_call_service},
    web::{Data, ServiceConfig, post},
};
use bytes::Bytes;
use clerk_actix::webhooks::{Receiver, Rejection, Webhook};
use clerk_framework_table::webhooks::{acted, run, shown, work};
use clerk_webhooks::{SigningSecrets, Verifier};
use futures_core::Stream;
use http::{Request, Response};

#[actix_web::test]
async fn the_webhook_table() {
    run(async |receiver, request| send(App::new().app_data(receiver), request).await).await;
}

#[actix_web::test]
async fn the_webhook_table_with_the_receiver_as_data() {
    run(async |receiver, request| {
        let application = App::new().app_data(Data::new(receiver));
        send(application, request).await
    })
    .await;
}

#[actix_web::test]
async fn without_a_receiver_nothing_is_a_delivery() {
    let answer = send(
        App::new(),
        Request::post("/webhook").body(Bytes::new()).unwrap(),
    )
    .await;
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answer.body(), "the delivery was not handled");
}

#[actix_web::test]
async fn a_body_that_breaks_off_is_refused() {
    let secrets = SigningSecrets::new("whsec_dGhlIHNlY3JldCBvZiB0aGlzIHRlc3Qgb25seQ==").unwrap();
    let receiver = Receiver::new(Verifier::new(secrets));
    let request = TestRequest::post().app_data(receiver).to_http_request();
    let body: Pin<Box<dyn Stream<Item = _>>> = Box::pin(BreaksOff(false));
    let refused = Webhook::from_request(&request, &mut Payload::from(body)).await;
    let answer = refused.unwrap_err().error_response();
    assert_eq!(answer.status(), 400);
    let said = to_bytes(answer.into_body()).await.unwrap();
    assert_eq!(said, "the body broke off");
}

async fn send<F, B>(application: App<F>, request: Request<Bytes>) -> Response<Bytes>
where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let service = init_service(application.configure(routes)).await;
    let mut sent = TestRequest::with_uri(&request.uri().to_string())
        .method(request.method().as_str().parse().unwrap())
        .set_payload(request.body().clone());
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        sent = sent.append_header((name, value));
    }
    let answered = try_call_service(&service, sent.to_request()).await.unwrap();

    let mut response = Response::builder().status(answered.status().as_u16());
    for (name, value) in answered.headers() {
        response = response.header(name.as_str(), value.as_bytes());
    }
    let body = to_bytes(answered.into_body()).await;
    response.body(body.unwrap_or_default()).unwrap()
}

fn routes(application: &mut ServiceConfig) {
    application
        .route(
            "/webhook",
            post().to(async |webhook: Webhook| shown(&webhook)),
        )
        .route("/event", post().to(event))
        .route("/once", post().to(once));
}

async fn event(webhook: Webhook) -> Result<String, Rejection> {
    Ok(webhook.event()?.event_type().to_owned())
}

async fn once(webhook: Webhook) -> Result<String, Rejection> {
    let outcome = webhook.once(async || Ok(work(&webhook)?)).await?;
    Ok(acted(outcome))
}

/// A body of which a part arrives.
struct BreaksOff(bool);

impl Stream for BreaksOff {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(match std::mem::replace(&mut self.0, true) {
            false => Ok(Bytes::from_static(b"{")),
            true => Err(PayloadError::Incomplete(None)),
        }))
    }
}
