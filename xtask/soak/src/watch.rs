//! The time since the run began.

use std::time::{Duration, Instant};

use crate::history::At;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch(Instant);

#[allow(
    clippy::disallowed_methods,
    reason = "this program measures real time, and waits for it"
)]
impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> At {
        self.0.elapsed()
    }

    /// Blocks the thread, to some fifty microseconds; timers of runtimes have a resolution of a millisecond.
    pub(crate) fn wait_until(self, due: At) {
        let left = due.saturating_sub(self.now());
        if !left.is_zero() {
            std::thread::sleep(left);
        }
    }

    /// Blocks the thread.
    pub(crate) fn pause(duration: Duration) {
        std::thread::sleep(duration);
    }
}
