//! Suite `newcomer`: the commands in the README of `docs/examples/vite-axum`, as they are, and somebody in Chromium who
//! signs in on the page that they lead to.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    Settings, browser,
    checks::Checks,
    clients::{self, Node, SetUp},
    outcome::{Outcome, Stopped},
    programs,
};

pub(crate) const NAME: &str = "newcomer";

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/vite-axum");

/// The packages of the page are there before the network is gone, so that its command installs nothing.
pub(crate) const CLIENTS: SetUp = |target| {
    (browser::CLIENTS)(target)?;
    clients::npm_install(&PathBuf::from(EXAMPLE).join("web"))
};

pub(crate) fn run(settings: &Settings) -> Outcome {
    (CLIENTS)(&settings.directory)?;
    let node = Node::set_up_for(browser::NAME, &settings.directory)?;
    let screenshots = settings.directory.join(NAME);
    fs::create_dir_all(&screenshots)?;
    let question = json!({
        "chromium": browser::chromium()?,
        "screenshots": screenshots,
        "example": fs::canonicalize(EXAMPLE)?,
    });
    let answer = programs::answers(node.script("newcomer.mjs")?, &question.to_string())?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let Some(tried) = answer["checks"].as_array() else {
        let broken = answer["broken"].as_str().unwrap_or_default();
        return Err(Stopped::Failed(broken.to_owned()));
    };
    let mut checks = Checks::default();
    for check in tried {
        let problem = check["problem"].as_str();
        checks.that(problem.is_none(), || {
            let problem = problem.unwrap_or_default();
            format!("{}: {problem}", check["what"])
        });
    }
    checks.conclude(NAME, &[])
}
