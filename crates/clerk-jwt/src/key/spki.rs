//! RSA public keys in PEM: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER (ITU-T X.690).
//!
//! The one structure that is needed takes forty lines; the libraries that read all of ASN.1
//! would add five crates to every user of this one.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::str;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use clerk_core::Pasted;

use super::{InvalidKey, RsaPublicKey};

/// 1.2.840.113549.1.1.1 with NULL parameters, as RFC 3279 §2.3.1 requires them.
const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// Copies of a key that went through several hands have lost their padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn read_pem(pem: &str) -> Result<RsaPublicKey, InvalidKey> {
    let content = read_text(pem)?;
    // DER is not text. What becomes text has been encoded once more, whole, so that its line breaks
    // would survive.
    match str::from_utf8(&content) {
        Ok(text) if Pasted::of(Pasted::strip(text)).is_some() => read_der(&read_text(text)?),
        _ => read_der(&content),
    }
}

fn read_text(pem: &str) -> Result<Vec<u8>, InvalidKey> {
    let pem = without_escapes(pem);
    let text = Pasted::strip(&pem);
    if text.is_empty() {
        return Err(InvalidKey::Empty);
    }
    match Pasted::of(text) {
        None | Some(Pasted::PublicKey | Pasted::Certificate | Pasted::Encoded) => {}
        Some(Pasted::PrivateKey) => return Err(InvalidKey::Private),
        Some(other) => return Err(InvalidKey::Other(other)),
    }
    let encoded: String = content(text)?.split_whitespace().collect();
    BASE64.decode(encoded).map_err(|_| InvalidKey::Base64)
}

/// Environment files write a line break as the two characters `\n`, and whatever reads them and
/// writes them again doubles the backslash, or escapes the quotes around it all. PEM has no
/// backslash of its own.
fn without_escapes(pem: &str) -> Cow<'_, str> {
    let Some((start, mut rest)) = pem.split_once('\\') else {
        return Cow::Borrowed(pem);
    };
    let mut text = String::from(start);
    loop {
        rest = rest.trim_start_matches('\\');
        rest = match rest.strip_prefix(['n', 'r']) {
            Some(after) => {
                text.push('\n');
                after
            }
            None if rest.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '"' | '\'')) => {
                text.push('\\');
                rest
            }
            None => rest,
        };
        match rest.split_once('\\') {
            Some((before, after)) => {
                text.push_str(before);
                rest = after;
            }
            None => {
                text.push_str(rest);
                return Cow::Owned(text);
            }
        }
    }
}

/// What stands between the `BEGIN` and `END` lines, or everything where there are no such lines.
fn content(text: &str) -> Result<&str, InvalidKey> {
    const BEGIN: &str = "-----BEGIN ";
    let Some(from_label) = text.strip_prefix(BEGIN) else {
        return if text.contains("-----") {
            Err(InvalidKey::Base64)
        } else {
            Ok(text)
        };
    };
    let (label, rest) = from_label.split_once("-----").ok_or(InvalidKey::Base64)?;
    match label {
        "PUBLIC KEY" => {}
        "RSA PUBLIC KEY" => return Err(InvalidKey::Label("a PKCS #1 key")),
        "CERTIFICATE" => return Err(InvalidKey::Label("a certificate")),
        _ => return Err(InvalidKey::Label("something else")),
    }
    rest.trim_end()
        .strip_suffix("-----END PUBLIC KEY-----")
        .ok_or(InvalidKey::Base64)
}

fn read_der(der: &[u8]) -> Result<RsaPublicKey, InvalidKey> {
    if is_private(der) {
        return Err(InvalidKey::Private);
    }
    let (modulus, exponent) = numbers(der).ok_or(InvalidKey::NotRsaSpki)?;
    RsaPublicKey::from_components(modulus, exponent)
}

/// Private keys begin with a version (RFC 5958 §2, RFC 8017 §A.1.2, RFC 5915 §3), and public ones
/// with what they are for.
fn is_private(der: &[u8]) -> bool {
    let version = only(der, SEQUENCE).and_then(|info| element(info, INTEGER));
    version.is_some_and(|(version, _)| matches!(version, [0 | 1]))
}

fn numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let info = only(der, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    if algorithm != RSA_ENCRYPTION {
        return None;
    }
    let key = only(rest, BIT_STRING)?.strip_prefix(&[0])?;
    let (modulus, rest) = element(only(key, SEQUENCE)?, INTEGER)?;
    let exponent = only(rest, INTEGER)?;
    Some((unsigned(modulus)?, unsigned(exponent)?))
}

/// A DER integer that is not negative and not longer than it needs to be.
fn unsigned(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [first, ..] if first & 0x80 != 0 => None,
        [0, second, ..] if second & 0x80 == 0 => None,
        [0, rest @ ..] if !rest.is_empty() => Some(rest),
        [] => None,
        _ => Some(integer),
    }
}

/// The content of the one element of type `tag` that `der` is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    element(der, tag)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(content, _)| content)
}

/// The content of the element of type `tag` that `der` begins with, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match (short, rest) {
        (0..=0x7f, rest) => (usize::from(short), rest),
        (0x81, [length @ 0x80..=0xff, rest @ ..]) => (usize::from(*length), rest),
        (0x82, [high @ 1..=0xff, low, rest @ ..]) => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return None,
    };
    if first != tag {
        return None;
    }
    rest.split_at_checked(length)
}
