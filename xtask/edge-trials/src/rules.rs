//! The contract of transports, asked of the Worker's from outside.

use clerk_http::conformance;

use crate::{Outcome, Trial, edge::Place, worker_transport::WorkerTransport};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "the transport keeps the rules that an engine lets it keep",
    rules,
)];

/// What its documentation says that it cannot keep. Were it to, that would have to be said instead.
const NOT_KEPT: &[&str] = &[
    "all response headers are kept: x-many: ",
    "a port nobody listens on is a failure to connect: ",
];

/// And in Node, whose `fetch` Vercel's engine has, too. It reads no more than 16 KiB of headers.
const NOT_KEPT_BY_NODE: &[&str] = &[
    "the request goes out as it is: x-repeated: ",
    "all response headers are kept: expected a response, found TransportError { kind: Broken, ",
    "a port nobody listens on is a failure to connect: ",
];

fn rules(place: &Place<'_>) -> Outcome {
    let not_kept = if place.engine.is_cloudflares() {
        NOT_KEPT
    } else {
        NOT_KEPT_BY_NODE
    };
    let edge = place.edge()?;
    let kept = conformance::check_blocking(|| WorkerTransport(&edge));
    let violations = kept.err().map(|violations| violations.to_string());
    let violations = violations.unwrap_or_default();
    let violations: Vec<&str> = violations
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .collect();
    let is_expected = |violation: &&str| not_kept.iter().any(|known| violation.starts_with(known));
    if violations.len() == not_kept.len() && violations.iter().all(is_expected) {
        return Ok(());
    }
    Err(format!("{violations:#?}"))
}
