use std::sync::OnceLock;

use clerk_core::{Clock, MonotonicTime, SystemClock, UnixTime};

/// The system's clock, made when it is first asked. Nothing else would be early enough for those who give
/// a receiver another clock because the system has none: a receiver is complete before that.
#[derive(Debug, Default)]
pub(crate) struct LazySystemClock(OnceLock<SystemClock>);

impl LazySystemClock {
    fn made(&self) -> &SystemClock {
        self.0.get_or_init(SystemClock::new)
    }
}

impl Clock for LazySystemClock {
    fn now(&self) -> UnixTime {
        self.made().now()
    }

    fn monotonic(&self) -> MonotonicTime {
        self.made().monotonic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_when_it_is_asked_and_once() {
        let clock = LazySystemClock::default();
        assert!(clock.0.get().is_none());
        assert!(clock.now() > UnixTime::from_secs(1_700_000_000));
        let started = format!("{clock:?}");
        assert!(clock.monotonic() <= clock.monotonic());
        assert_eq!(format!("{clock:?}"), started);
    }
}
