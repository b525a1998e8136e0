//! The proxy, with the emulator's Frontend API behind it.

mod support;

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use clerk_http::{
    RequestTimeout, Runtime, Transport, TransportError, TransportErrorKind, transport_fn,
};
use clerk_tower::frontend_api::{Proxy, ProxyService};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use support::Instance;
use tower::ServiceExt as _;

async fn answer<B>(service: ProxyService, request: Request<B>) -> Response<Bytes>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let response = service.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn request(target: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(target).header("host", "localhost:3000");
    request.body(Full::new(body.into())).unwrap()
}

fn get(target: &str) -> Request<Full<Bytes>> {
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
    let service = ProxyService::new(
        proxy(&instance),
        instance.transport.clone(),
        Patience::new(0),
    );
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

/// Signing in sets Clerk's cookie on the application's origin, and it comes back beside the
/// application's own.
#[tokio::test]
async fn a_browser_that_signed_in_through_the_proxy_is_known_again() {
    let instance = Instance::new();
    let transport = instance.transport.clone();
    let service = ProxyService::new(proxy(&instance), transport, Patience::new(0));
    let form = "user=ada%40example.com&redirect_url=http%3A%2F%2Flocalhost%3A3000%2F";
    let mut sign_in = request("/__clerk/sign-in", form);
    let form_type = "application/x-www-form-urlencoded".parse().unwrap();
    sign_in.headers_mut().insert("content-type", form_type);
    let signed_in = answer(service.clone(), sign_in).await;
    assert_eq!(signed_in.status(), 303);
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let (cookie, _) = cookie.split_once(';').unwrap();
    let (name, token) = cookie.split_once('=').unwrap();
    assert_eq!(name, "__client");

    let mut again = get("/__clerk/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2F");
    let cookies = format!("app_session=secret; {cookie}");
    let cookies = cookies.parse().unwrap();
    again.headers_mut().insert("cookie", cookies);
    let page = answer(service, again).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    assert!(page.contains(token), "{page}");
}

fn echo() -> impl Transport {
    transport_fn(|request: Request<Bytes>| async move {
        Ok::<_, TransportError>(Response::new(request.into_body()))
    })
}

fn echoing(patience: Patience) -> ProxyService {
    ProxyService::new(proxy(&Instance::new()), echo(), patience)
}

/// Asks for no time to pass, but for as often as it is asked.
#[derive(Debug, Clone)]
struct Patience {
    polls: u32,
    asked: Arc<Mutex<Vec<Duration>>>,
}

impl Patience {
    fn new(polls: u32) -> Self {
        let asked = Arc::default();
        Self { polls, asked }
    }
}

#[async_trait::async_trait]
impl Runtime for Patience {
    async fn sleep(&self, duration: Duration) {
        self.asked.lock().unwrap().push(duration);
        let mut left = self.polls;
        poll_fn(|cx| {
            left = match left.checked_sub(1) {
                Some(left) => left,
                None => return Poll::Ready(()),
            };
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

/// A body that comes a byte at a time, with a pause after each, and never ends.
struct Drip {
    pauses: bool,
}

impl Body for Drip {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.pauses = !self.pauses;
        if self.pauses {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a")))))
        } else {
            Poll::Pending
        }
    }
}

/// A body that says how long it is, and that nobody may read.
struct Announced(u64);

impl Body for Announced {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        panic!("it is read");
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

#[tokio::test]
async fn bodies_pass_in_both_directions() {
    // Whose body is there waits for nothing.
    let patience = Patience::new(0);
    let echoed = answer(echoing(patience.clone()), request("/__clerk/v1", "a=b"));
    assert_eq!(echoed.await.body(), "a=b");
    assert!(patience.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn bodies_have_a_limit_and_files_a_larger_one() {
    const BODY: usize = ProxyService::DEFAULT_MAX_BODY;
    const FILE: usize = ProxyService::DEFAULT_MAX_FILE;
    for (media_type, length, status) in [
        ("application/x-www-form-urlencoded", BODY, 200),
        ("application/x-www-form-urlencoded", BODY + 1, 413),
        ("application/json; a=multipart/form-data", BODY + 1, 413),
        ("text/multipart/form-data", BODY + 1, 413),
        ("", BODY + 1, 413),
        // Clerk takes images of 10 MB.
        ("multipart/form-data; boundary=a", 10 * 1024 * 1024, 200),
        ("Multipart/Form-Data", FILE, 200),
        ("application/octet-stream", FILE, 200),
        ("image/png", FILE, 200),
        ("multipart/form-data", FILE + 1, 413),
    ] {
        let mut request = request("/__clerk/v1/me/profile_image", vec![0; length]);
        let media_type = media_type.parse().unwrap();
        request.headers_mut().insert("content-type", media_type);
        let response = answer(echoing(Patience::new(0)), request).await;
        assert_eq!(response.status(), status, "{length} bytes");
    }
    for (length, status) in [(8, 200), (9, 413)] {
        let service = echoing(Patience::new(0)).max_body(8).max_file(8);
        let mut request = request("/__clerk/v1", vec![0; length]);
        let media_type = "image/png".parse().unwrap();
        request.headers_mut().insert("content-type", media_type);
        assert_eq!(answer(service, request).await.status(), status);
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_read() {
    let length = u64::try_from(ProxyService::DEFAULT_MAX_BODY).unwrap() + 1;
    let request = request("/__clerk/v1", "").map(|_| Announced(length));
    let refused = answer(echoing(Patience::new(0)), request).await;
    assert_eq!(refused.status(), 413);
}

/// A slow loris: a body of which a byte comes now and then holds no task for ever.
#[tokio::test]
async fn a_slow_loris_body_is_given_up_in_time() {
    for (service, expected) in [
        (Some(Duration::from_secs(5)), Duration::from_secs(5)),
        (None, ProxyService::DEFAULT_BODY_TIMEOUT),
    ] {
        let patience = Patience::new(100);
        let mut loris = echoing(patience.clone());
        if let Some(timeout) = service {
            loris = loris.body_timeout(timeout);
        }
        let request = request("/__clerk/v1", "").map(|_| Drip { pauses: false });
        let refused = answer(loris, request).await;
        assert_eq!(refused.status(), 408);
        let body: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
        assert_eq!(body["errors"][0]["code"], "proxy_request_failed");
        assert_eq!(*patience.asked.lock().unwrap(), [expected]);
    }
}

#[tokio::test]
async fn the_frontend_api_has_a_deadline_too() {
    let transport = || {
        transport_fn(|request: Request<Bytes>| async move {
            let RequestTimeout(timeout) = request.extensions().get().copied().unwrap();
            Ok::<_, TransportError>(Response::new(format!("{timeout:?}").into()))
        })
    };
    let service = || ProxyService::new(proxy(&Instance::new()), transport(), Patience::new(0));
    for (service, expected) in [
        (service(), "30s"),
        (service().timeout(Duration::from_secs(7)), "7s"),
    ] {
        let response = answer(service, get("/__clerk/v1/client")).await;
        assert_eq!(response.body(), expected);
    }
}

#[tokio::test]
async fn methods_that_are_none_of_the_frontend_apis_are_refused() {
    for method in ["TRACE", "CONNECT"] {
        let mut request = get("/__clerk/v1/client");
        *request.method_mut() = method.parse().unwrap();
        let refused = answer(echoing(Patience::new(0)), request).await;
        assert_eq!(refused.status(), 405);
        assert_eq!(
            refused.headers()["allow"],
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        );
    }
}

#[tokio::test]
async fn an_outage_is_a_bad_gateway() {
    let down = transport_fn(|request: Request<Bytes>| async move {
        Err(TransportError::new(TransportErrorKind::Connect, &request))
    });
    let service = ProxyService::new(proxy(&Instance::new()), down, Patience::new(0));
    let response = answer(service, request("/__clerk/v1", "")).await;
    assert_eq!(response.status(), 502);
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["errors"][0]["code"], "proxy_request_failed");
}
