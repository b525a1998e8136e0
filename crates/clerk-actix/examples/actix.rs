//! An actix-web application that knows who its callers are.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_PUBLISHABLE_KEY=pk_test_… \
//!     cargo run --package clerk-actix --example actix
//! ```
//!
//! Without an instance to spare, `--self-test` starts an offline Clerk and the application, calls
//! it as different people would, and says what each was answered.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use actix_web::{
    App, HttpServer, rt,
    web::{self, ServiceConfig, get},
};
use bytes::Bytes;
use clerk::{
    Clerk, Clock as _, ReqwestTransport, SystemClock, auth::Reverification, http::Transport as _,
};
// `clerk::actix` with the facade's feature `actix`.
use clerk_actix::{
    Allowed, ClerkMiddleware, Guard, MaybeSignedIn, Rejection, Requirement, SignedIn,
};
use clerk_emulator::{Emulator, Server};

/// Open to everybody.
async fn home(MaybeSignedIn(session): MaybeSignedIn) -> String {
    match session {
        Some(session) => format!("Hello {}\n", session.user_id()),
        None => "Hello stranger\n".to_owned(),
    }
}

/// For those who are signed in. Browsers that are not sure are sent to Clerk and come back.
async fn me(session: SignedIn) -> String {
    format!("{}\n", session.user_id())
}

/// The admins of the active organization.
enum Admin {}

impl Guard for Admin {
    fn requirement() -> Requirement {
        Requirement::new().role("org:admin")
    }
}

async fn settings(admin: Allowed<Admin>) -> String {
    format!("{} may change the settings\n", admin.user_id())
}

/// Asks for more once it knows what for.
async fn delete(admin: Allowed<Admin>) -> Result<&'static str, Rejection> {
    admin.require(&Requirement::new().reverification(Reverification::STRICT))?;
    Ok("deleted\n")
}

fn routes(application: &mut ServiceConfig) {
    application
        .route("/", get().to(home))
        .route("/me", get().to(me))
        .service(
            web::resource("/settings")
                .route(get().to(settings))
                .route(web::delete().to(delete)),
        );
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let authenticator = Clerk::from_env()?.authenticator()?.clone();
    println!("http://localhost:3000");
    let server = HttpServer::new(move || {
        let middleware = ClerkMiddleware::new(authenticator.clone());
        App::new().configure(routes).wrap(middleware)
    });
    Ok(server.bind("127.0.0.1:3000")?.run().await?)
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Emulator::builder())?;
    let emulator = server.emulator();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .api_url(server.url())
        .build()?;
    let authenticator = clerk.authenticator()?.clone();
    let application = HttpServer::new(move || {
        let middleware = ClerkMiddleware::new(authenticator.clone());
        App::new().configure(routes).wrap(middleware)
    });
    let application = application
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")?;
    let addresses = application.addrs();
    let address = addresses.first().ok_or("the application listens nowhere")?;
    let url = format!("http://{address}");
    rt::spawn(application.run());

    let now = SystemClock::new().now();
    let token = |email| emulator.token().user(email).organization("acme");
    let (admin, member) = (token("ada@example.com"), token("bob@example.com"));
    // Half an hour ago, the admin has last typed a password, and there is no second factor.
    let unattended = admin.clone().claim("fva", vec![30, -1]).sign(now);
    let (admin, member) = (admin.sign(now), member.sign(now));
    let browser = ReqwestTransport::new()?;
    for (method, path, token, expected) in [
        ("GET", "/", None, 200),
        ("GET", "/me", None, 401),
        ("GET", "/me", Some("forged"), 401),
        ("GET", "/me", Some(member.as_str()), 200),
        ("GET", "/settings", Some(&member), 403),
        ("GET", "/settings", Some(&admin), 200),
        ("DELETE", "/settings", Some(&unattended), 403),
        ("DELETE", "/settings", Some(&admin), 200),
        ("GET", "/elsewhere", Some(&admin), 404),
    ] {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{url}{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = browser.send(request.body(Bytes::new())?).await?;
        println!("{method} {path}: {}", answer.status());
        if answer.status() != expected {
            return Err(format!("{method} {path} should have been answered {expected}").into());
        }
    }
    Ok(())
}
