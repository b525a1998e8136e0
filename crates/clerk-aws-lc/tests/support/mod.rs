//! Keys and signatures that protect nothing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_jwt::{Algorithm, RsaPublicKey};
use ring::{
    digest,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair},
};

pub(crate) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];

pub(crate) struct Signer(RsaKeyPair);

impl Signer {
    pub(crate) fn a() -> Self {
        Self::from_pem(include_str!("../../../clerk-jwt/tests/keys/a.private.pem"))
    }

    pub(crate) fn b() -> Self {
        Self::from_pem(include_str!("../../../clerk-jwt/tests/keys/b.private.pem"))
    }

    fn from_pem(pem: &str) -> Self {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self(RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap())
    }

    pub(crate) fn public_key(&self) -> RsaPublicKey {
        let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(self.0.public());
        RsaPublicKey::from_components(&n, &e).unwrap()
    }

    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let padding = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_SHA384,
            _ => &RSA_PKCS1_SHA512,
        };
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(padding, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        signature
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Parity {
    Even,
    Odd,
}

/// A modulus of any size, made to fit a signature: with the public exponent 3, a signature `s` over the encoded message
/// `m` is good where `n` divides `s³ - m`, and `n` is just that. Nobody knows its factors, and nobody need.
pub(crate) struct Made {
    pub(crate) modulus: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Made {
    pub(crate) fn new(bits: usize, algorithm: Algorithm, message: &[u8], parity: Parity) -> Self {
        let length = bits.div_ceil(8);
        let encoded = encoded(length, algorithm, message);
        let mut root = root(bits);
        // A cube is as odd as its root, and the encoded message is taken from it.
        let wanted = encoded[length - 1] & 1 ^ u8::from(parity == Parity::Odd);
        let last = root.len() - 1;
        root[last] = root[last] & !1 | wanted;
        let cube = product(&product(&root, &root), &root);
        let mut signature = vec![0; length - root.len()];
        signature.extend(root);
        Self {
            modulus: difference(&cube[cube.len() - length..], &encoded),
            signature,
        }
    }

    /// Something else of the same length whose cube leaves the same remainder.
    pub(crate) fn signature_and_modulus(&self) -> Vec<u8> {
        let mut carry = 0;
        let mut sum: Vec<u8> = (self.signature.iter().zip(&self.modulus).rev())
            .map(|(&one, &other)| {
                carry += u16::from(one) + u16::from(other);
                let digit = carry as u8;
                carry >>= 8;
                digit
            })
            .collect();
        assert_eq!(carry, 0);
        sum.reverse();
        sum
    }
}

/// A number whose cube is about three quarters of `2^bits`.
fn root(bits: usize) -> Vec<u8> {
    let exact = (bits as f64 + 0.75_f64.log2()) / 3.0;
    let highest = exact.floor() as usize;
    let leading = (2_f64.powf(exact.fract()) * f64::from(1 << 23)) as u32;
    let leading = (0..24).filter(|place| leading >> place & 1 == 1);
    // Below, ones and zeros without much of a pattern.
    let below = (0..highest - 23).filter(|place| place * place % 11 < 5);
    let mut root = vec![0; highest / 8 + 1];
    for place in leading.map(|place| highest - 23 + place).chain(below) {
        let at = root.len() - 1 - place / 8;
        root[at] |= 1 << (place % 8);
    }
    root
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2).
fn encoded(length: usize, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let (name, hash) = match algorithm {
        Algorithm::Rs256 => (1, &digest::SHA256),
        Algorithm::Rs384 => (2, &digest::SHA384),
        _ => (3, &digest::SHA512),
    };
    let hash = digest::digest(hash, message);
    let hash = hash.as_ref();
    let size = hash.len() as u8;
    // A `DigestInfo`: the hash's name, which is 2.16.840.1.101.3.4.2.{1,2,3}, and the hash.
    let mut info = vec![0x30, 17 + size, 0x30, 13, 0x06, 9];
    info.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, name]);
    info.extend([0x05, 0, 0x04, size]);
    info.extend(hash);
    let mut encoded = vec![0xFF; length - info.len()];
    encoded[..2].copy_from_slice(&[0, 1]);
    *encoded.last_mut().unwrap() = 0;
    encoded.extend(info);
    encoded
}

fn product(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut digits = vec![0_u32; one.len() + other.len()];
    for (at, a) in one.iter().rev().enumerate() {
        for (beside, b) in other.iter().rev().enumerate() {
            digits[at + beside] += u32::from(*a) * u32::from(*b);
        }
    }
    let mut carry = 0;
    let mut bytes: Vec<u8> = (digits.iter())
        .map(|digit| {
            carry += digit;
            let byte = carry as u8;
            carry >>= 8;
            byte
        })
        .collect();
    bytes.reverse();
    bytes
}

/// Both as long as each other, and the first the greater.
fn difference(from: &[u8], less: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut bytes: Vec<u8> = (from.iter().zip(less).rev())
        .map(|(&from, &less)| {
            let digit = i16::from(from) - i16::from(less) - borrow;
            borrow = i16::from(digit < 0);
            digit.rem_euclid(256) as u8
        })
        .collect();
    bytes.reverse();
    bytes
}
