//! A poem application that knows who its callers are.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_PUBLISHABLE_KEY=pk_test_… \
//!     cargo run --package clerk-poem --example poem
//! ```
//!
//! Without an instance to spare, `--self-test` starts an offline Clerk and the application, calls
//! it as different people would, and says what each was answered.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use bytes::Bytes;
use clerk::{
    Clerk, Clock as _, ReqwestTransport, SystemClock, auth::Reverification, http::Transport as _,
};
use clerk_emulator::{Emulator, Server};
// `clerk::poem` with the facade's feature `poem`.
use clerk_poem::{
    Allowed, ClerkMiddleware, Guard, MaybeSignedIn, Rejection, Requirement, SignedIn,
};
use poem::{
    Endpoint, EndpointExt as _, Route, get, handler,
    listener::{Acceptor as _, Listener as _, TcpListener},
};

/// Open to everybody.
#[handler]
async fn home(MaybeSignedIn(session): MaybeSignedIn) -> String {
    match session {
        Some(session) => format!("Hello {}\n", session.user_id()),
        None => "Hello stranger\n".to_owned(),
    }
}

/// For those who are signed in. Browsers that are not sure are sent to Clerk and come back.
#[handler]
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

#[handler]
async fn settings(admin: Allowed<Admin>) -> String {
    format!("{} may change the settings\n", admin.user_id())
}

/// Asks for more once it knows what for.
#[handler]
async fn delete(admin: Allowed<Admin>) -> Result<&'static str, Rejection> {
    admin.require(&Requirement::new().reverification(Reverification::STRICT))?;
    Ok("deleted\n")
}

fn application(clerk: &Clerk) -> Result<impl Endpoint + 'static, Box<dyn Error>> {
    let authenticator = clerk.authenticator()?.clone();
    Ok(Route::new()
        .at("/", get(home))
        .at("/me", get(me))
        .at("/settings", get(settings).delete(delete))
        .with(ClerkMiddleware::new(authenticator)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let application = application(&Clerk::from_env()?)?;
    let listener = TcpListener::bind("127.0.0.1:3000");
    println!("http://localhost:3000");
    Ok(poem::Server::new(listener).run(application).await?)
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Emulator::builder())?;
    let emulator = server.emulator();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .api_url(server.url())
        .build()?;
    let application = application(&clerk)?;
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    let addresses = acceptor.local_addr();
    let address = addresses.first().ok_or("the application listens nowhere")?;
    let address = address.as_socket_addr().ok_or("not by TCP")?;
    let url = format!("http://{address}");
    tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(application));

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
