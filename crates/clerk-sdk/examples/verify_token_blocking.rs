//! Verifies a session token, and says which keys it could have been signed with.
//! As `verify_token.rs`, without an async runtime.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… cargo run --example verify_token_blocking \
//!     --features blocking,instance -- eyJ…
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set, and `clerk-dev token mint`
//! a token.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use clerk::blocking::Clerk;

fn main() -> Result<(), Box<dyn Error>> {
    let token = env::args().nth(1).ok_or("give a token")?;
    run(&Clerk::from_env()?, &token)
}

pub(crate) fn run(clerk: &Clerk, token: &str) -> Result<(), Box<dyn Error>> {
    // Fetched for show: a `Clerk` fetches and keeps its keys by itself.
    for key in clerk.jwks().get().send()?.keys {
        println!("key {}", key.kid.as_deref().unwrap_or("without a name"));
    }
    let verified = clerk.verify_token(token)?;
    let claims = verified.claims();
    println!("{} in {}", claims.user_id(), claims.session_id());
    Ok(())
}
