use super::*;

#[test]
fn instants_are_written_as_rfc_3339() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"),
        (951_868_800_000, "2000-03-01T00:00:00Z"),
        (4_107_542_399_000, "2100-02-28T23:59:59Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00Z"),
        (1_732_406_399_050, "2024-11-23T23:59:59.050Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Timestamp::from_millis(millis).to_string(), text);
    }
    // No calendar has them, and no program should end for them.
    for millis in [i64::MIN, i64::MAX] {
        assert!(Timestamp::from_millis(millis).to_string().ends_with('Z'));
    }
}

#[test]
fn numbers_are_read_with_and_without_a_fraction_of_zero() {
    let read = |text: &str| serde_json::from_str::<Timestamp>(text).map(Timestamp::as_millis);
    for (text, millis) in [
        ("1800000000250", 1_800_000_000_250),
        ("1800000000250.0", 1_800_000_000_250),
        ("1.8e12", 1_800_000_000_000),
        ("-5", -5),
    ] {
        assert_eq!(read(text).unwrap(), millis);
    }
    for text in ["1.5", "1e300", "18446744073709551615", "\"1\"", "null"] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn a_number_without_a_unit_is_judged_by_its_size() {
    for (number, millis) in [
        (1_800_000_000, 1_800_000_000_000),
        (1_800_000_000_000, 1_800_000_000_000),
        (99_999_999_999, 99_999_999_999_000),
        (100_000_000_000, 100_000_000_000),
        (-1, -1000),
    ] {
        assert_eq!(Timestamp::by_magnitude(number).as_millis(), millis);
    }
}

#[test]
fn the_standard_library_has_the_same_instants() {
    for millis in [-1_500, -1, 0, 1, 1_800_000_000_250] {
        let time = Timestamp::from_millis(millis);
        assert_eq!(time.to_system_time().map(Timestamp::from), Some(time));
    }
    let before = SystemTime::UNIX_EPOCH - Duration::from_nanos(1);
    assert_eq!(Timestamp::from(before).as_millis(), -1);
}

#[cfg(feature = "jiff")]
#[test]
fn jiff_has_the_same_instants() {
    let time = Timestamp::from_millis(-1_500);
    let theirs = jiff::Timestamp::try_from(time).unwrap();
    assert_eq!(Timestamp::from(theirs), time);
    assert_eq!(theirs.to_string(), "1969-12-31T23:59:58.5Z");
    assert!(jiff::Timestamp::try_from(Timestamp::from_millis(i64::MAX)).is_err());
}

#[cfg(feature = "time")]
#[test]
fn time_has_the_same_instants() {
    let time = Timestamp::from_millis(-1_500);
    let theirs = time::OffsetDateTime::try_from(time).unwrap();
    assert_eq!(Timestamp::from(theirs), time);
    assert!(time::OffsetDateTime::try_from(Timestamp::from_millis(i64::MAX)).is_err());
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_has_the_same_instants() {
    let time = Timestamp::from_millis(-1_500);
    let theirs = chrono::DateTime::<chrono::Utc>::try_from(time).unwrap();
    assert_eq!(Timestamp::from(theirs), time);
    let late = Timestamp::from_millis(i64::MAX);
    assert_eq!(
        chrono::DateTime::<chrono::Utc>::try_from(late),
        Err(OutOfRange)
    );
}
