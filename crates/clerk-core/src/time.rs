//! Points in time, and where they are read.

mod clock;

use core::{fmt, time::Duration};

pub use self::clock::Clock;
#[cfg(feature = "std")]
pub use self::clock::{ManualClock, SystemClock};

/// A point on the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Tokens are judged against it. Arithmetic saturates, so no date a caller or a token can
/// name overflows. With the feature `serde` it is read and written as its milliseconds. To measure how long something took, or how old a cache entry is, use
/// [`MonotonicTime`]: a wall clock can be set back.
///
/// ```
/// use clerk_core::UnixTime;
/// use std::time::Duration;
///
/// let now = UnixTime::from_secs(1_800_000_000);
/// assert_eq!(now.as_millis(), 1_800_000_000_000);
/// assert_eq!((now.saturating_add(Duration::from_secs(60))).as_secs(), 1_800_000_060);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(transparent)
)]
pub struct UnixTime(i64);

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// A time given in whole seconds, as JSON Web Tokens give them (RFC 7519 §2, `NumericDate`).
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// A time given in milliseconds, as Clerk's API gives them.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This time moved later, stopping at the last one that can be written.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(duration)))
    }

    /// This time moved earlier, stopping at the first one that can be written.
    ///
    /// Both directions round the result down to the millisecond, so a leeway of half a millisecond
    /// is neither lost nor doubled.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let begun = duration.saturating_add(Duration::from_nanos(999_999));
        Self(self.0.saturating_sub(whole_millis(begun)))
    }

    /// How much later this is than `earlier`; zero where it is not later.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for UnixTime {
    /// Seconds since the epoch, with milliseconds where there are any: `1800000000.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (seconds, millis) = (magnitude / 1000, magnitude % 1000);
        match millis {
            0 => write!(f, "{sign}{seconds}"),
            _ if millis % 100 == 0 => write!(f, "{sign}{seconds}.{}", millis / 100),
            _ if millis % 10 == 0 => write!(f, "{sign}{seconds}.{:02}", millis / 10),
            _ => write!(f, "{sign}{seconds}.{millis:03}"),
        }
    }
}

/// A point on a clock that never goes backwards, measured from an arbitrary start.
///
/// Only times of the same [`Clock`](crate::Clock) can be compared. Ages, timeouts and cool-downs
/// are measured with it, so that setting the wall clock neither revives nor expires anything.
///
/// ```
/// use clerk_core::MonotonicTime;
/// use std::time::Duration;
///
/// let started = MonotonicTime::from_start(Duration::from_secs(5));
/// let later = started.saturating_add(Duration::from_secs(2));
/// assert_eq!(later.saturating_duration_since(started), Duration::from_secs(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonotonicTime(Duration);

impl MonotonicTime {
    /// The time `elapsed` after the clock's start.
    pub const fn from_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// How long after the clock's start this is.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// This time moved later, stopping at the last one that can be written.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// How much later this is than `earlier`; zero where it is not later.
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn displays_seconds_with_the_milliseconds_that_matter() {
        for (millis, text) in [
            (0, "0"),
            (1_800_000_000_000, "1800000000"),
            (1_800_000_000_250, "1800000000.25"),
            (1_800_000_000_005, "1800000000.005"),
            (-1_500, "-1.5"),
            (i64::MIN, "-9223372036854775.808"),
        ] {
            assert_eq!(UnixTime::from_millis(millis).to_string(), text);
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn is_kept_as_its_milliseconds() {
        use serde::{Deserialize as _, Serialize as _, de::value};

        struct Written(UnixTime);

        impl fmt::Display for Written {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.serialize(f)
            }
        }

        for millis in [i64::MIN, -1, 0, 1_800_000_000_250] {
            let time = UnixTime::from_millis(millis);
            assert_eq!(Written(time).to_string(), millis.to_string());
            let number = value::I64Deserializer::<value::Error>::new(millis);
            assert_eq!(UnixTime::deserialize(number), Ok(time));
        }
    }

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let last = UnixTime::from_secs(i64::MAX);
        assert_eq!(last.saturating_add(Duration::MAX), last);
        let first = UnixTime::from_millis(i64::MIN);
        assert_eq!(first.saturating_sub(Duration::MAX), first);
        assert_eq!(first.saturating_duration_since(last), Duration::ZERO);
    }

    #[test]
    fn fractions_of_a_millisecond_round_the_result_down() {
        let time = UnixTime::from_millis(1000);
        for (nanos, later, earlier) in [
            (0, 1000, 1000),
            (1, 1000, 999),
            (500_000, 1000, 999),
            (1_000_000, 1001, 999),
            (1_500_000, 1001, 998),
        ] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(time.saturating_add(duration).as_millis(), later);
            assert_eq!(time.saturating_sub(duration).as_millis(), earlier);
        }
    }

    #[test]
    fn seconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(UnixTime::from_millis(1999).as_secs(), 1);
        assert_eq!(UnixTime::from_millis(-1).as_secs(), -1);
    }
}
