use std::{
    fmt,
    time::{Duration, SystemTime},
};

use clerk_core::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeSeed};

use crate::read::{Essential, Odd, Read};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
///
/// `Display` writes it as RFC 3339. With the features `jiff`, `time` and `chrono` it converts to
/// and from the types of those crates.
///
/// ```
/// use clerk_api::Timestamp;
///
/// let created = Timestamp::from_millis(1_800_000_000_250);
/// assert_eq!(created.to_string(), "2027-01-15T08:00:00.250Z");
/// assert_eq!(created.as_secs(), 1_800_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// An instant given in milliseconds, as Clerk's API mostly gives it.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// An instant given in seconds. Beyond the last one that can be written it is that one.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// An instant in a unit that Clerk does not document: a number below 10¹¹ is taken for
    /// seconds (until the year 5138), one above for milliseconds (from 1973 on).
    pub const fn by_magnitude(number: i64) -> Self {
        if number.unsigned_abs() < 100_000_000_000 {
            Self::from_secs(number)
        } else {
            Self(number)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The same instant as the standard library has it; `None` where that cannot hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }
}

impl From<UnixTime> for Timestamp {
    fn from(time: UnixTime) -> Self {
        Self(time.as_millis())
    }
}

impl From<Timestamp> for UnixTime {
    fn from(time: Timestamp) -> Self {
        Self::from_millis(time.0)
    }
}

impl From<SystemTime> for Timestamp {
    /// Rounded down to milliseconds.
    fn from(time: SystemTime) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self(millis(after)),
            Err(before) => {
                let before = before.duration();
                let rest = i64::from(before.subsec_nanos() % 1_000_000 != 0);
                Self(millis(before).saturating_neg().saturating_sub(rest))
            }
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, millis) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = civil(days);
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if millis != 0 {
            write!(f, ".{millis:03}")?;
        }
        f.write_str("Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Years are taken
/// to begin in March, so that a leap day is the last of its year.
const fn civil(days: i64) -> (i64, i64, i64) {
    let since_march_0000 = days + 719_468;
    let era = since_march_0000.div_euclid(146_097);
    let day_of_era = since_march_0000.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Essential::NEW.deserialize(deserializer)
    }
}

impl Read<'_> for Timestamp {
    fn whole(number: i64, odd: &mut Odd) -> Option<Self> {
        i64::whole(number, odd).map(Self)
    }

    fn number(number: f64, odd: &mut Odd) -> Option<Self> {
        i64::number(number, odd).map(Self)
    }
}

/// An instant in seconds or milliseconds.
pub(crate) struct ByMagnitude(Timestamp);

impl From<ByMagnitude> for Timestamp {
    fn from(time: ByMagnitude) -> Self {
        time.0
    }
}

impl Read<'_> for ByMagnitude {
    fn whole(number: i64, odd: &mut Odd) -> Option<Self> {
        i64::whole(number, odd).map(|number| Self(Timestamp::by_magnitude(number)))
    }

    fn number(number: f64, odd: &mut Odd) -> Option<Self> {
        i64::number(number, odd).map(|number| Self(Timestamp::by_magnitude(number)))
    }
}

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    /// Rounded towards 1970 to milliseconds.
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_millisecond())
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(time: Timestamp) -> Result<Self, jiff::Error> {
        Self::from_millisecond(time.0)
    }
}

#[cfg(feature = "time")]
impl From<time::OffsetDateTime> for Timestamp {
    /// Rounded down to milliseconds.
    fn from(time: time::OffsetDateTime) -> Self {
        let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
        // The years that `OffsetDateTime` can hold are far fewer than those of 64 bits.
        Self(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

#[cfg(feature = "time")]
impl TryFrom<Timestamp> for time::OffsetDateTime {
    type Error = time::error::ComponentRange;

    fn try_from(time: Timestamp) -> Result<Self, time::error::ComponentRange> {
        Self::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000)
    }
}

#[cfg(feature = "chrono")]
impl From<chrono::DateTime<chrono::Utc>> for Timestamp {
    /// Rounded down to milliseconds.
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self(time.timestamp_millis())
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        Self::from_timestamp_millis(time.0).ok_or(OutOfRange)
    }
}

/// A [`Timestamp`] that the other type cannot hold.
#[cfg(feature = "chrono")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

#[cfg(feature = "chrono")]
impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the timestamp lies outside the years that the other type can hold")
    }
}

#[cfg(feature = "chrono")]
impl std::error::Error for OutOfRange {}

#[cfg(test)]
mod tests;
