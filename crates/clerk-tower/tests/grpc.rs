//! tonic behind the layers: a server and its client, over a loopback socket.

mod support;

use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf as _, BufMut as _, Bytes};
use clerk_tower::{ClerkLayer, Rejection, RequestAuth, RequireLayer, Requirement, grpc};
use support::Instance;
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, NamedService, UnaryService},
    service::LayerExt as _,
    transport::{Channel, Server, server::TcpIncoming},
};
use tower::{Service, ServiceBuilder};
use tower_http::{limit::RequestBodyLimitLayer, trace::TraceLayer};

/// Messages are texts, so that no schema has to be compiled.
#[derive(Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// Answers with the caller's user id.
#[derive(Clone)]
struct WhoAmI;

fn status(rejection: &Rejection) -> Status {
    Status::new(grpc::code(rejection).into(), grpc::message(rejection))
}

impl UnaryService<String> for WhoAmI {
    type Response = String;
    type Future = Ready<Result<Response<String>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let auth = RequestAuth::of(request.extensions());
        let session = auth.and_then(RequestAuth::session);
        ready(match session {
            Ok(session) => Ok(Response::new(session.user_id().to_owned())),
            Err(rejection) => Err(status(&rejection)),
        })
    }
}

impl NamedService for WhoAmI {
    const NAME: &'static str = "example.WhoAmI";
}

/// For bodies of any type, as the services are that tonic generates.
impl<B> Service<http::Request<B>> for WhoAmI
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>> + Send>,
    B: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        Box::pin(async { Ok(Grpc::new(Text).unary(Self, request).await) })
    }
}

fn incoming() -> (TcpIncoming, String) {
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", incoming.local_addr().unwrap());
    (incoming, url)
}

async fn call(url: &str, authorization: Option<&str>) -> Result<String, Status> {
    let channel = Channel::from_shared(url.to_owned()).unwrap();
    let mut client = tonic::client::Grpc::new(channel.connect().await.unwrap());
    client.ready().await.unwrap();
    let mut request = Request::new("who am I?".to_owned());
    if let Some(value) = authorization {
        let metadata = request.metadata_mut();
        metadata.insert("authorization", value.parse().unwrap());
    }
    let path = http::uri::PathAndQuery::from_static("/example.WhoAmI/Ask");
    let answered = client.unary(request, path, Text).await;
    answered.map(Response::into_inner)
}

fn reason(status: &Status) -> Option<&str> {
    status.metadata().get("x-clerk-auth-reason")?.to_str().ok()
}

#[tokio::test]
async fn a_service_asks_who_calls() {
    let instance = Instance::new();
    let (incoming, url) = incoming();
    let server = Server::builder()
        .layer(ClerkLayer::new(instance.authenticator()))
        .add_service(WhoAmI);
    tokio::spawn(server.serve_with_incoming(incoming));

    let user_id = call(&url, Some(&instance.admin())).await.unwrap();
    assert_eq!(Some(user_id), instance.emulator.user_id("ada@example.com"));

    let refused = call(&url, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(reason(&refused), Some("dev-browser-missing"));
    let refused = call(&url, Some("Bearer not.a.token")).await.unwrap_err();
    assert_eq!(reason(&refused), Some("token-invalid"));

    instance.transport.pause();
    let down = call(&url, Some("Bearer ak_whoever")).await.unwrap_err();
    assert_eq!(down.code(), Code::Unavailable);
}

#[tokio::test]
async fn one_service_of_a_server_has_the_layer_with_others_around_and_inside() {
    let instance = Instance::new();
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_grpc())
        .layer(ClerkLayer::new(instance.authenticator()))
        .layer(RequestBodyLimitLayer::new(64))
        .layer(RequireLayer::signed_in())
        .layer(TraceLayer::new_for_grpc());
    let (incoming, url) = incoming();
    let server = Server::builder().add_service(layers.named_layer(WhoAmI));
    tokio::spawn(server.serve_with_incoming(incoming));

    let user_id = call(&url, Some(&instance.admin())).await.unwrap();
    assert_eq!(Some(user_id), instance.emulator.user_id("ada@example.com"));
    let refused = call(&url, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_whole_server_has_the_layer_with_others_around_and_inside() {
    let instance = Instance::new();
    let (incoming, url) = incoming();
    let server = Server::builder()
        .layer(TraceLayer::new_for_grpc())
        .layer(RequestBodyLimitLayer::new(64))
        .layer(ClerkLayer::new(instance.authenticator()))
        .layer(RequestBodyLimitLayer::new(64))
        .layer(TraceLayer::new_for_grpc())
        .add_service(WhoAmI);
    tokio::spawn(server.serve_with_incoming(incoming));

    call(&url, Some(&instance.admin())).await.unwrap();
    let refused = call(&url, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(reason(&refused), Some("dev-browser-missing"));
}

#[tokio::test]
async fn a_layer_asks_for_a_role() {
    let instance = Instance::new();
    let admins = RequireLayer::new(Requirement::new().role("org:admin"));
    let (incoming, url) = incoming();
    let server = Server::builder()
        .layer(ClerkLayer::new(instance.authenticator()))
        .layer(admins.clone())
        .add_service(WhoAmI);
    tokio::spawn(server.serve_with_incoming(incoming));

    call(&url, Some(&instance.admin())).await.unwrap();
    let denied = call(&url, Some(&instance.member())).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    assert_eq!(reason(&denied), Some("role_missing"));
    assert_eq!(denied.message(), "You do not have the role this needs.");
    let refused = call(&url, None).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    instance.transport.pause();
    let down = call(&url, Some("Bearer ak_whoever")).await.unwrap_err();
    assert_eq!(down.code(), Code::Unavailable);
}

#[tokio::test]
async fn without_the_layer_nobody_is_told_to_sign_in() {
    let instance = Instance::new();
    let (incoming, url) = incoming();
    let server = Server::builder()
        .layer(RequireLayer::signed_in())
        .add_service(WhoAmI);
    tokio::spawn(server.serve_with_incoming(incoming));
    let misconfigured = call(&url, Some(&instance.admin())).await.unwrap_err();
    assert_eq!(misconfigured.code(), Code::Internal);
}
