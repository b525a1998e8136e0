//! The layers with those of others around them and inside of them, whose bodies are types of their own.

mod support;

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_auth::{RequestAuth, Requirement};
use clerk_tower::{ClerkLayer, RequireLayer, ResponseBody};
use http::{Request, Response, header::AUTHORIZATION};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use support::Instance;
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::{limit::RequestBodyLimitLayer, trace::TraceLayer};

/// Not `Default`, as the bodies of most layers are not.
struct Once(Option<Bytes>);

impl Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
    }
}

/// Answers with the caller and what the caller has sent.
async fn echo<B>(request: Request<B>) -> Result<Response<Once>, B::Error>
where
    B: Body<Data = Bytes>,
{
    let (parts, body) = request.into_parts();
    let sent = body.collect().await?.to_bytes();
    let auth = RequestAuth::of(&parts.extensions).and_then(RequestAuth::auth);
    let caller = auth.ok().and_then(|auth| auth.user_id().map(str::to_owned));
    let answer = format!("{caller:?} sent {}", String::from_utf8_lossy(&sent));
    Ok(Response::new(Once(Some(answer.into()))))
}

/// Sends requests through a stack of layers, with who is let in and who is not, and a body that is too
/// large.
async fn passes<S, B>(instance: &Instance, service: S, limited: bool)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: std::fmt::Debug> + Clone,
    B: Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let user_id = instance.emulator.user_id("ada@example.com");
    let page = ("sec-fetch-dest", "document");
    let admin = instance.admin();
    let good = (AUTHORIZATION.as_str(), admin.as_str());
    let bad = (AUTHORIZATION.as_str(), "Bearer x");
    let too_large = if limited {
        (413, "length limit exceeded")
    } else {
        (200, "")
    };
    for (header, sent, (status, body)) in [
        (
            good,
            "little",
            (200, format!("{user_id:?} sent little").as_str()),
        ),
        (bad, "little", (401, "authentication_invalid")),
        (page, "little", (307, "")),
        (good, "too large for the limit", too_large),
    ] {
        let request = Request::get("/").header("host", "localhost:3000");
        let request = request.header(header.0, header.1);
        let request = request.header("content-length", sent.len());
        let request = request.body(Full::from(sent)).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{header:?} {sent}");
        let size = response.body().size_hint().exact();
        let is_end = response.body().is_end_stream();
        let answered = response.into_body().collect().await.unwrap().to_bytes();
        let answered = String::from_utf8_lossy(&answered);
        assert!(answered.contains(body), "{header:?} {sent}: {answered}");
        if status == 307 {
            assert_eq!((size, is_end, &*answered), (Some(0), true, ""));
        }
    }
}

#[tokio::test]
async fn layers_of_others_stand_inside_and_outside() {
    let instance = Instance::new();
    let clerk = || ClerkLayer::new(instance.authenticator());
    let limit = || RequestBodyLimitLayer::new(8);
    let trace = TraceLayer::new_for_http;
    let anybody = RequireLayer::signed_in;

    let alone = ServiceBuilder::new().layer(clerk()).layer(anybody());
    passes(&instance, alone.service(service_fn(echo)), false).await;

    let inside = ServiceBuilder::new()
        .layer(clerk())
        .layer(trace())
        .layer(limit())
        .layer(anybody());
    passes(&instance, inside.service(service_fn(echo)), true).await;

    let outside = ServiceBuilder::new()
        .layer(trace())
        .layer(limit())
        .layer(clerk())
        .layer(RequireLayer::new(Requirement::new().role("org:admin")));
    passes(&instance, outside.service(service_fn(echo)), true).await;

    let both = ServiceBuilder::new()
        .layer(limit())
        .layer(trace())
        .layer(clerk())
        .layer(limit())
        .layer(anybody())
        .layer(trace());
    passes(&instance, both.service(service_fn(echo)), true).await;
}

/// What layers that answer by themselves ask of the body inside of them, such as those of timeouts.
#[tokio::test]
async fn an_empty_body_is_to_be_had_whatever_is_inside() {
    let body = ResponseBody::<Once>::default();
    assert!(body.is_end_stream());
    assert_eq!(body.collect().await.unwrap().to_bytes(), "");
}
