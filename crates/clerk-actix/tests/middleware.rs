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
use clerk_framework_table::missing_layer;

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

#[actix_web::test]
async fn what_is_outside_of_the_middleware_is_said_to_operators() {
    let me = || web::get().to(me);
    let inside = web::scope("/inside")
        .route("/{ticket}", me())
        .wrap(middleware());
    let outside = web::scope("/{organization}").route("/tickets/{ticket}", me());
    let application = App::new()
        .service(inside)
        .service(outside)
        .default_service(web::to(async |_: SignedIn| ""));
    let service = init_service(application).await;
    for (path, route) in [
        ("/inside/planted", None),
        (
            "/planted/tickets/planted?planted",
            Some(" route=\"/{organization}/tickets/{ticket}\""),
        ),
        ("/planted", Some("")),
    ] {
        let request = TestRequest::get().uri(path).to_request();
        let asked = try_call_service(&service, request);
        let (response, log) = missing_layer::logged(asked).await;
        let status = response.unwrap().status();
        let Some(route) = route else {
            assert_eq!((status, &*log), (StatusCode::UNAUTHORIZED, ""));
            continue;
        };
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            log,
            format!(
                "ERROR clerk::security: event=\"layer-missing\"{route} nothing has found out \
                 who the request comes from: `.wrap(ClerkMiddleware::new(…))` the whole `App`, outside \
                 of any middleware that asks: what is wrapped last is outermost\n"
            )
        );
    }
}
