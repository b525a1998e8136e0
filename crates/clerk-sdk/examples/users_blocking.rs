//! Creates a user, changes them, finds them again, and deletes them.
//! As `users.rs`, without an async runtime.
//!
//! ```text
//! CLERK_SECRET_KEY=sk_test_… cargo run --example users_blocking --features blocking
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
    let users = clerk.users();
    let grace = users
        .create()
        .email_address(["grace@example.com"])
        .first_name("Grace")
        .send()?;
    println!("created {}", grace.id);

    let plan = json!({ "plan": "pro" });
    let update = users.update(&grace.id).last_name("Hopper");
    update.send()?;
    let merge = users.merge_metadata(&grace.id).public_metadata(plan);
    merge.send()?;
    let found = users.get(&grace.id).send()?;
    let plan: Option<String> = found.public_metadata.get("plan")?;
    println!("plan: {}", plan.as_deref().unwrap_or("none"));

    for user in users.list().query("grace").limit(10).send()? {
        println!("listed {}", user.id);
    }
    let count = users.count().query("grace").send()?;
    println!("counted {}", count.total_count);

    users.delete(&grace.id).send()?;
    // Clerk's errors say what happened, so that a program can go on from there.
    if let Err(error) = users.get(&grace.id).send() {
        println!("deleted: {error}");
    }
    Ok(())
}
