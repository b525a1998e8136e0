//! The proxy, with the emulator's Frontend API behind it.

mod support;

use bytes::Bytes;
use clerk_http::{TransportError, TransportErrorKind, transport_fn};
use clerk_tower::frontend_api::{Proxy, ProxyService};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use support::Instance;
use tower::ServiceExt as _;

async fn answer(service: ProxyService, request: Request<Bytes>) -> Response<Bytes> {
    let response = service.oneshot(request.map(Full::new)).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn request(target: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::post(target).header("host", "localhost:3000");
    request.body(body.into()).unwrap()
}

fn get(target: &str) -> Request<Bytes> {
    let mut request = request(target, "");
    *request.method_mut() = http::Method::GET;
    request
}

fn proxy(instance: &Instance) -> Proxy {
    let emulator = &instance.emulator;
    Proxy::new(emulator.publishable_key(), emulator.secret_key().clone()).unwrap()
}

#[tokio::test]
async fn the_frontend_api_answers() {
    let instance = Instance::new();
    let service = ProxyService::new(proxy(&instance), instance.transport.clone());
    let keys = answer(service.clone(), get("/__clerk/.well-known/jwks.json")).await;
    assert_eq!(keys.status(), 200);
    let keys: serde_json::Value = serde_json::from_slice(keys.body()).unwrap();
    assert_eq!(keys, instance.emulator.jwks_json());

    // It is not followed: the browser has to go there.
    let target = "/__clerk/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A3000%2F";
    let handshake = answer(service.clone(), get(target)).await;
    assert_eq!(handshake.status(), 307);
    let location = handshake.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("http://localhost:3000/"), "{location}");

    let mismatch = answer(service, get("/other")).await;
    assert_eq!(mismatch.status(), 400);
    assert_eq!(mismatch.headers()["cache-control"], "no-store");
    let body: serde_json::Value = serde_json::from_slice(mismatch.body()).unwrap();
    assert_eq!(body["errors"][0]["code"], "proxy_path_mismatch");
}

#[tokio::test]
async fn bodies_pass_in_both_directions() {
    let echo = transport_fn(|request: Request<Bytes>| async move {
        Ok::<_, TransportError>(Response::new(request.into_body()))
    });
    let service = ProxyService::new(proxy(&Instance::new()), echo);
    let echoed = answer(service.clone(), request("/__clerk/v1", "a=b")).await;
    assert_eq!(echoed.body(), "a=b");

    let too_large = vec![0; ProxyService::MAX_BODY + 1];
    let refused = answer(service, request("/__clerk/v1", too_large)).await;
    assert_eq!(refused.status(), 413);
}

#[tokio::test]
async fn an_outage_is_a_bad_gateway() {
    let down = transport_fn(|request: Request<Bytes>| async move {
        Err(TransportError::new(TransportErrorKind::Connect, &request))
    });
    let service = ProxyService::new(proxy(&Instance::new()), down);
    let response = answer(service, request("/__clerk/v1", "")).await;
    assert_eq!(response.status(), 502);
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["errors"][0]["code"], "proxy_request_failed");
}
