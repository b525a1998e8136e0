//! Founds an organization, gives it a member, invites another, and dissolves it.
//! As `organizations.rs`, without an async runtime.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_USER_ID=user_… \
//!     cargo run --example organizations_blocking --features blocking
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use clerk::blocking::Clerk;

fn main() -> Result<(), Box<dyn Error>> {
    run(&Clerk::from_env()?, &env::var("CLERK_USER_ID")?)
}

pub(crate) fn run(clerk: &Clerk, user: &str) -> Result<(), Box<dyn Error>> {
    let navy = clerk.organizations().create("Navy").send()?;
    println!("founded {}", navy.id);

    let members = clerk.organization_memberships();
    members.create(&navy.id, user, "org:member").send()?;
    members.update(&navy.id, user, "org:admin").send()?;
    for member in members.list(&navy.id).send()? {
        println!(
            "member: {}",
            member.role.as_deref().unwrap_or("without a role")
        );
    }

    let invitations = clerk.organization_invitations();
    let invite = invitations.create(&navy.id, "alan@example.com", "org:member");
    invite.send()?;
    for invitation in invitations.list(&navy.id).send()? {
        println!("invited: {}", invitation.id);
    }

    clerk.organizations().delete(&navy.id).send()?;
    println!("dissolved {}", navy.id);
    Ok(())
}
