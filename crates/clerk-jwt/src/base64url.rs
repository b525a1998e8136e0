//! base64url as RFC 7515 §2 has it: no padding, no white space, and one text for each value.

use alloc::vec::Vec;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The longest RSA signature there is: 8192 bits.
pub(crate) const LONGEST_SIGNATURE: usize = 1024;

pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Decodes into `buffer`. `None` where it does not fit, whatever the text is.
pub(crate) fn decode_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = URL_SAFE_NO_PAD.decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}
