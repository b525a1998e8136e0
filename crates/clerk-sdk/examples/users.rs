//! Creates a user, changes them, finds them again, and deletes them.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… cargo run --example users
//! ```
//!
//! Without an instance to spare: `clerk-dev emulator` prints what to set.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;

use clerk::Clerk;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(&Clerk::from_env()?).await
}

pub(crate) async fn run(clerk: &Clerk) -> Result<(), Box<dyn Error>> {
    let users = clerk.users();
    let grace = users
        .create()
        .email_address(["grace@example.com"])
        .first_name("Grace")
        .send()
        .await?;
    println!("created {}", grace.id);

    let plan = json!({ "plan": "pro" });
    let update = users.update(&grace.id).last_name("Hopper");
    update.send().await?;
    let merge = users.merge_metadata(&grace.id).public_metadata(plan);
    merge.send().await?;
    let found = users.get(&grace.id).send().await?;
    let plan: Option<String> = found.public_metadata.get("plan")?;
    println!("plan: {}", plan.as_deref().unwrap_or("none"));

    for user in users.list().query("grace").limit(10).send().await? {
        println!("listed {}", user.id);
    }
    let count = users.count().query("grace").send().await?;
    println!("counted {}", count.total_count);

    users.delete(&grace.id).send().await?;
    // Clerk's errors say what happened, so that a program can go on from there.
    if let Err(error) = users.get(&grace.id).send().await {
        println!("deleted: {error}");
    }
    Ok(())
}
