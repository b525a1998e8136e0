use std::iter;

use crate::{Error, Hmac, HmacError, headers::Names, hmac::TAG_LENGTH};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::UnixTime;

/// Clerk's are some thirty characters.
const LONGEST_ID: usize = 256;

/// What is signed: `{id}.{timestamp}.{body}`.
///
/// An id has no full stop and a timestamp has digits alone, so the first two full stops are those
/// between the parts, and no other delivery has the same content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'d> {
    pub(crate) id: &'d str,
    /// In digits, without leading zeros.
    timestamp: &'d str,
    pub(crate) body: &'d [u8],
}

impl<'d> Content<'d> {
    /// What the two headers and the body say, and when it was signed.
    pub(crate) fn read(
        id: &'d [u8],
        timestamp: &'d [u8],
        body: &'d [u8],
        names: Names,
    ) -> Result<(Self, UnixTime), Error> {
        let id = message_id(id).ok_or(Error::InvalidHeader {
            name: names.id,
            expected: "up to 256 visible ASCII characters without a full stop",
        })?;
        let (timestamp, seconds) = unix_seconds(timestamp).ok_or(Error::InvalidHeader {
            name: names.timestamp,
            expected: "a Unix time in seconds, in digits alone",
        })?;
        let content = Self {
            id,
            timestamp,
            body,
        };
        Ok((content, UnixTime::from_secs(seconds)))
    }

    pub(crate) async fn tag(&self, key: &Hmac) -> Result<[u8; TAG_LENGTH], HmacError> {
        let (id, timestamp) = (self.id.as_bytes(), self.timestamp.as_bytes());
        key.compute(&[id, b".", timestamp, b".", self.body]).await
    }
}

fn message_id(id: &[u8]) -> Option<&str> {
    if id.len() > LONGEST_ID {
        return None;
    }
    // To the end, whatever was found: so many bytes are looked at at once.
    let sound = |sound, &b: &u8| sound & b.is_ascii_graphic() & (b != b'.');
    let sound = id.iter().fold(true, sound);
    sound.then(|| std::str::from_utf8(id).ok()).flatten()
}

/// Digits as whoever writes a number writes them: no sign, no zeros in front.
fn unix_seconds(text: &[u8]) -> Option<(&str, i64)> {
    let digits = text.iter().all(u8::is_ascii_digit);
    if !digits || (text.starts_with(b"0") && text != b"0") {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    Some((text, text.parse().ok()?))
}

/// Senders add one for each secret that is in use, so two are many.
const MOST_SIGNATURES: usize = 16;

/// The tags of version 1 in a header.
pub(crate) struct Tags {
    first: [u8; TAG_LENGTH],
    /// Nearly always there is no other.
    others: Vec<[u8; TAG_LENGTH]>,
}

impl Tags {
    /// Entries of other versions are for other verifiers, and those that are not written like a tag match none. Of
    /// more entries than anybody sends, none counts: hashing is bounded before it begins.
    pub(crate) fn read(header: &[u8], name: &'static str) -> Result<Self, Error> {
        // Nearly always it is the only entry, and what reads as a tag has no space in it.
        if let Some(first) = tag(header) {
            let others = Vec::new();
            return Ok(Self { first, others });
        }
        let entries = header
            .split(|&b| b == b' ')
            .filter(|entry| !entry.is_empty());
        let (mut first, mut others) = (None, Vec::new());
        for (index, entry) in entries.enumerate() {
            if index == MOST_SIGNATURES {
                return Err(Error::TooManySignatures { name });
            }
            match first {
                None => first = tag(entry),
                Some(_) => others.extend(tag(entry)),
            }
        }
        let first = first.ok_or(Error::NoMatchingSignature { name })?;
        Ok(Self { first, others })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8; TAG_LENGTH]> {
        iter::once(&self.first).chain(&self.others)
    }
}

/// The tag in an entry, if it is one that was written as it should be.
fn tag(entry: &[u8]) -> Option<[u8; TAG_LENGTH]> {
    const ENCODED: usize = 44;
    let text = entry.strip_prefix(b"v1,")?;
    if text.len() != ENCODED {
        return None;
    }
    // One byte more than there are: the decoder wants room for whole groups.
    let mut buffer = [0; TAG_LENGTH + 1];
    let length = STANDARD.decode_slice(text, &mut buffer).ok()?;
    buffer.get(..length)?.try_into().ok()
}
