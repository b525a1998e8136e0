//! Where CORS goes: outside of the middleware that refuses, so that a page may read why.

use clerk::Clerk;
use clerk_emulator::Emulator;
use clerk_poem::{ClerkMiddleware, SignedIn};
use poem::{
    Endpoint as _, EndpointExt as _, Request, Response, Route, handler, http::Method,
    middleware::Cors,
};

const PAGE: &str = "https://app.example.com";

#[handler]
async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

async fn answer(method: Method) -> Response {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    let cors = Cors::new()
        .allow_origin(PAGE)
        .allow_method("DELETE")
        .allow_method("GET")
        .allow_headers(["authorization", "content-type"])
        .expose_header("www-authenticate");
    let application = Route::new()
        .at("/me", me)
        .with(ClerkMiddleware::new(clerk.authenticator().unwrap().clone()))
        .with(cors);
    let request = Request::builder()
        .method(method)
        .uri_str("/me")
        .header("origin", PAGE)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "authorization");
    application.get_response(request.finish()).await
}

#[tokio::test]
async fn preflights_get_through_and_refusals_can_be_read() {
    let preflight = answer(Method::OPTIONS).await;
    assert_eq!(preflight.status(), 200);
    assert_eq!(preflight.header("access-control-allow-origin"), Some(PAGE));

    let refusal = answer(Method::GET).await;
    assert_eq!(refusal.status(), 401);
    assert_eq!(refusal.header("access-control-allow-origin"), Some(PAGE));
    let exposed = refusal.header("access-control-expose-headers");
    assert_eq!(exposed, Some("www-authenticate"));
}
