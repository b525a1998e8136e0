//! Where CORS goes: outside of the middleware that refuses, so that a page may read why.

use actix_cors::Cors;
use actix_web::{
    App,
    body::BoxBody,
    dev::ServiceResponse,
    http::{Method, header},
    test::{TestRequest, init_service, try_call_service},
    web,
};
use clerk::Clerk;
use clerk_actix::{ClerkMiddleware, SignedIn};
use clerk_emulator::Emulator;

const PAGE: &str = "https://app.example.com";

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

async fn answer(method: Method) -> ServiceResponse<BoxBody> {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    let cors = Cors::default()
        .allowed_origin(PAGE)
        .allowed_methods(["GET", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE]);
    // What is wrapped last is outermost.
    let application = App::new()
        .route("/me", web::get().to(me))
        .wrap(ClerkMiddleware::new(clerk.authenticator().unwrap().clone()))
        .wrap(cors);
    let service = init_service(application).await;
    let request = TestRequest::with_uri("/me")
        .method(method)
        .insert_header(("origin", PAGE))
        .insert_header(("access-control-request-method", "DELETE"))
        .insert_header(("access-control-request-headers", "authorization"));
    let response = try_call_service(&service, request.to_request()).await;
    response.unwrap().map_into_boxed_body()
}

fn header<'r>(response: &'r ServiceResponse<BoxBody>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

#[actix_web::test]
async fn preflights_get_through_and_refusals_can_be_read() {
    let preflight = answer(Method::OPTIONS).await;
    assert_eq!(preflight.status(), 200);
    let allowed = header(&preflight, "access-control-allow-origin");
    assert_eq!(allowed, Some(PAGE));

    let refusal = answer(Method::GET).await;
    assert_eq!(refusal.status(), 401);
    assert_eq!(header(&refusal, "access-control-allow-origin"), Some(PAGE));
    let exposed = header(&refusal, "access-control-expose-headers");
    assert_eq!(exposed, Some("www-authenticate"));
}
