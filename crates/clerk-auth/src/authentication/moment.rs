use clerk_core::{Clock, MonotonicTime, UnixTime};

/// One reading of both clocks: tokens are judged by the calendar, and what is left of a deadline is
/// measured on the clock that nobody can set.
///
/// ```
/// use clerk_auth::Moment;
/// use clerk_core::{MonotonicTime, SystemClock, UnixTime};
///
/// let now = Moment::of(&SystemClock::new());
/// let then = Moment::new(UnixTime::from_secs(1_800_000_000), MonotonicTime::default());
/// assert!(now.calendar() < then.calendar());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    calendar: UnixTime,
    monotonic: MonotonicTime,
}

impl Moment {
    /// What `clock` says now.
    pub fn of(clock: &(impl Clock + ?Sized)) -> Self {
        Self::new(clock.now(), clock.monotonic())
    }

    /// These two readings.
    pub const fn new(calendar: UnixTime, monotonic: MonotonicTime) -> Self {
        Self {
            calendar,
            monotonic,
        }
    }

    /// What tokens are judged by.
    pub const fn calendar(self) -> UnixTime {
        self.calendar
    }

    /// What deadlines are measured on.
    pub const fn monotonic(self) -> MonotonicTime {
        self.monotonic
    }
}
