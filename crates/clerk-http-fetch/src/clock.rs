use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clerk_core::{Clock, MonotonicTime, UnixTime};

use crate::engine;

/// The engine's clocks, `Date.now()` and `performance.now()`, read whenever they are asked and not before.
///
/// So it can be made while a module starts, where Cloudflare's clocks stand at zero: what such a clock says is not
/// counted. Nor does the monotonic reading go back where the engine's does, which Cloudflare's follows the
/// calendar: it goes on from where it was.
///
/// Clones share their monotonic reading. It starts with the first one that is asked for.
#[derive(Clone, Debug, Default)]
pub struct JsClock {
    stopwatch: Arc<Mutex<Stopwatch>>,
}

impl JsClock {
    /// A clock; nothing is read yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Clock for JsClock {
    fn now(&self) -> UnixTime {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an engine's dates end long before i64 does, and are whole milliseconds"
        )]
        let millis = js_sys::Date::now() as i64;
        UnixTime::from_millis(millis)
    }

    fn monotonic(&self) -> MonotonicTime {
        let millis = engine::performance_now().unwrap_or_else(|_| js_sys::Date::now());
        let mut stopwatch = self
            .stopwatch
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        MonotonicTime::from_start(stopwatch.read(duration(millis)))
    }
}

/// `millis` that an engine says; none where that is no duration.
fn duration(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default()
}

/// The time that has passed by a clock which may be set back, and may not have been started.
#[derive(Debug, Default)]
struct Stopwatch {
    elapsed: Duration,
    last: Option<Duration>,
}

impl Stopwatch {
    fn read(&mut self, reading: Duration) -> Duration {
        if reading.is_zero() {
            return self.elapsed;
        }
        let passed = reading.saturating_sub(self.last.unwrap_or(reading));
        self.elapsed = self.elapsed.saturating_add(passed);
        self.last = Some(reading);
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_reading_never_goes_back_and_never_stands_still() {
        let mut stopwatch = Stopwatch::default();
        for (reading, elapsed) in [
            (1_000_000, 0),
            (1_000_500, 500),
            // The clock is set back by more than it has run.
            (400_000, 500),
            (400_250, 750),
            (400_250, 750),
            // And forth again, which nothing tells from time that has passed.
            (1_000_750, 601_250),
        ] {
            let read = stopwatch.read(Duration::from_millis(reading));
            assert_eq!(read, Duration::from_millis(elapsed), "at {reading}");
        }
    }

    #[test]
    fn a_clock_that_stands_at_zero_while_modules_start_makes_nothing_decades_old() {
        let mut stopwatch = Stopwatch::default();
        let at_module_start = stopwatch.read(Duration::ZERO);
        let today = Duration::from_secs(1_800_000_000);
        assert_eq!(stopwatch.read(today), at_module_start);
        let later = today + Duration::from_secs(7);
        assert_eq!(stopwatch.read(later), Duration::from_secs(7));
        assert_eq!(stopwatch.read(Duration::ZERO), Duration::from_secs(7));
    }

    #[test]
    fn what_is_no_duration_is_no_reading() {
        for millis in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(duration(millis), Duration::ZERO, "{millis}");
        }
        assert_eq!(duration(1500.0), Duration::from_millis(1500));
    }

    #[test]
    fn a_clock_reads_nothing_when_it_is_made() {
        // Here the engine's clocks do not exist, and reading one panics.
        drop(JsClock::new().clone());
        assert!(std::panic::catch_unwind(|| JsClock::new().now()).is_err());
    }
}
