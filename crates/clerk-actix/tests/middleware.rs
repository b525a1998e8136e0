//! What is actix-web's own: errors that pass by, and scopes.

use actix_web::{
    App,
    dev::Service as _,
    error::ErrorImATeapot,
    http::StatusCode,
    middleware::from_fn,
    test::{TestRequest, init_service, try_call_service},
    web,
};
use clerk::Clerk;
use clerk_actix::{ClerkMiddleware, SignedIn};
use clerk_emulator::Emulator;

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

/// Nothing here needs a network: no token comes with a request.
fn middleware() -> ClerkMiddleware {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    ClerkMiddleware::new(clerk.authenticator().unwrap().clone())
}

#[actix_web::test]
async fn errors_of_middleware_further_inside_have_the_headers_too() {
    let application = App::new()
        .wrap(from_fn(async |_, _| -> Result<_, _> {
            Err::<actix_web::dev::ServiceResponse, _>(ErrorImATeapot("tea"))
        }))
        .wrap(middleware());
    let service = init_service(application).await;
    let request = TestRequest::get().to_request();
    let error = service.call(request).await.unwrap_err();
    let response = error.error_response();
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    let reasons: Vec<_> = response.headers().get_all("x-clerk-auth-reason").collect();
    assert_eq!(reasons, ["dev-browser-missing"]);
}

#[actix_web::test]
async fn browsers_come_back_to_the_whole_url() {
    let scope = web::scope("/app").route("/me", web::get().to(me));
    let service = init_service(App::new().service(scope.wrap(middleware()))).await;
    let request = TestRequest::get()
        .uri("/app/me?page=2")
        .insert_header(("host", "localhost:3000"))
        .insert_header(("sec-fetch-dest", "document"));
    let response = try_call_service(&service, request.to_request())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = response
        .headers()
        .get("location")
        .unwrap()
        .to_str()
        .unwrap();
    assert!(location.contains("redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fapp%2Fme%3Fpage%3D2"));
}
