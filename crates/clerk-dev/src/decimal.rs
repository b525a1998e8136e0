//! JSON numbers read exactly: a time that went through a float would be off by a millisecond.

use std::time::Duration;

use clerk::UnixTime;

/// A time written as seconds since 1970, taken down to the millisecond.
pub(crate) fn unix_time(text: &str) -> Option<UnixTime> {
    let millis = i64::try_from(scaled(text, 3)?).ok()?;
    Some(UnixTime::from_millis(millis))
}

/// A length of time written in milliseconds, which is not negative.
pub(crate) fn milliseconds(text: &str) -> Option<Duration> {
    const PER_SECOND: u128 = 1_000_000_000;
    let nanos = u128::try_from(scaled(text, 6)?).ok()?;
    let seconds = u64::try_from(nanos / PER_SECOND).ok()?;
    let rest = u32::try_from(nanos % PER_SECOND).ok()?;
    Some(Duration::new(seconds, rest))
}

/// The JSON number `text` times 10 to the power of `places`, rounded down.
///
/// `None` where `text` is no number, or one beyond what any clock can show.
fn scaled(text: &str, places: i64) -> Option<i128> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let point = i64::try_from(fraction.len()).ok()?;
    let digits = digits.trim_start_matches('0');
    let shift = exponent.saturating_add(places).saturating_sub(point);
    let (magnitude, inexact) = shifted(digits, shift)?;
    Some(match (negative, inexact) {
        (false, _) => magnitude,
        (true, false) => -magnitude,
        (true, true) => -magnitude - 1,
    })
}

/// Exponents that are themselves out of range are as good as very large ones.
fn read_exponent(text: &str) -> i64 {
    const HUGE: i64 = i64::MAX / 4;
    let exponent: Option<i64> = text.parse().ok();
    let clamped = exponent.map(|exponent| exponent.clamp(-HUGE, HUGE));
    clamped.unwrap_or(if text.starts_with('-') { -HUGE } else { HUGE })
}

/// The decimal `digits`, which do not begin with 0, with the point moved `shift` places to the
/// right; and whether anything but zeros was cut off.
fn shifted(digits: &str, shift: i64) -> Option<(i128, bool)> {
    const MOST_DIGITS: usize = 30;
    if digits.is_empty() {
        return Some((0, false));
    }
    let (kept, cut) = if shift < 0 {
        let cut = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
        digits.split_at(digits.len().saturating_sub(cut))
    } else {
        (digits, "")
    };
    let zeros = usize::try_from(shift.max(0)).ok()?;
    if kept.len().saturating_add(zeros) > MOST_DIGITS {
        return None;
    }
    let kept = [kept, &"0".repeat(zeros)].concat();
    let magnitude = if kept.is_empty() {
        0
    } else {
        kept.parse().ok()?
    };
    Some((magnitude, cut.bytes().any(|digit| digit != b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_way_to_write_a_number() {
        for (text, millis) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("0.0", Some(0)),
            ("1800000000", Some(1_800_000_000_000)),
            ("1800000000.005", Some(1_800_000_000_005)),
            ("1800000000.0059999", Some(1_800_000_000_005)),
            (
                "1800000000.99999999999999999999999999",
                Some(1_800_000_000_999),
            ),
            ("1.8e9", Some(1_800_000_000_000)),
            ("18E+8", Some(1_800_000_000_000)),
            ("1800000000005e-3", Some(1_800_000_000_005)),
            ("5e-4", Some(0)),
            ("1e-99999999999999999999", Some(0)),
            ("-5e-4", Some(-1)),
            ("-1.5", Some(-1500)),
            ("-1.50001", Some(-1501)),
            ("0e99999999999999999999", Some(0)),
            ("1e26", Some(100_000_000_000_000_000_000_000_000_000)),
            ("1e27", None),
            ("1e99999999999999999999", None),
            ("\"5\"", None),
            ("null", None),
            ("true", None),
            ("[]", None),
            ("", None),
            ("-", None),
            ("e5", None),
        ] {
            assert_eq!(scaled(text, 3), millis, "{text}");
        }
    }
}
