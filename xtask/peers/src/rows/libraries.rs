//! Libraries that parse a key once, alone and below us.

use std::hint::black_box;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use clerk_aws_lc::AwsLc;
use clerk_jwt::{
    Algorithm, InvalidKey, Provider, RsaPublicKey, SignatureMismatch, SignatureVerifier,
    VerifySignature,
};
use graviola::signing::rsa::VerifyingKey;

use super::{Run, ours};
use crate::Fixture;

pub(super) fn raw_aws_lc(fixture: &Fixture) -> Run {
    let (signed, signature) = fixture.signed_parts();
    let signed = signed.to_owned();
    let (n, e) = (&fixture.modulus, &fixture.exponent);
    let numbers = RsaPublicKeyComponents { n, e };
    let parsed = numbers.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
    let key = parsed.expect("a good key");
    Box::new(move || {
        let digest = digest(&SHA256, black_box(signed.as_bytes()));
        key.verify_digest_sig(&digest, &signature)
            .expect("a good signature");
    })
}

pub(super) fn raw_graviola(fixture: &Fixture) -> Run {
    let (signed, signature) = fixture.signed_parts();
    let signed = signed.to_owned();
    let key = graviola_key(&fixture.modulus, &fixture.exponent);
    Box::new(move || {
        key.verify_pkcs1_sha256(&signature, black_box(signed.as_bytes()))
            .expect("a good signature");
    })
}

pub(super) fn verify_aws_lc(fixture: &Fixture) -> Run {
    ours::verify_with(fixture, &AwsLc)
}

pub(super) fn verify_graviola(fixture: &Fixture) -> Run {
    ours::verify_with(fixture, &Graviola)
}

/// RS256 alone: enough to compare it by.
#[derive(Debug)]
struct Graviola;

#[derive(Debug)]
struct GraviolaKey(VerifyingKey);

impl Provider for Graviola {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        let key = graviola_key(key.modulus(), key.exponent());
        Ok(SignatureVerifier::AtOnce(Arc::new(GraviolaKey(key))))
    }
}

impl VerifySignature for GraviolaKey {
    fn verify(&self, _: Algorithm, signed: &[u8], bytes: &[u8]) -> Result<(), SignatureMismatch> {
        let verified = self.0.verify_pkcs1_sha256(bytes, signed);
        verified.map_err(|_| SignatureMismatch)
    }
}

fn graviola_key(n: &[u8], e: &[u8]) -> VerifyingKey {
    let numbers = [integer(n), integer(e)].concat();
    VerifyingKey::from_pkcs1_der(&tagged(0x30, &numbers)).expect("a good key")
}

/// A positive number of DER, whose first bit is the sign.
fn integer(number: &[u8]) -> Vec<u8> {
    tagged(
        0x02,
        &[&[0], number].concat()[usize::from(number[0] < 0x80)..],
    )
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a key is short");
    let [high, low] = length.to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, ..0x80) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, content].concat()
}
