use std::fmt;

use clerk_core::UnixTime;
use ring::hmac;

use crate::ids::Ids;

/// In seconds (RFC 6238 §4.1).
const STEP: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How many backup codes a user is given at once.
const BACKUP_CODES: usize = 10;

/// What a user has beside a password: an authenticator app, and codes for when it is lost.
#[derive(Clone, Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct SecondFactors {
    pub(crate) totp: Option<Totp>,
    backup_codes: Vec<String>,
}

impl SecondFactors {
    /// Whether signing in takes one of them.
    pub(crate) fn are_on(&self) -> bool {
        self.has_app()
    }

    pub(crate) fn has_app(&self) -> bool {
        self.totp.as_ref().is_some_and(|totp| totp.verified)
    }

    pub(crate) fn has_backup_codes(&self) -> bool {
        !self.backup_codes.is_empty()
    }

    /// Those that were not spent.
    pub(crate) fn backup_codes(&self) -> &[String] {
        &self.backup_codes
    }

    /// These backup codes; the old ones are worth nothing any more.
    pub(crate) fn take_backup_codes(&mut self, codes: Vec<String>) {
        self.backup_codes = codes;
    }

    /// New backup codes, in place of the old ones.
    pub(crate) fn renew_backup_codes(&mut self, ids: &mut Ids) -> Vec<String> {
        let codes: Vec<String> = (0..BACKUP_CODES).map(|_| ids.hex(8)).collect();
        self.take_backup_codes(codes.clone());
        codes
    }

    /// Takes a backup code, which then is one no more.
    pub(crate) fn spend_backup_code(&mut self, code: &str) -> bool {
        let before = self.backup_codes.len();
        self.backup_codes.retain(|known| known != code);
        self.backup_codes.len() < before
    }

    /// Whether the user's app shows this code.
    pub(crate) fn app_shows(&self, code: &str, now: UnixTime) -> bool {
        let totp = self.totp.as_ref();
        totp.is_some_and(|totp| totp.verified && totp.shows(code, now))
    }

    /// The app goes, and the codes with it that are for when it is lost.
    pub(crate) fn remove_app(&mut self) {
        *self = Self::default();
    }
}

/// Without the codes.
impl fmt::Debug for SecondFactors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactors")
            .field("totp", &self.totp)
            .finish_non_exhaustive()
    }
}

/// An authenticator app: codes from a secret and the time (RFC 6238, with SHA-1 as all apps have it).
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Totp {
    #[serde(with = "super::base64_text")]
    secret: Vec<u8>,
    /// Whether the user has shown that they have the secret.
    pub(crate) verified: bool,
}

/// The bytes that base 32 stands for (RFC 4648 §6), with its padding or without.
fn decode_base32(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0_u32);
    for digit in text.bytes() {
        let digit = digit.to_ascii_uppercase();
        let value = BASE32.iter().position(|known| *known == digit)?;
        bits = (bits << 5 | u32::try_from(value).ok()?) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

impl Totp {
    /// The app of a user who has yet to show that they have the secret.
    pub(crate) fn new(ids: &mut Ids) -> Self {
        Self {
            secret: ids.hex(20).into_bytes(),
            verified: false,
        }
    }

    /// In base 32, as people type it into their apps.
    pub(crate) fn secret(&self) -> String {
        let mut text = String::new();
        for chunk in self.secret.chunks(5) {
            let bytes = (0..5).map(|index| chunk.get(index).copied().unwrap_or(0));
            let bits = bytes.fold(0_u64, |bits, byte| bits << 8 | u64::from(byte));
            for digit in (0..8).take((chunk.len() * 8).div_ceil(5)) {
                let index = (bits >> (35 - 5 * digit)) & 31;
                text.push(char::from(BASE32[index as usize]));
            }
        }
        text
    }

    /// The app of a user who has shown already that they have this secret, in base 32.
    pub(crate) fn imported(secret: &str) -> Option<Self> {
        let secret = decode_base32(secret)?;
        Some(Self {
            secret,
            verified: true,
        })
    }

    /// Whether an app shows this code now, or has just shown it, or is about to.
    pub(crate) fn shows(&self, code: &str, now: UnixTime) -> bool {
        let step = now.as_secs().div_euclid(STEP);
        (-1..=1).any(|drift| self.code(step.saturating_add(drift)) == code)
    }

    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = tag.last().map_or(0, |byte| usize::from(byte & 15));
        let bytes = tag.iter().skip(offset).take(4);
        let number = bytes.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

/// Without the secret.
impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp")
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> Totp {
        Totp::imported("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("base 32")
    }

    /// RFC 6238, appendix B, the last six digits of each.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code(seconds / STEP), code);
            let at = |seconds| UnixTime::from_secs(seconds);
            assert!(rfc().shows(code, at(seconds)), "{code}");
            assert!(!rfc().shows(code, at(seconds + 2 * STEP)), "{code}");
        }
    }

    #[test]
    fn the_secret_is_in_base_32() {
        assert_eq!(rfc().secret, b"12345678901234567890");
        assert_eq!(rfc().secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        // RFC 4648 §10, and what is none.
        for (text, bytes) in [
            ("MY======", "f"),
            ("mzxw6", "foo"),
            ("MZXW6YTBOI", "foobar"),
        ] {
            assert_eq!(
                decode_base32(text).as_deref(),
                Some(bytes.as_bytes()),
                "{text}"
            );
        }
        for text in ["", "====", "M1", "MZ XW"] {
            assert_eq!(decode_base32(text), None, "{text}");
        }
    }

    #[test]
    fn a_backup_code_is_good_once() {
        let mut factors = SecondFactors::default();
        factors.take_backup_codes(vec!["first".into(), "second".into()]);
        assert!(!format!("{factors:?}").contains("first"));
        assert!(factors.spend_backup_code("first"));
        assert!(!factors.spend_backup_code("first"));
        assert!(!factors.spend_backup_code(""));
        assert!(factors.spend_backup_code("second"));
    }
}
