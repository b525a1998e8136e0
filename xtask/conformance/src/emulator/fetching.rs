//! How often the keys are fetched, and what is said when they cannot be.

use std::{sync::Barrier, thread};

use clerk::{Clerk, Fault, VerificationError, blocking};
use clerk_emulator::Server;
use serde_json::json;

use super::verifiers::{Verifiers, Wanted, node_question, now, server, settings};
use crate::{checks::Checks, outcome::Stopped};

pub(super) fn all(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    cold(verifiers, checks)?;
    unavailable_to_node(verifiers, checks)?;
    refused_to_us(verifiers, checks)?;
    out_of_our_reach(verifiers, checks)
}

/// A server for each of those who ask, so that nobody's requests are counted as another's.
struct Servers {
    node: Server,
    asynchronous: Server,
    blocking: Server,
}

impl Servers {
    fn start() -> Result<Self, Stopped> {
        Ok(Self {
            node: server()?,
            asynchronous: server()?,
            blocking: server()?,
        })
    }

    /// How often each has had its keys fetched: by Node, our async and our blocking client.
    fn fetches(&self) -> [usize; 3] {
        [&self.node, &self.asynchronous, &self.blocking]
            .map(|server| server.emulator().count_requests("GET", "/v1/jwks"))
    }
}

/// Five callers at once, and nobody has the keys yet.
fn cold(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    const CALLERS: usize = 5;
    let servers = Servers::start()?;

    let token = servers.node.emulator().token().sign(now());
    let question = node_question(&servers.node, &token, &Wanted::default());
    let answers = verifiers.ask_node(&vec![question; CALLERS])?;
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
    checks.equal("five callers of Node", &accepted, &CALLERS);

    let token = servers.asynchronous.emulator().token().sign(now());
    let clerk = settings(Clerk::builder(), &servers.asynchronous).build()?;
    let accepted = verifiers.runtime.block_on(async {
        let call = |_| {
            let (clerk, token) = (clerk.clone(), token.clone());
            tokio::spawn(async move { clerk.verify_token(&token).await.is_ok() })
        };
        let callers: Vec<_> = (0..CALLERS).map(call).collect();
        let mut accepted = 0;
        for caller in callers {
            accepted += usize::from(caller.await.unwrap_or(false));
        }
        accepted
    });
    checks.equal("five async callers", &accepted, &CALLERS);

    let token = servers.blocking.emulator().token().sign(now());
    let clerk = settings(blocking::Clerk::builder(), &servers.blocking).build()?;
    let together = Barrier::new(CALLERS);
    let call = || {
        together.wait();
        clerk.verify_token(&token).is_ok()
    };
    let accepted = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
        let answers = callers.into_iter().map(thread::ScopedJoinHandle::join);
        answers.filter(|answer| matches!(answer, Ok(true))).count()
    });
    checks.equal("five blocking callers", &accepted, &CALLERS);

    checks.equal(
        "fetches of five callers",
        &servers.fetches(),
        &[CALLERS, 1, 1],
    );
    checks.shows("one-fetch");
    Ok(())
}

const WRONG: &str = "sk_test_wrong";

fn unavailable_to_node(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let (up, down) = (server()?, server()?);
    down.pause()?;
    let question = |server: &Server| {
        let token = server.emulator().token().sign(now());
        node_question(server, &token, &Wanted::default())
    };
    let mut refused = question(&up);
    refused["options"]["secretKey"] = json!(WRONG);
    // It takes seconds for each, so both are asked at once.
    let node = verifiers.ask_node(&[refused, question(&down)])?;
    let expected = Err("secret-key-invalid".to_owned());
    checks.equal("a refused secret key in Node", &node[0], &expected);
    let fetches = up.emulator().count_requests("GET", "/v1/jwks");
    checks.equal("fetches of Node with it", &fetches, &5);
    let broken = matches!(&node[1], Err(error) if error.starts_with("TypeError"));
    checks.that(broken, || format!("an outage in Node: {:?}", node[1]));
    Ok(())
}

fn refused_to_us(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let servers = Servers::start()?;
    let expected = ("secret-key-invalid", Fault::Configuration);

    let token = servers.asynchronous.emulator().token().sign(now());
    let clerk = settings(Clerk::builder(), &servers.asynchronous).secret_key(WRONG);
    let clerk = clerk.build()?;
    let answer = verifiers.runtime.block_on(clerk.verify_token(&token));
    checks.equal("a refused secret key, async", &blamed(answer), &expected);

    let token = servers.blocking.emulator().token().sign(now());
    let clerk = settings(blocking::Clerk::builder(), &servers.blocking).secret_key(WRONG);
    let answer = clerk.build()?.verify_token(&token);
    checks.equal("a refused secret key, blocking", &blamed(answer), &expected);

    checks.equal("fetches with it", &servers.fetches(), &[0, 1, 1]);
    checks.shows("refused-secret-key");
    Ok(())
}

fn out_of_our_reach(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    server.pause()?;
    let token = server.emulator().token().sign(now());
    let expected = ("jwk-remote-failed-to-load", Fault::Upstream);

    let clerk = settings(Clerk::builder(), &server).build()?;
    let answer = verifiers.runtime.block_on(clerk.verify_token(&token));
    checks.equal("an outage, async", &blamed(answer), &expected);
    let clerk = settings(blocking::Clerk::builder(), &server).build()?;
    checks.equal(
        "an outage, blocking",
        &blamed(clerk.verify_token(&token)),
        &expected,
    );
    checks.shows("outage");
    Ok(())
}

fn blamed<T>(answer: Result<T, VerificationError>) -> (&'static str, Fault) {
    match answer {
        Ok(_) => ("accepted", Fault::Caller),
        Err(error) => (error.reason().as_str(), error.fault()),
    }
}
