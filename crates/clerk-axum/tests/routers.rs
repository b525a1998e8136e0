//! The layer and its guards among axum's routers.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::OriginalUri, routing::get};
use clerk_auth::{Authenticator, Settings};
use clerk_axum::{ClerkLayer, Rejection, RequireLayer, Requirement, SignedIn};
use clerk_core::{Clock, ManualClock, UnixTime};
use clerk_emulator::{Emulator, InProcess};
use clerk_framework_table::missing_layer;
use clerk_http::{Client, Runtime};
use clerk_jwks::StaticKeys;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::{limit::RequestBodyLimitLayer, trace::TraceLayer};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn authenticator(emulator: &Emulator) -> Authenticator {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
    let transport = InProcess::new(emulator.clone(), Arc::clone(&clock));
    let client = Client::builder(transport, NoRuntime).clock(clock);
    let settings = Settings::builder().publishable_key(emulator.publishable_key().clone());
    let keys = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    Authenticator::new(settings.build().unwrap(), keys, client.build().unwrap())
}

/// Nothing here waits.
#[derive(Debug)]
struct NoRuntime;

#[async_trait::async_trait]
impl Runtime for NoRuntime {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

async fn answer(router: &Router, path: &str, header: (&str, String)) -> Response<Body> {
    let request = Request::get(path)
        .header("host", "localhost:3000")
        .header(header.0, header.1);
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_handshake_leads_back_to_the_whole_url() {
    let emulator = Emulator::builder().build().unwrap();
    let layer = ClerkLayer::new(authenticator(&emulator))
        .original_uri(|extensions| Some(&extensions.get::<OriginalUri>()?.0));
    let inner = Router::new().route("/page", get(async || "")).layer(layer);
    let router = Router::new().nest("/inner", inner);
    let document = ("sec-fetch-dest", "document".to_owned());
    let response = answer(&router, "/inner/page?a=b", document).await;
    assert_eq!(response.status(), 307);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(
        location.contains("localhost%3A3000%2Finner%2Fpage%3Fa%3Db&"),
        "{location}"
    );
}

#[tokio::test]
async fn a_route_that_was_added_after_the_layer_is_said_to_operators() {
    let emulator = Emulator::builder().build().unwrap();
    let late = Router::new().route("/tickets/{ticket}", get(async |_: SignedIn| ""));
    let guarded = Router::new()
        .route("/guarded/{ticket}", get(async || ""))
        .route_layer(RequireLayer::signed_in());
    let router = Router::new()
        .route("/early/{ticket}", get(async |_: SignedIn| ""))
        .layer(ClerkLayer::new(authenticator(&emulator)))
        .route("/late/{ticket}", get(async |_: SignedIn| ""))
        .nest("/nested/{organization}", late)
        .merge(guarded)
        .fallback(async |_: SignedIn| "");
    for (path, route) in [
        ("/early/planted", None),
        ("/late/planted", Some(" route=\"/late/{ticket}\"")),
        (
            "/nested/planted/tickets/planted",
            Some(" route=\"/nested/{organization}/tickets/{ticket}\""),
        ),
        ("/guarded/planted", Some(" route=\"/guarded/{ticket}\"")),
        ("/planted", Some("")),
    ] {
        let asked = answer(&router, path, ("accept", "*/*".to_owned()));
        let (response, log) = missing_layer::logged(asked).await;
        let Some(route) = route else {
            assert_eq!((response.status().as_u16(), &*log), (401, ""));
            continue;
        };
        assert_eq!(response.status(), 500, "{path}");
        assert_eq!(
            log,
            format!(
                "ERROR clerk::security: event=\"layer-missing\"{route} nothing has found out \
                 who the request comes from: call `.layer(ClerkLayer::new(…))` on the outermost \
                 `Router`, after its last route: routes that are added later are outside of the layer\n"
            )
        );
    }
}

#[tokio::test]
async fn layers_of_others_stand_inside_and_outside() {
    let emulator = Emulator::builder().build().unwrap();
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(RequestBodyLimitLayer::new(8))
        .layer(ClerkLayer::new(authenticator(&emulator)))
        .layer(TraceLayer::new_for_http())
        .layer(RequestBodyLimitLayer::new(8));
    let inside = Router::new()
        .route(
            "/me",
            get(async |session: SignedIn| session.user_id().to_owned()),
        )
        .layer(RequestBodyLimitLayer::new(8))
        .layer(ClerkLayer::new(authenticator(&emulator)));
    let stacked = Router::new()
        .route(
            "/me",
            get(async |session: SignedIn| session.user_id().to_owned()),
        )
        .layer(layers);
    for router in [inside, stacked] {
        let token = emulator.token().user("ada@example.com").sign(NOW);
        let bearer = ("authorization", format!("Bearer {token}"));
        let response = answer(&router, "/me", bearer).await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, emulator.user_id("ada@example.com").unwrap());
        let nobody = answer(&router, "/me", ("accept", "*/*".to_owned())).await;
        assert_eq!(nobody.status(), 401);
        let too_large = answer(&router, "/me", ("content-length", "9".to_owned())).await;
        assert_eq!(too_large.status(), 413);
    }
}

#[tokio::test]
async fn guards_around_routes_and_in_handlers() {
    async fn delete(session: SignedIn) -> Result<(), Rejection> {
        session.require(&Requirement::new().role("org:admin"))?;
        Ok(())
    }
    let emulator = Emulator::builder().build().unwrap();
    let managers = Requirement::new().permission("org:teams:manage");
    let router = Router::new()
        .route("/teams", get(async || "teams"))
        .route_layer(RequireLayer::new(managers))
        .route("/delete", get(delete))
        .layer(ClerkLayer::new(authenticator(&emulator)));
    let bearer = |email: &str| {
        let token = emulator.token().user(email).organization("acme").sign(NOW);
        ("authorization", format!("Bearer {token}"))
    };
    for (path, email, expected) in [
        ("/teams", "ada@example.com", 200),
        ("/teams", "bob@example.com", 403),
        ("/delete", "ada@example.com", 200),
        ("/delete", "bob@example.com", 403),
        ("/elsewhere", "bob@example.com", 404),
    ] {
        let response = answer(&router, path, bearer(email)).await;
        assert_eq!(response.status(), expected, "{path} {email}");
    }
    let nobody = answer(&router, "/teams", ("accept", "*/*".to_owned())).await;
    assert_eq!(nobody.status(), 401);
    assert_eq!(nobody.headers()["content-type"], "application/json");
}
