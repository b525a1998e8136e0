//! What is poem's own: nested routes, requests that tests make, and errors.

use clerk::Clerk;
use clerk_auth::Authenticator;
use clerk_emulator::Emulator;
use clerk_framework_table::missing_layer;
use clerk_poem::{ClerkMiddleware, Rejection, SignedIn};
use poem::{
    Body, Endpoint, EndpointExt as _, Request, RequestParts, Route, handler,
    http::{StatusCode, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};

#[handler]
async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

/// Nothing here needs a network: no token comes with a request.
fn authenticator() -> Authenticator {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    clerk.authenticator().unwrap().clone()
}

async fn way_back(application: &impl Endpoint, request: Request) -> String {
    let response = application.get_response(request).await;
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = response.header("location").unwrap();
    let (_, rest) = location.split_once("redirect_url=").unwrap();
    rest.split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn browsers_come_back_to_the_whole_url() {
    let routes = Route::new().at("/me", me);
    let inner = routes.with(ClerkMiddleware::new(authenticator()));
    let nested = Route::new().nest("/app", inner);
    let from_a_server = || {
        let request = http::Request::get("/app/me?page=2")
            .header("host", "localhost:3000")
            .header("sec-fetch-dest", "document");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let addresses = (LocalAddr::default(), RemoteAddr::default());
        let parts = RequestParts::from((parts, addresses.0, addresses.1, Scheme::HTTP));
        Request::from_parts(parts, Body::empty())
    };
    assert_eq!(
        way_back(&nested, from_a_server()).await,
        "http%3A%2F%2Flocalhost%3A3000%2Fapp%2Fme%3Fpage%3D2"
    );

    let outer = Route::new().nest("/app", Route::new().at("/me", me));
    let outer = outer.with(ClerkMiddleware::new(authenticator()));
    let made_by_a_test = Request::builder()
        .uri_str("/app/me?page=2")
        .header("host", "localhost:3000")
        .header("sec-fetch-dest", "document")
        .finish();
    for request in [from_a_server(), made_by_a_test] {
        assert_eq!(
            way_back(&outer, request).await,
            "http%3A%2F%2Flocalhost%3A3000%2Fapp%2Fme%3Fpage%3D2"
        );
    }
}

#[tokio::test]
async fn a_rejection_can_be_caught_inside_of_the_middleware() {
    let caught = Route::new()
        .at("/me", me)
        .catch_error(async |rejection: Rejection| {
            (rejection.0.status(), "a page of the application's own")
        })
        .with(ClerkMiddleware::new(authenticator()));
    let request = Request::builder().uri_str("/me").finish();
    let response = caught.get_response(request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let reason = response.header("x-clerk-auth-reason").unwrap();
    assert_eq!(reason, "dev-browser-missing");
    let body = response.into_body().into_string().await.unwrap();
    assert_eq!(body, "a page of the application's own");
}

#[tokio::test]
async fn what_is_outside_of_the_middleware_is_said_to_operators() {
    let inside = Route::new().at("/:ticket", me);
    let outside = Route::new().at("/tickets/:ticket", me);
    let application = Route::new()
        .nest(
            "/inside",
            inside.with(ClerkMiddleware::new(authenticator())),
        )
        .nest("/outside", outside);
    for (path, route) in [
        ("/inside/planted", None),
        (
            "/outside/tickets/planted?planted",
            Some("/outside/tickets/:ticket"),
        ),
    ] {
        let request = Request::builder().uri_str(path).finish();
        let asked = application.get_response(request);
        let (response, log) = missing_layer::logged(asked).await;
        let Some(route) = route else {
            assert_eq!((response.status(), &*log), (StatusCode::UNAUTHORIZED, ""));
            continue;
        };
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            log,
            format!(
                "ERROR clerk::security: event=\"layer-missing\" route=\"{route}\" nothing has \
                 found out who the request comes from: put `.with(ClerkMiddleware::new(…))` behind the \
                 outermost `Route`: it is around what is before it, and not around routes that this is \
                 nested in\n"
            )
        );
    }
}
