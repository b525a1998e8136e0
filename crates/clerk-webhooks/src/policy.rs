use std::time::Duration;

/// How long a body may be, and how long what is remembered of deliveries.
///
/// ```
/// use std::time::Duration;
/// use clerk_webhooks::Policy;
///
/// let policy = Policy::default().body_limit(64 * 1024).keep(Duration::from_secs(24 * 60 * 60));
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) body_limit: usize,
    pub(crate) lease: Duration,
    pub(crate) keep: Duration,
}

impl Policy {
    /// The most bytes that a body may have: 1 MiB, if nothing else is set. Clerk's have some
    /// thousands; metadata can make it more.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long a delivery is in progress at most: a minute, if nothing else is set. After that it
    /// counts as abandoned, and may be acted on again.
    ///
    /// A longer lease does not make time for longer work. Clerk hangs up after 15 seconds, and most
    /// servers drop a handler whose caller has gone: see [`Delivery::once`](crate::Delivery::once).
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long it is remembered that a delivery was acted on: two days, if nothing else is set.
    ///
    /// Clerk goes on sending for a little over a day. What is recorded and played back is refused
    /// once it is as old as the verifier's tolerance, so twice that is the least.
    #[must_use]
    pub const fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            body_limit: 1 << 20,
            lease: Duration::from_secs(60),
            keep: Duration::from_secs(2 * 24 * 60 * 60),
        }
    }
}
