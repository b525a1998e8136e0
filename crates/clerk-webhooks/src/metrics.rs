//! What is counted of deliveries. Without the feature `metrics` it is nothing, and does nothing.
//!
//! Labels are the names of [rejections](crate::Rejection::reason) and the words below: no id, and no type of event.

#![allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]

#[cfg(feature = "metrics")]
use metrics::{Counter, counter, describe_counter};

use crate::Rejection;

#[cfg(feature = "metrics")]
const RECEIVED: &str = "clerk_webhooks_received_total";
#[cfg(feature = "metrics")]
const HANDLED: &str = "clerk_webhooks_handled_total";

/// Tells the recorder what the metrics of this crate mean, for `# HELP` lines and the like, and of what fails seldom that it
/// has not so far: who computes a rise from nothing misses the first.
///
/// Call it once the program's recorder is installed. Without one it does nothing.
#[cfg(feature = "metrics")]
pub fn register_metrics() {
    describe_counter!(
        RECEIVED,
        "Deliveries that came, by whether they are from Clerk."
    );
    describe_counter!(
        HANDLED,
        "Deliveries from Clerk that were to be acted on once, by what came of it."
    );
    received("verified", "none").increment(0);
    received("undecided", "receiver-missing").increment(0);
    received("undecided", "signature-unchecked").increment(0);
    handled("done", "none").increment(0);
    handled("failed", "handler-failed").increment(0);
    handled("failed", "store-unavailable").increment(0);
    #[cfg(feature = "events")]
    {
        handled("failed", "body-not-an-event").increment(0);
        handled("failed", "event-unreadable").increment(0);
    }
}

#[cfg(feature = "metrics")]
fn received(outcome: &'static str, reason: &'static str) -> Counter {
    counter!(RECEIVED, "outcome" => outcome, "reason" => reason)
}

#[cfg(feature = "metrics")]
fn handled(outcome: &'static str, reason: &'static str) -> Counter {
    counter!(HANDLED, "outcome" => outcome, "reason" => reason)
}

/// A delivery is from Clerk.
pub(crate) fn verified() {
    #[cfg(feature = "metrics")]
    received("verified", "none").increment(1);
}

/// One is not, or not like that.
pub(crate) fn refused(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    received("refused", rejection.reason()).increment(1);
}

/// It cannot be told.
pub(crate) fn undecided(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    received("undecided", rejection.reason()).increment(1);
}

/// One was acted on.
pub(crate) fn done() {
    #[cfg(feature = "metrics")]
    handled("done", "none").increment(1);
}

/// One had been acted on before.
pub(crate) fn repeated() {
    #[cfg(feature = "metrics")]
    handled("repeated", "none").increment(1);
}

/// One is being acted on by somebody else.
pub(crate) fn postponed(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    handled("postponed", rejection.reason()).increment(1);
}

/// One was not acted on, and comes again.
pub(crate) fn failed(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    handled("failed", rejection.reason()).increment(1);
}
