//! Times as people write them (RFC 3339).

use clerk_core::UnixTime;

/// The time that `text` says, to the millisecond. A leap second is the one after it.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let (clock, offset) = time.split_at_checked(at)?;
            let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
            let seconds = hours * 3600 + minutes * 60;
            let is_valid = hours < 24 && minutes < 60;
            let seconds = is_valid.then_some(seconds)?;
            (
                clock,
                if offset.starts_with('-') {
                    -seconds
                } else {
                    seconds
                },
            )
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let is_valid = (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds =
        days_before(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    let milliseconds = seconds * 1000 + thousandths(fraction)?;
    is_valid.then_some(UnixTime::from_millis(milliseconds))
}

/// The time as text, with a fraction where it has one.
pub(crate) fn write(at: UnixTime) -> String {
    let (day, second) = (
        at.as_secs().div_euclid(86_400),
        at.as_secs().rem_euclid(86_400),
    );
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = match at.as_millis().rem_euclid(1000) {
        0 => String::new(),
        thousandths => format!(".{thousandths:03}"),
    };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}Z", date(day))
}

/// A day since 1970, by the proleptic Gregorian calendar.
fn date(days: i64) -> String {
    // Years begin in March here, so that the day that is not always there is the last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carried) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = year_of_era + era * 400 + carried;
    format!("{year:04}-{month:02}-{day:02}")
}

/// Numbers of exactly so many digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

fn thousandths(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain([b'0', b'0']).take(3);
    Some(digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days between 1970-01-01 and a date. Years are counted from March, so that a leap day ends one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = match month > 2 {
        true => (year, month - 3),
        false => (year - 1, month + 9),
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_that_were_written() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.5Z", -500),
            ("2012-10-20T07:15:20.902Z", 1_350_717_320_902),
            ("2020-01-02T03:04:05Z", 1_577_934_245_000),
            ("2020-02-29t03:04:05.1234567z", 1_582_945_445_123),
            ("2020-01-02 05:04:05+02:00", 1_577_934_245_000),
            ("2020-01-01T22:34:05-04:30", 1_577_934_245_000),
            ("2000-03-01T00:00:00Z", 951_868_800_000),
        ] {
            assert_eq!(
                parse(text),
                Some(UnixTime::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "2020-01-02",
            "2020-01-02T03:04:05",
            "2020-1-2T03:04:05Z",
            "2021-02-29T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2020-01-02T24:00:00Z",
            "2020-01-02T03:04:05.Z",
            "2020-01-02T03:04:05+99:00",
            "2020-01-02T03:04:05.é+00:00",
            "+020-01-02T03:04:05Z",
            "1577934245",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_what_calendars_say_and_is_read_again() {
        for (seconds, expected) in [
            (-1, "1969-12-31T23:59:59Z"),
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
        ] {
            let at = UnixTime::from_secs(seconds);
            assert_eq!(write(at), expected);
            assert_eq!(parse(expected), Some(at));
        }
        for (milliseconds, expected) in [
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_800_000_000_020, "2027-01-15T08:00:00.020Z"),
        ] {
            let at = UnixTime::from_millis(milliseconds);
            assert_eq!(write(at), expected);
            assert_eq!(parse(expected), Some(at));
        }
    }
}
