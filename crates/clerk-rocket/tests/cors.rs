//! CORS by a fairing of the application's own: Rocket brings none.

use clerk::Clerk;
use clerk_emulator::Emulator;
use clerk_rocket::{ClerkFairing, SignedIn};
use rocket::{
    Config, Request, Response,
    config::LogLevel,
    fairing::AdHoc,
    get,
    http::{Header, Method, Status},
    local::asynchronous::Client,
    options, routes,
};

const PAGE: &str = "https://app.example.com";

#[get("/me")]
async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

/// No route of the application's answers a preflight.
#[options("/<_..>")]
fn preflight() -> Status {
    Status::NoContent
}

fn allow<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    if request.headers().get_one("origin") != Some(PAGE) {
        return;
    }
    for (name, value) in [
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-methods", "GET, DELETE"),
        (
            "access-control-allow-headers",
            "authorization, content-type",
        ),
        ("access-control-expose-headers", "www-authenticate"),
    ] {
        response.set_header(Header::new(name, value));
    }
    response.adjoin_header(Header::new("vary", "origin"));
}

#[rocket::async_test]
async fn preflights_get_through_and_refusals_can_be_read() {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    let config = Config {
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    let application = rocket::custom(config)
        .mount("/", routes![me, preflight])
        .attach(ClerkFairing::new(clerk.authenticator().unwrap().clone()))
        .attach(AdHoc::on_response("CORS", |request, response| {
            Box::pin(async move { allow(request, response) })
        }));
    let client = Client::untracked(application).await.unwrap();
    for (method, status) in [(Method::Options, 204), (Method::Get, 401)] {
        let request = client
            .req(method, "/me")
            .header(Header::new("origin", PAGE));
        let response = request.dispatch().await;
        assert_eq!(response.status().code, status);
        let allowed = response.headers().get_one("access-control-allow-origin");
        assert_eq!(allowed, Some(PAGE), "{method}");
    }
}
