//! base64url as RFC 7515 §2 has it: no padding, no white space, and one text for each value.

use alloc::vec::Vec;

use base64::Engine as _;

#[allow(
    unused_imports,
    reason = "an import by name, which `simd` brings, goes before one by `*`"
)]
use self::scalar::*;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
use self::simd::engine;

pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    engine().decode(text).ok()
}

/// Decodes into `buffer`. `None` where it does not fit, whatever the text is.
pub(crate) fn decode_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = engine().decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}

mod scalar {
    use base64::engine::{GeneralPurpose, general_purpose::URL_SAFE_NO_PAD};

    #[allow(dead_code, reason = "`simd` brings another")]
    pub(super) const fn engine() -> &'static GeneralPurpose {
        &URL_SAFE_NO_PAD
    }
}

#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod simd {
    extern crate std;

    use base64::engine::{Simd, general_purpose::NO_PAD};
    use std::sync::LazyLock;

    /// What the processor can do is found out once.
    static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

    pub(super) fn engine() -> &'static Simd {
        &ENGINE
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    #[allow(unused_imports, reason = "macros of the lowest proptest name it")]
    use std::format;

    use super::*;

    proptest! {
        #[test]
        fn every_engine_takes_the_same_texts_for_the_same_bytes(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            (at, other) in (any::<prop::sample::Index>(), any::<u8>()),
        ) {
            let mut text = URL_SAFE_NO_PAD.encode(&bytes).into_bytes();
            prop_assert_eq!(decode(&text), Some(bytes));
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = other;
                prop_assert_eq!(decode(&text), URL_SAFE_NO_PAD.decode(&text).ok());
                text.truncate(at);
                prop_assert_eq!(decode(&text), URL_SAFE_NO_PAD.decode(&text).ok());
            }
        }
    }
}
