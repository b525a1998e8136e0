//! Dates of tokens, for people.

use std::time::{Duration, UNIX_EPOCH};

use clerk::UnixTime;

/// A date in seconds, on the calendar, and as seen from `now`.
pub(crate) fn shown(date: UnixTime, now: UnixTime) -> String {
    let seconds = date.as_secs();
    let calendar = on_calendar(seconds).unwrap_or_default();
    format!("{seconds}  {calendar}  {}", relative(date, now))
}

/// How far away a date is.
pub(crate) fn relative(date: UnixTime, now: UnixTime) -> String {
    if date > now {
        format!("in {}", long(date.saturating_duration_since(now)))
    } else {
        format!("{} ago", long(now.saturating_duration_since(date)))
    }
}

fn on_calendar(seconds: i64) -> Option<String> {
    /// 10000-01-01T00:00:00Z, from which on years have five digits.
    const END: u64 = 253_402_300_800;
    let since = u64::try_from(seconds).ok().filter(|since| *since < END)?;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(since))?;
    Some(httpdate::fmt_http_date(time))
}

/// A length of time in its two largest units.
fn long(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (1, _, _) => format!("1 day {} h", hours % 24),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_in_three_ways() {
        let now = UnixTime::from_secs(1_800_000_000);
        for (seconds, text) in [
            (
                1_800_000_000,
                "1800000000  Fri, 15 Jan 2027 08:00:00 GMT  0 s ago",
            ),
            (
                1_800_000_042,
                "1800000042  Fri, 15 Jan 2027 08:00:42 GMT  in 42 s",
            ),
            (
                1_799_999_900,
                "1799999900  Fri, 15 Jan 2027 07:58:20 GMT  1 min 40 s ago",
            ),
            (
                1_800_007_260,
                "1800007260  Fri, 15 Jan 2027 10:01:00 GMT  in 2 h 1 min",
            ),
            (
                1_799_910_000,
                "1799910000  Thu, 14 Jan 2027 07:00:00 GMT  1 day 1 h ago",
            ),
            (-1, "-1    20833 days ago"),
            (8_640_000_000_000, "8640000000000    in 99979166 days"),
        ] {
            assert_eq!(shown(UnixTime::from_secs(seconds), now), text);
        }
    }
}
