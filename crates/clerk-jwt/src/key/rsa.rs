use alloc::{boxed::Box, vec::Vec};

use super::InvalidKey;

/// The numbers of an RSA public key (RFC 8017 §3.1), checked: 2048 to 8192 bits, a usable
/// exponent, and not from a generator known to be broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
}

impl RsaPublicKey {
    /// Takes the modulus and the public exponent as big-endian unsigned integers.
    ///
    /// # Errors
    ///
    /// The key is too short or too long, its exponent is unusable, or it carries the mark of a
    /// faulty generator.
    pub fn from_components(modulus: &[u8], exponent: &[u8]) -> Result<Self, InvalidKey> {
        let modulus = without_leading_zeros(modulus);
        let exponent = without_leading_zeros(exponent);
        let bits = bit_length(modulus);
        if !(2048..=8192).contains(&bits) {
            return Err(InvalidKey::Size(bits));
        }
        let odd = exponent.last().is_some_and(|last| last & 1 == 1);
        if !odd || exponent == [1] || bit_length(exponent) > 33 {
            return Err(InvalidKey::Exponent);
        }
        if has_roca_mark(modulus) {
            return Err(InvalidKey::Roca);
        }
        Ok(Self {
            modulus: modulus.into(),
            exponent: exponent.into(),
        })
    }

    /// The modulus, big-endian, without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent, big-endian, without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bit_length(number: &[u8]) -> usize {
    let Some(first) = number.first() else {
        return 0;
    };
    number
        .len()
        .saturating_mul(8)
        .saturating_sub(first.leading_zeros() as usize)
}

/// Moduli of the faulty generator are, modulo each of these primes, powers of 65537. Of other
/// moduli, one in two hundred million is modulo all of them.
const ROCA_PRIMES: [u32; 17] = [
    11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
];

fn has_roca_mark(modulus: &[u8]) -> bool {
    ROCA_PRIMES
        .iter()
        .all(|&prime| powers_of_65537(prime).contains(&remainder(modulus, prime)))
}

fn powers_of_65537(prime: u32) -> Vec<u32> {
    let mut powers = Vec::new();
    let mut power: u32 = 1;
    while !powers.contains(&power) {
        powers.push(power);
        power = power.wrapping_mul(65_537).checked_rem(prime).unwrap_or(0);
    }
    powers
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number.iter().fold(0, |remainder: u32, &byte| {
        remainder
            .wrapping_mul(256)
            .wrapping_add(u32::from(byte))
            .checked_rem(prime)
            .unwrap_or(0)
    })
}
