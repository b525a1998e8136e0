//! What is counted of calls. Without the feature `metrics` it is nothing, and does nothing.
//!
//! Labels are operations' names and the words below, never anything of a request or an answer.

use bytes::Bytes;
use clerk_core::MonotonicTime;
use http::Response;

use crate::{Error, TransportError};
#[cfg(feature = "metrics")]
use {
    crate::{TransportErrorKind, retry},
    http::StatusCode,
    metrics::{
        Gauge, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge,
        histogram,
    },
};

#[cfg(feature = "metrics")]
mod name {
    pub(super) const CALLS: &str = "clerk_api_calls_total";
    pub(super) const DURATION: &str = "clerk_api_call_duration_seconds";
    pub(super) const IN_FLIGHT: &str = "clerk_api_calls_in_flight";
    pub(super) const RETRIES: &str = "clerk_api_retries_total";
}

/// Tells the recorder what the metrics of this crate mean, for `# HELP` lines and the like.
///
/// Call it once the program's recorder is installed. Without one it does nothing.
#[cfg(feature = "metrics")]
pub fn register_metrics() {
    describe_counter!(
        name::CALLS,
        "Calls of Clerk's APIs that have ended, by how."
    );
    describe_histogram!(
        name::DURATION,
        Unit::Seconds,
        "How long calls took that were sent and not abandoned, attempts and the waits between them together."
    );
    describe_gauge!(name::IN_FLIGHT, "Calls that have begun and not ended.");
    describe_counter!(
        name::RETRIES,
        "Requests that were sent again, by what the attempt before came to."
    );
}

/// One call, which is in flight until this is dropped.
pub(crate) struct Meter {
    #[cfg(feature = "metrics")]
    counted: Counted,
}

#[cfg(feature = "metrics")]
struct Counted {
    operation: &'static str,
    in_flight: Gauge,
    outcome: &'static str,
}

#[allow(
    unused_mut,
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Meter {
    pub(crate) fn start(operation: &'static str) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            counted: Counted::start(operation),
        }
    }

    /// The attempt that came to `outcome` is followed by another.
    pub(crate) fn sends_again(&self, outcome: &Result<Response<Bytes>, TransportError>) {
        #[cfg(feature = "metrics")]
        {
            let cause = match outcome {
                Ok(response) => of_status(response.status()),
                Err(error) => of_exchange(error.kind()),
            };
            counter!(name::RETRIES, "operation" => self.counted.operation, "cause" => cause)
                .increment(1);
        }
    }

    /// There is no request to send.
    pub(crate) fn cannot_be_sent(&mut self) {
        #[cfg(feature = "metrics")]
        {
            self.counted.outcome = "not-sent";
        }
    }

    /// The call that began then has come to this.
    pub(crate) fn ends<T>(
        mut self,
        result: &Result<T, Error>,
        began: MonotonicTime,
        now: MonotonicTime,
    ) {
        #[cfg(feature = "metrics")]
        {
            self.counted.outcome = result.as_ref().err().map_or("success", of_error);
            let duration = histogram!(name::DURATION, "operation" => self.counted.operation);
            duration.record(now.saturating_duration_since(began));
        }
    }
}

#[cfg(feature = "metrics")]
impl Counted {
    fn start(operation: &'static str) -> Self {
        let in_flight = gauge!(name::IN_FLIGHT);
        in_flight.increment(1);
        Self {
            operation,
            in_flight,
            outcome: "abandoned",
        }
    }
}

#[cfg(feature = "metrics")]
impl Drop for Counted {
    fn drop(&mut self) {
        self.in_flight.decrement(1);
        counter!(name::CALLS, "operation" => self.operation, "outcome" => self.outcome)
            .increment(1);
    }
}

#[cfg(feature = "metrics")]
fn of_error(error: &Error) -> &'static str {
    match error {
        Error::Build { .. } => "not-sent",
        Error::Transport { cause, .. } => of_exchange(cause.kind()),
        Error::Api(answer) => of_status(answer.status),
        Error::Decode { .. } => "unreadable",
    }
}

#[cfg(feature = "metrics")]
const fn of_exchange(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Timeout => "timed-out",
        kind if kind.is_before_sending() => "unreachable",
        _ => "broken",
    }
}

#[cfg(feature = "metrics")]
fn of_status(status: StatusCode) -> &'static str {
    match status {
        status if retry::turns_away(status) => "rate-limited",
        status if status.is_server_error() => "server-error",
        _ => "refused",
    }
}
