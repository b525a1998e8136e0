//! A Rocket application that knows who its callers are.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_PUBLISHABLE_KEY=pk_test_… \
//!     cargo run --package clerk-rocket --example rocket
//! ```
//!
//! Without an instance to spare, `--self-test` starts an offline Clerk and the application, calls
//! it as different people would, and says what each was answered.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use clerk::{Clerk, Clock as _, SystemClock, auth::Reverification};
use clerk_emulator::{Emulator, Server};
// `clerk::rocket` with the facade's feature `rocket`.
use clerk_rocket::{Allowed, ClerkFairing, Guard, MaybeSignedIn, Rejection, Requirement, SignedIn};
use rocket::{
    Build, Config, Rocket, config::LogLevel, delete, get, http::Header, http::Method,
    local::asynchronous::Client, routes,
};

/// Open to everybody.
#[get("/")]
async fn home(session: MaybeSignedIn) -> String {
    match session.0 {
        Some(session) => format!("Hello {}\n", session.user_id()),
        None => "Hello stranger\n".to_owned(),
    }
}

/// For those who are signed in. Browsers that are not sure are sent to Clerk and come back.
#[get("/me")]
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

#[get("/settings")]
async fn settings(admin: Allowed<Admin>) -> String {
    format!("{} may change the settings\n", admin.user_id())
}

/// Asks for more once it knows what for.
#[delete("/settings")]
async fn remove(admin: Allowed<Admin>) -> Result<&'static str, Rejection> {
    admin.require(&Requirement::new().reverification(Reverification::STRICT))?;
    Ok("deleted\n")
}

fn application(rocket: Rocket<Build>, clerk: &Clerk) -> Result<Rocket<Build>, Box<dyn Error>> {
    let authenticator = clerk.authenticator()?.clone();
    Ok(rocket
        .attach(ClerkFairing::new(authenticator))
        .mount("/", routes![home, me, settings, remove]))
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let application = application(rocket::build(), &Clerk::from_env()?)?;
    application.launch().await?;
    Ok(())
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Emulator::builder())?;
    let emulator = server.emulator();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .api_url(server.url())
        .build()?;
    let config = Config {
        log_level: LogLevel::Off,
        ..Config::default()
    };
    let application = application(rocket::custom(config), &clerk)?;
    let browser = Client::untracked(application).await?;

    let now = SystemClock::new().now();
    let token = |email| emulator.token().user(email).organization("acme");
    let (admin, member) = (token("ada@example.com"), token("bob@example.com"));
    // Half an hour ago, the admin has last typed a password, and there is no second factor.
    let unattended = admin.clone().claim("fva", vec![30, -1]).sign(now);
    let (admin, member) = (admin.sign(now), member.sign(now));
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
        let method: Method = method.parse().map_err(|_| "not a method")?;
        let mut request = browser.req(method, path);
        if let Some(token) = token {
            request.add_header(Header::new("authorization", format!("Bearer {token}")));
        }
        let answer = request.dispatch().await;
        println!("{method} {path}: {}", answer.status());
        if answer.status().code != expected {
            return Err(format!("{method} {path} should have been answered {expected}").into());
        }
    }
    Ok(())
}
