//! The contract of transports, asked of the Worker's from outside.

use clerk_http::conformance;

use crate::{Outcome, Trial, edge::Place, worker_transport::WorkerTransport};

pub(crate) const TRIALS: &[Trial] = &[(
    "the transport keeps the rules that an engine lets it keep",
    rules,
)];

/// What its documentation says that it cannot keep. Were it to, that would have to be said instead.
const NOT_KEPT: [&str; 2] = [
    "all response headers are kept: x-many: ",
    "a port nobody listens on is a failure to connect: ",
];

fn rules(place: &Place<'_>) -> Outcome {
    let edge = place.edge()?;
    let kept = conformance::check_blocking(|| WorkerTransport(&edge));
    let violations = kept.err().map(|violations| violations.to_string());
    let violations = violations.unwrap_or_default();
    let violations: Vec<&str> = violations
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .collect();
    let is_expected = |violation: &&str| NOT_KEPT.iter().any(|known| violation.starts_with(known));
    if violations.len() == NOT_KEPT.len() && violations.iter().all(is_expected) {
        return Ok(());
    }
    Err(format!("{violations:#?}"))
}
