use std::{future::Future, time::Duration};

use bytes::Bytes;
use http::Response;

use crate::TransportError;

/// The span of one call. Without the feature `tracing` it is nothing, and does nothing.
///
/// It carries the operation's name, never a URL, a header or a body.
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Trace {
    pub(crate) fn start(operation: &'static str) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::debug_span!(
                target: "clerk::http",
                "call",
                operation,
                attempt = tracing::field::Empty,
                status = tracing::field::Empty,
                failure = tracing::field::Empty,
            ),
        }
    }

    pub(crate) fn sends(&self, attempt: u32) {
        #[cfg(feature = "tracing")]
        self.span.record("attempt", attempt);
    }

    pub(crate) fn received(&self, outcome: &Result<Response<Bytes>, TransportError>) {
        #[cfg(feature = "tracing")]
        match outcome {
            Ok(response) => self.span.record("status", response.status().as_u16()),
            Err(error) => self
                .span
                .record("failure", tracing::field::debug(error.kind())),
        };
    }

    pub(crate) fn waits(&self, wait: Duration) {
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "clerk::http", parent: &self.span, ?wait, "sending again");
    }

    /// Runs `future` inside the span, so that what the transport traces belongs to the call.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        #[cfg(feature = "tracing")]
        let future = tracing::Instrument::instrument(future, self.span.clone());
        future
    }

    /// Runs `work` inside the span.
    pub(crate) fn around_blocking<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let _entered = self.span.enter();
        work()
    }
}
