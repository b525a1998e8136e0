use clerk_core::UnixTime;

/// A point in time as a claim gives it (RFC 7519 §2), read and range-checked once.
///
/// Fractions are dropped, as Clerk's own SDKs do. A number beyond what a JavaScript date can hold
/// (8.64 × 10¹² seconds either side of 1970) is no date: a token has to expire.
///
/// ```
/// use clerk_jwt::NumericDate;
///
/// assert_eq!(NumericDate::from_json("1800000000.9").unwrap().as_secs(), 1_800_000_000);
/// assert!(NumericDate::from_json("1e300").is_none());
/// assert!(NumericDate::from_json("\"1800000000\"").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate(i64);

const LAST: i64 = 8_640_000_000_000;

impl NumericDate {
    /// Reads the JSON text of a number. `None` for anything else, and for numbers out of range.
    pub fn from_json(raw: &str) -> Option<Self> {
        if !raw
            .bytes()
            .next()
            .is_some_and(|first| first == b'-' || first.is_ascii_digit())
        {
            return None;
        }
        if let Ok(whole) = raw.parse::<i64>() {
            return Self::from_secs(whole);
        }
        // `str::parse` would bring ten kilobytes of tables into WebAssembly, for digits that are dropped here.
        let number: f64 = serde_json::from_str(raw).ok()?;
        // `as` drops the fraction and saturates; what it saturates at is out of range too.
        #[allow(clippy::cast_possible_truncation, reason = "range-checked next")]
        let whole = number as i64;
        Self::from_secs(whole)
    }

    /// The date `seconds` after 1970-01-01T00:00:00Z, if it is in range.
    pub const fn from_secs(seconds: i64) -> Option<Self> {
        if seconds < -LAST || seconds > LAST {
            None
        } else {
            Some(Self(seconds))
        }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// The date as a time, in milliseconds.
    pub const fn to_unix_time(self) -> UnixTime {
        UnixTime::from_secs(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_in_range_and_nothing_else() {
        for (raw, seconds) in [
            ("0", Some(0)),
            ("1800000000", Some(1_800_000_000)),
            ("1800000000.999", Some(1_800_000_000)),
            ("1.8e9", Some(1_800_000_000)),
            ("-1.5", Some(-1)),
            ("-0", Some(0)),
            ("8640000000000", Some(LAST)),
            ("8640000000000.5", Some(LAST)),
            ("8640000000001", None),
            ("-8640000000001", None),
            ("9223372036854775807", None),
            ("99999999999999999999", None),
            ("1e300", None),
            ("1e999", None),
            ("-1e999", None),
            ("null", None),
            ("\"5\"", None),
            ("[]", None),
            ("true", None),
            ("", None),
        ] {
            assert_eq!(
                NumericDate::from_json(raw).map(NumericDate::as_secs),
                seconds,
                "{raw}"
            );
        }
    }
}
