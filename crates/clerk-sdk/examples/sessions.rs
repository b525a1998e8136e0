//! Starts a session for a user, makes tokens of it, verifies them, and revokes it.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_USER_ID=user_… CLERK_TEMPLATE=hasura \
//!     cargo run --example sessions
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set, and has that template.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use clerk::{Clerk, TemplateClaims};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (user, template) = (env::var("CLERK_USER_ID")?, env::var("CLERK_TEMPLATE")?);
    run(&Clerk::from_env()?, &user, &template).await
}

pub(crate) async fn run(clerk: &Clerk, user: &str, template: &str) -> Result<(), Box<dyn Error>> {
    let sessions = clerk.sessions();
    let session = sessions.create(user).send().await?;
    println!("started {}", session.id);

    let token = sessions.create_token(&session.id).send().await?;
    let verified = clerk.verify_token(&token.jwt).await?;
    println!("{} is signed in", verified.claims().user_id());

    // Other services trust what the template says; so it has a kind of its own.
    let token = sessions.create_token_from_template(&session.id, template);
    let token = token.send().await?;
    clerk.verify::<TemplateClaims>(&token.jwt).await?;
    println!("made a token of {template}");

    for session in sessions.list().user_id(user).send().await? {
        sessions.revoke(&session.id).send().await?;
        println!("revoked {}", session.id);
    }
    Ok(())
}
