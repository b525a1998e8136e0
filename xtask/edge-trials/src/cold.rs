//! Workers that have no keys yet, or no longer: many callers at once, callers who hang up, and a key server that
//! does not answer.

use std::{thread, time::Duration};

use clerk_emulator::Fault;
use clerk_http::RequestTimeout;

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, now},
};

pub(crate) const TRIALS: &[Trial] = &[
    Trial::at_cloudflare("cold: one caller, and one fetch of keys", |place| {
        callers(place, 1)
    }),
    Trial::at_cloudflare(
        "cold: 6 callers at once are let in by one fetch of keys",
        |place| callers(place, 6),
    ),
    Trial::at_cloudflare(
        "cold: 12 callers at once are let in by one fetch of keys",
        |place| callers(place, 12),
    ),
    Trial::everywhere(
        "cold: 50 callers at once are let in by one fetch of keys",
        |place| callers(place, 50),
    ),
    Trial::at_cloudflare(
        "cold: the first caller hangs up, and nobody notices",
        hanging_up,
    ),
    Trial::at_cloudflare(
        "cold: stale keys serve, then there is no answer, then there is again",
        outage,
    ),
    Trial::at_cloudflare(
        "cold: a refresh that the engine has dropped is made up for",
        lost_refresh,
    ),
    Trial::elsewhere(
        "cold: a refresh runs to its end without anybody to wait for it",
        finished_refresh,
    ),
];

/// How long Clerk takes to answer with its keys.
const SLOW: Duration = Duration::from_millis(300);

fn slow(place: &Place<'_>) -> Result<Edge, String> {
    let edge = place.edge()?;
    edge.clerk().add_fault(Fault::delay(SLOW).path("/v1/jwks"));
    Ok(edge)
}

fn callers(place: &Place<'_>, number: usize) -> Outcome {
    let edge = slow(place)?;
    let token = edge.clerk().token().sign(now());
    let answers: Vec<_> = thread::scope(|scope| {
        let call = || edge.ask("/me", Some(&token));
        let callers: Vec<_> = (0..number).map(|_| scope.spawn(call)).collect();
        callers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    let mut refused: Vec<String> = Vec::new();
    for answer in answers {
        match answer.map_err(|_| "a caller panicked")? {
            Ok((200, _)) => {}
            other => refused.push(format!("{other:?}")),
        }
    }
    if refused.is_empty() && edge.fetches() == 1 {
        return Ok(());
    }
    let fetches = edge.fetches();
    Err(format!(
        "{fetches} fetches, and {} of {number} had no answer: {:?}",
        refused.len(),
        refused.first()
    ))
}

fn hanging_up(place: &Place<'_>) -> Outcome {
    let edge = slow(place)?;
    let token = edge.clerk().token().sign(now());
    let mut impatient = edge.request("/me", Some(&token));
    impatient.extensions_mut().insert(RequestTimeout(SLOW / 3));
    if edge.send(impatient).is_ok() {
        return Err("the first caller had an answer before hanging up".to_owned());
    }
    edge.answers("/me", Some(&token), (200, ""))?;
    edge.answers("/me", Some(&token), (200, ""))?;
    match edge.fetches() {
        1 => Ok(()),
        fetches => Err(format!("{fetches} fetches")),
    }
}

/// How long keys count as fresh, and then as stale, in trials of what follows.
const FRESH: Duration = Duration::from_millis(1000);
const STALE: Duration = Duration::from_millis(3000);

fn outage(place: &Place<'_>) -> Outcome {
    let edge = place.edge_with(&[("KEYS_FRESH_MS", "1000"), ("KEYS_STALE_MS", "3000")])?;
    // Of any age, for as long as this takes.
    let token = edge
        .clerk()
        .token()
        .lifetime(Duration::from_secs(600))
        .sign(now());
    edge.answers("/me", Some(&token), (200, ""))?;
    edge.clerk().add_fault(Fault::status(503).path("/v1/jwks"));
    wait(FRESH + FRESH / 2);
    edge.answers("/me", Some(&token), (200, ""))
        .map_err(|problem| format!("while keys are stale: {problem}"))?;
    wait(FRESH + STALE);
    edge.answers("/me", Some(&token), (503, ""))
        .map_err(|problem| format!("once they are too old: {problem}"))?;
    edge.clerk().clear_faults();
    becomes(&edge, &token, 200)
}

fn lost_refresh(place: &Place<'_>) -> Outcome {
    let (edge, token) = refreshing(place)?;
    if edge.fetches() != 1 {
        return Err("the engine has dropped no refresh".to_owned());
    }
    // It waits until the fetch that nobody runs counts as failed, and fetches then.
    edge.answers("/me", Some(&token), (200, ""))?;
    match edge.fetches() {
        2 => Ok(()),
        fetches => Err(format!("{fetches} fetches")),
    }
}

fn finished_refresh(place: &Place<'_>) -> Outcome {
    let (edge, _) = refreshing(place)?;
    match edge.fetches() {
        2 => Ok(()),
        fetches => Err(format!("{fetches} fetches")),
    }
}

/// A Worker that was asked when its keys were due, and has told no engine of the fetch that this has begun. The answer
/// was out before the keys were there, and they have expired since.
fn refreshing(place: &Place<'_>) -> Result<(Edge, String), String> {
    let edge = place.edge_with(&[
        ("KEYS_FRESH_MS", "1000"),
        ("KEYS_STALE_MS", "0"),
        ("SPAWN", "plain"),
    ])?;
    let token = edge
        .clerk()
        .token()
        .lifetime(Duration::from_secs(600))
        .sign(now());
    edge.answers("/me", Some(&token), (200, ""))?;
    edge.clerk()
        .add_fault(Fault::delay(SLOW).path("/v1/jwks").times(1));
    wait(FRESH * 3 / 4);
    edge.answers("/me", Some(&token), (200, ""))?;
    wait(FRESH);
    Ok((edge, token))
}

/// Whether the page answers so within the time that a fetch may take, and the next one after that.
fn becomes(edge: &Edge, token: &str, status: u16) -> Outcome {
    const STEP: Duration = Duration::from_millis(250);
    const STEPS: u32 = 40;
    let mut seen = Vec::new();
    for _ in 0..STEPS {
        let (found, _) = edge.ask("/me", Some(token))?;
        if found == status {
            return Ok(());
        }
        seen.push(found);
        wait(STEP);
    }
    Err(format!("it should have become {status}: {seen:?}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the engine's clock is the machine's, and no other can be given to it"
)]
fn wait(duration: Duration) {
    thread::sleep(duration);
}
