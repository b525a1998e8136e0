//! Invites somebody to the application, and thinks better of it.
//! As `invitations.rs`, without an async runtime.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… cargo run --example invitations_blocking --features blocking
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;

use clerk::blocking::Clerk;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    run(&Clerk::from_env()?)
}

pub(crate) fn run(clerk: &Clerk) -> Result<(), Box<dyn Error>> {
    let invitations = clerk.invitations();
    // What is kept here becomes the user's own when the invitation is accepted.
    let invite = invitations
        .create("alan@example.com")
        .public_metadata(json!({ "team": "Bletchley" }))
        .expires_in_days(7);
    let invited = invite.send()?;
    let team: Option<String> = invited.public_metadata.get("team")?;
    println!("invited {} to {team:?}", invited.id);

    for invitation in invitations.list().status("pending").send()? {
        println!("pending: {}", invitation.id);
    }

    let revoked = invitations.revoke(&invited.id).send()?;
    println!("revoked: {:?}", revoked.revoked);
    Ok(())
}
