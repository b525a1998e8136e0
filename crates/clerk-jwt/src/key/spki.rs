//! RSA public keys in PEM: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER (ITU-T X.690).
//!
//! The one structure that is needed takes forty lines; the libraries that read all of ASN.1
//! would add five crates to every user of this one.

use alloc::string::String;

use base64::Engine as _;

use super::{InvalidKey, RsaPublicKey};

/// 1.2.840.113549.1.1.1 with NULL parameters, as RFC 3279 §2.3.1 requires them.
const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

pub(super) fn read_pem(pem: &str) -> Result<RsaPublicKey, InvalidKey> {
    // Environment files write a line break as the two characters `\n`, and some keep the quotes.
    let pem = pem.replace("\\r", "\r").replace("\\n", "\n");
    let text = pem.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if text.is_empty() {
        return Err(InvalidKey::Empty);
    }
    let encoded: String = content(text)?.split_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .map_err(|_| InvalidKey::Base64)?;
    read_der(&der)
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
        _ if label.contains("PRIVATE KEY") => return Err(InvalidKey::Private),
        "RSA PUBLIC KEY" => return Err(InvalidKey::Label("a PKCS #1 key")),
        "CERTIFICATE" => return Err(InvalidKey::Label("a certificate")),
        _ => return Err(InvalidKey::Label("something else")),
    }
    rest.trim_end()
        .strip_suffix("-----END PUBLIC KEY-----")
        .ok_or(InvalidKey::Base64)
}

fn read_der(der: &[u8]) -> Result<RsaPublicKey, InvalidKey> {
    let (modulus, exponent) = numbers(der).ok_or(InvalidKey::NotRsaSpki)?;
    RsaPublicKey::from_components(modulus, exponent)
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
