//! As much of DER as a certificate takes (X.690 §8 to §10).

use clerk_core::UnixTime;

use crate::rfc3339;

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// What a context-specific tag is made of.
const PRIMITIVE: u8 = 0x80;
const CONSTRUCTED: u8 = 0xa0;

/// A value with its tag and its length.
pub(super) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let length = content.len().to_be_bytes();
    match content.len() {
        short @ 0..0x80 => der.push(short.to_le_bytes()[0]),
        _ => {
            let zeros = length.iter().take_while(|&&byte| byte == 0).count();
            let digits = length.get(zeros..).unwrap_or_default();
            der.push(0x80 | digits.len().to_le_bytes()[0]);
            der.extend_from_slice(digits);
        }
    }
    der.extend_from_slice(content);
    der
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(SEQUENCE, &parts.concat())
}

pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(SET, &parts.concat())
}

/// `[number]` around other values.
pub(super) fn around(number: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(CONSTRUCTED | number, &parts.concat())
}

/// `[number]` in the place of a text's or an octet string's own tag.
pub(super) fn instead(number: u8, content: &[u8]) -> Vec<u8> {
    tagged(PRIMITIVE | number, content)
}

/// A number of which these are the digits, the first below 0x80.
pub(super) fn integer(digits: &[u8]) -> Vec<u8> {
    tagged(INTEGER, digits)
}

pub(super) fn yes() -> Vec<u8> {
    tagged(BOOLEAN, &[0xff])
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    tagged(OCTET_STRING, content)
}

/// Bits, of which the last `unused` of the last byte are none.
pub(super) fn bits(content: &[u8], unused: u8) -> Vec<u8> {
    tagged(BIT_STRING, &[&[unused], content].concat())
}

pub(super) fn text(text: &str) -> Vec<u8> {
    tagged(UTF8_STRING, text.as_bytes())
}

/// An object identifier, encoded already.
pub(super) fn object(encoded: &[u8]) -> Vec<u8> {
    tagged(OBJECT_IDENTIFIER, encoded)
}

/// A time to the second, in the shorter form as long as that has the year (RFC 5280 §4.1.2.5).
pub(super) fn time(at: UnixTime) -> Vec<u8> {
    let digits: String = rfc3339::write(UnixTime::from_secs(at.as_secs()))
        .chars()
        .filter(char::is_ascii_digit)
        // Years to seconds.
        .take(14)
        .collect();
    match digits.strip_prefix("20") {
        Some(short) if digits.as_str() < "2050" => tagged(UTC_TIME, format!("{short}Z").as_bytes()),
        _ => tagged(GENERALIZED_TIME, format!("{digits}Z").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_as_few_bytes_as_there_can_be() {
        for (length, expected) in [
            (0, &[0x04, 0x00][..]),
            (127, &[0x04, 0x7f]),
            (128, &[0x04, 0x81, 0x80]),
            (256, &[0x04, 0x82, 0x01, 0x00]),
        ] {
            let der = octets(&vec![7; length]);
            assert_eq!(&der[..expected.len()], expected, "{length}");
            assert_eq!(der.len(), expected.len() + length);
        }
    }

    #[test]
    fn times_have_four_digits_of_the_year_from_2050_on() {
        let read = |seconds: i64| {
            // They have no fractions.
            let at = UnixTime::from_millis(seconds * 1000 + 123);
            String::from_utf8(time(at)[2..].to_vec())
        };
        assert_eq!(read(1_800_000_000).unwrap(), "270115080000Z");
        assert_eq!(read(2_524_607_999).unwrap(), "491231235959Z");
        assert_eq!(read(2_524_608_000).unwrap(), "20500101000000Z");
    }
}
