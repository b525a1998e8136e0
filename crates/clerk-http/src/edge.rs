use std::sync::Arc;

use clerk_core::{Clock, SystemClock};

/// Where the bytes go, how to wait, and what to read the time from.
#[derive(Debug)]
pub(crate) struct Edge<T: ?Sized, R: ?Sized> {
    pub(crate) transport: Arc<T>,
    pub(crate) runtime: Arc<R>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl<T: ?Sized, R: ?Sized> Edge<T, R> {
    /// The system's clock is made, and thereby read, where no other was given.
    pub(crate) fn new(transport: Arc<T>, runtime: Arc<R>, clock: Option<Arc<dyn Clock>>) -> Self {
        Self {
            transport,
            runtime,
            clock: clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
        }
    }

    pub(crate) fn now(&self) -> clerk_core::MonotonicTime {
        self.clock.monotonic()
    }
}

impl<T: ?Sized, R: ?Sized> Clone for Edge<T, R> {
    fn clone(&self) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
            runtime: Arc::clone(&self.runtime),
            clock: Arc::clone(&self.clock),
        }
    }
}
