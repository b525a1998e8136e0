//! Suite `methods`: every method that Clerk's own Backend API clients have, against our emulator.
//!
//! `clients/methods/node.toml` and `python.toml` say what each is called with and what has to come back, and
//! `known.toml` which methods are known not to pass, `proofs.toml` which operations the others have gone through.

mod judge;
mod known;
mod proofs;
mod report;
mod run;
mod scene;
mod table;
mod values;

use std::{fs, thread};

use serde_json::{Value, json};

pub(crate) use self::scene::Scene;
use self::{known::Known, proofs::Proofs, run::Findings};
use crate::{
    Settings,
    clients::{Node, Python},
    outcome::{Outcome, Passed, Stopped},
    programs::Conversation,
};

pub(crate) const NAME: &str = "methods";

/// A client of Clerk's.
struct Client {
    name: &'static str,
    /// The major version, by which rows of the table are chosen.
    version: u32,
    table: &'static str,
    start: fn(&Settings) -> Result<Conversation, Stopped>,
    /// What it is made with.
    settings: fn(url: &str, key: &str) -> Value,
}

const CLIENTS: &[Client] = &[
    Client {
        name: "@clerk/backend 3",
        version: 3,
        table: "node.toml",
        start: |settings| {
            let node = Node::set_up(&settings.directory)?;
            Conversation::start(node.script("methods.mjs")?)
        },
        settings: |url, key| json!({ "apiUrl": url, "secretKey": key, "telemetry": { "disabled": true } }),
    },
    Client {
        name: "clerk-backend-api 6",
        version: 6,
        table: "python.toml",
        start: |settings| {
            let python = Python::set_up(&settings.directory)?;
            Conversation::start(python.script("methods.py"))
        },
        settings: python,
    },
    Client {
        name: "clerk-backend-api 7",
        version: 7,
        table: "python.toml",
        start: |settings| {
            let python = Python::set_up_newest(&settings.directory)?;
            Conversation::start(python.script("methods.py"))
        },
        settings: python,
    },
];

fn python(url: &str, key: &str) -> Value {
    json!({ "server_url": format!("{url}/v1"), "bearer_auth": key })
}

pub(crate) fn run(settings: &Settings) -> Outcome {
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    for (client, findings) in all(settings) {
        match findings {
            Ok(findings) => found.push((client, findings)),
            Err(Stopped::Skipped(why)) => skipped.push(format!("{}: {why}", client.name)),
            Err(Stopped::Failed(why)) => {
                return Err(Stopped::Failed(format!("{}: {why}", client.name)));
            }
        }
    }
    let path = settings.directory.join("methods.md");
    fs::write(&path, report::page(&found))?;
    let mut text = report::summary(&found);
    let known = Known::read()?;
    let proofs = Proofs::read()?;
    if settings.bless {
        known.with(&found).write()?;
        proofs.with(&found).write()?;
    } else {
        let differences = known.differences(&found);
        if !differences.is_empty() {
            return Err(Stopped::Failed(format!("{text}\n{differences}")));
        }
        if proofs.clone().with(&found) != proofs {
            let what = "other operations were carried out than proofs.toml has; write it anew and commit it: cargo xtask \
                        conformance --bless methods, then cargo xtask codegen";
            return Err(Stopped::Failed(format!("{text}\n{what}")));
        }
    }
    if skipped.is_empty() {
        Ok(Passed(text))
    } else {
        text.push_str(&format!("\nnot run: {}", skipped.join("; ")));
        Err(Stopped::Skipped(text))
    }
}

/// Each client has an instance of its own, so they run beside each other.
fn all(settings: &Settings) -> Vec<(&'static Client, Result<Findings, Stopped>)> {
    thread::scope(|scope| {
        let running: Vec<_> = CLIENTS
            .iter()
            .map(|client| (client, scope.spawn(|| run::client(client, settings))))
            .collect();
        let ended = |(client, running): (_, thread::ScopedJoinHandle<'_, _>)| {
            let broken = || Err(Stopped::Failed("the suite broke; see above".to_owned()));
            (client, running.join().unwrap_or_else(|_| broken()))
        };
        running.into_iter().map(ended).collect()
    })
}
