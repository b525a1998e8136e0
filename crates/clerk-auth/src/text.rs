use std::{borrow::Cow, str};

/// Bytes that are not UTF-8 become U+FFFD.
///
/// Nearly all values are text, which the strict check sees much sooner than the lossy one.
pub(crate) fn lossy(value: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value),
    }
}
