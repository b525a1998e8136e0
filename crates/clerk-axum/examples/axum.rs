//! An axum application that knows who its callers are.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_PUBLISHABLE_KEY=pk_test_… \
//!     cargo run --package clerk-axum --example axum
//! ```
//!
//! `PORT` is where it listens (default: 3000), and 0 for any free port. `TOKEN_CACHE` is for how many tokens there is
//! room whose signatures need not be checked again. Default: none.
//!
//! Without an instance to spare, `--self-test` starts an offline Clerk and the application, calls
//! it as different people would, and says what each was answered.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use axum::{Router, routing::get};
use bytes::Bytes;
use clerk::{
    Clerk, Clock as _, ReqwestTransport, SystemClock, VerifiedTokenCache, auth::Reverification,
    http::Transport as _,
};
// `clerk::axum` with the facade's feature `axum`.
use clerk_axum::{Allowed, ClerkLayer, Guard, MaybeSignedIn, Rejection, Requirement, SignedIn};
use clerk_emulator::{Emulator, Server};
use tokio::net::TcpListener;

/// For whoever looks after the service. It stands outside of the layer: nobody finds out who asks.
async fn health() -> &'static str {
    "I am well, whoever asks\n"
}

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

fn application(clerk: &Clerk) -> Result<Router, Box<dyn Error>> {
    let authenticator = clerk.authenticator()?.clone();
    Ok(Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/settings", get(settings).delete(delete))
        .layer(ClerkLayer::new(authenticator))
        .route("/health", get(health)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let mut settings = Clerk::builder().env();
    if let Ok(tokens) = env::var("TOKEN_CACHE") {
        settings = settings.token_cache(VerifiedTokenCache::new(tokens.parse()?));
    }
    let application = application(&settings.build()?)?;
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    Ok(axum::serve(listener, application).await?)
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Emulator::builder())?;
    let emulator = server.emulator();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .api_url(server.url())
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let application = application(&clerk)?;
    tokio::spawn(async { axum::serve(listener, application).await });

    let now = SystemClock::new().now();
    let token = |email| emulator.token().user(email).organization("acme");
    let (admin, member) = (token("ada@example.com"), token("bob@example.com"));
    // Half an hour ago, the admin has last typed a password, and there is no second factor.
    let unattended = admin.clone().claim("fva", vec![30, -1]).sign(now);
    let (admin, member) = (admin.sign(now), member.sign(now));
    let browser = ReqwestTransport::new()?;
    for (method, path, token, expected) in [
        ("GET", "/health", None, 200),
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
