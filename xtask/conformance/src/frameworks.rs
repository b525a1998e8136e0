//! Suite `frameworks`: services that Clerk's own middleware protects, for Express, Fastify and Hono, before our
//! emulator. Whatever the framework, they answer the same.

mod brought;
mod visits;

use std::collections::BTreeMap;

use clerk::blocking::UreqTransport;
use clerk_emulator::{Emulator, Server};

use crate::{
    Settings,
    checks::Checks,
    clients::Node,
    outcome::{Outcome, Stopped},
    programs::Conversation,
};

pub(crate) const NAME: &str = "frameworks";

/// A service, and whom it asks.
struct Service<'s> {
    name: &'s str,
    url: &'s str,
    emulator: &'s Emulator,
    network: &'s UreqTransport,
}

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let server = Server::start(Emulator::builder())?;
    let emulator = server.emulator();
    let mut program = node.script("frameworks.mjs")?;
    program
        .env("CLERK_API_URL", server.url())
        .env("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str())
        .env("CLERK_SECRET_KEY", emulator.secret_key().expose());
    let mut program = Conversation::start(program)?;
    let urls: BTreeMap<String, String> = serde_json::from_value(program.listen()?)?;
    let network = UreqTransport::new();
    let mut checks = Checks::default();
    for (name, url) in &urls {
        let service = Service {
            name,
            url,
            emulator,
            network: &network,
        };
        // What one service's browsers did is nothing to the next.
        emulator.reset();
        brought::all(&service, &mut checks)?;
        visits::all(&service, &mut checks)?;
    }
    if urls.is_empty() {
        return Err(Stopped::Failed("no service was started".to_owned()));
    }
    checks.conclude(NAME, &[])
}
