//! Founds an organization, gives it a member, invites another, and dissolves it.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… CLERK_USER_ID=user_… cargo run --example organizations
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{env, error::Error};

use clerk::Clerk;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(&Clerk::from_env()?, &env::var("CLERK_USER_ID")?).await
}

pub(crate) async fn run(clerk: &Clerk, user: &str) -> Result<(), Box<dyn Error>> {
    let navy = clerk.organizations().create("Navy").send().await?;
    println!("founded {}", navy.id);

    let members = clerk.organization_memberships();
    members.create(&navy.id, user, "org:member").send().await?;
    members.update(&navy.id, user, "org:admin").send().await?;
    for member in members.list(&navy.id).send().await? {
        println!(
            "member: {}",
            member.role.as_deref().unwrap_or("without a role")
        );
    }

    let invitations = clerk.organization_invitations();
    let invite = invitations.create(&navy.id, "alan@example.com", "org:member");
    invite.send().await?;
    for invitation in invitations.list(&navy.id).send().await? {
        println!("invited: {}", invitation.id);
    }

    clerk.organizations().delete(&navy.id).send().await?;
    println!("dissolved {}", navy.id);
    Ok(())
}
