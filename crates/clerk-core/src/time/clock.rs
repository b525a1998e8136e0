use core::fmt;

use crate::{MonotonicTime, UnixTime};

/// Where the edge of a program reads the time.
///
/// Everything below the edge takes time as a value. There are two readings because they answer
/// different questions: a token is judged against the calendar ([`now`](Clock::now)), an age is
/// measured on a clock that nobody can set ([`monotonic`](Clock::monotonic)).
///
/// With the feature `std`, `SystemClock` is the real one and `ManualClock` is for tests.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The calendar time.
    fn now(&self) -> UnixTime;

    /// The time on a clock that never goes backwards.
    fn monotonic(&self) -> MonotonicTime;
}

impl<C: Clock + ?Sized> Clock for alloc::sync::Arc<C> {
    fn now(&self) -> UnixTime {
        (**self).now()
    }

    fn monotonic(&self) -> MonotonicTime {
        (**self).monotonic()
    }
}

#[cfg(feature = "std")]
pub use with_std::{ManualClock, SystemClock};

#[cfg(feature = "std")]
mod with_std {
    use std::{
        sync::{Mutex, PoisonError},
        time::{Duration, Instant, SystemTime},
    };

    use super::{Clock, MonotonicTime, UnixTime};

    /// The operating system's clocks.
    ///
    /// ```
    /// use clerk_core::{Clock, SystemClock, UnixTime};
    ///
    /// let clock = SystemClock::new();
    /// assert!(clock.now() > UnixTime::from_secs(1_700_000_000));
    /// assert!(clock.monotonic() <= clock.monotonic());
    /// ```
    #[derive(Clone, Copy, Debug)]
    pub struct SystemClock {
        started: Instant,
    }

    impl SystemClock {
        /// A clock whose monotonic reading starts at zero now.
        #[allow(
            clippy::disallowed_methods,
            reason = "the one place that reads the clock"
        )]
        pub fn new() -> Self {
            Self {
                started: Instant::now(),
            }
        }
    }

    impl Default for SystemClock {
        fn default() -> Self {
            Self::new()
        }
    }

    impl Clock for SystemClock {
        #[allow(
            clippy::disallowed_methods,
            reason = "the one place that reads the clock"
        )]
        fn now(&self) -> UnixTime {
            match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
                Ok(since) => UnixTime::EPOCH.saturating_add(since),
                Err(before) => UnixTime::EPOCH.saturating_sub(before.duration()),
            }
        }

        fn monotonic(&self) -> MonotonicTime {
            MonotonicTime::from_start(self.started.elapsed())
        }
    }

    /// A clock that moves only when told to, for tests that must not wait.
    ///
    /// ```
    /// use clerk_core::{Clock, ManualClock, UnixTime};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::at(UnixTime::from_secs(1_800_000_000));
    /// clock.advance(Duration::from_secs(301));
    /// assert_eq!(clock.now(), UnixTime::from_secs(1_800_000_301));
    /// assert_eq!(clock.monotonic().since_start(), Duration::from_secs(301));
    ///
    /// clock.set(UnixTime::from_secs(0));
    /// assert_eq!(clock.monotonic().since_start(), Duration::from_secs(301));
    /// ```
    #[derive(Debug)]
    pub struct ManualClock {
        readings: Mutex<(UnixTime, MonotonicTime)>,
    }

    impl ManualClock {
        /// A clock that stands at `now`.
        pub fn at(now: UnixTime) -> Self {
            Self {
                readings: Mutex::new((now, MonotonicTime::default())),
            }
        }

        /// Lets `duration` pass: both readings move.
        pub fn advance(&self, duration: Duration) {
            let mut readings = self.lock();
            readings.0 = readings.0.saturating_add(duration);
            readings.1 = readings.1.saturating_add(duration);
        }

        /// Sets the calendar, as an operator or a time server would: no time passes.
        pub fn set(&self, now: UnixTime) {
            self.lock().0 = now;
        }

        fn lock(&self) -> std::sync::MutexGuard<'_, (UnixTime, MonotonicTime)> {
            self.readings.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> UnixTime {
            self.lock().0
        }

        fn monotonic(&self) -> MonotonicTime {
            self.lock().1
        }
    }
}
