//! AWS-LC and ring hold the same signatures for good, for keys of every size.

mod support;

use clerk_aws_lc::AwsLc;
use clerk_jwt::{
    Algorithm, InvalidKey, Provider, Ring, RsaPublicKey, SignatureMismatch, SignatureVerifier,
};
use support::{ALGORITHMS, Made, Parity, Signer};

fn verdict(
    provider: &dyn Provider,
    key: &RsaPublicKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureMismatch> {
    let SignatureVerifier::AtOnce(verifier) = provider.rsa(key.clone()).unwrap() else {
        panic!("both answer at once");
    };
    verifier.verify(algorithm, message, signature)
}

/// What AWS-LC says, which ring has to say, too.
fn agreed(
    key: &RsaPublicKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureMismatch> {
    let said = verdict(&AwsLc, key, algorithm, message, signature);
    let bits = key.modulus().len() * 8;
    let ring = verdict(&Ring, key, algorithm, message, signature);
    assert_eq!(said, ring, "{algorithm}, about {bits} bits");
    said
}

const MESSAGE: &[u8] = b"header.payload";

#[test]
fn keys_of_every_size_verify_with_every_algorithm() {
    let sizes = (2048..=2064).chain([2100, 3072, 3073, 4096, 4097, 6144, 8185, 8191, 8192]);
    for bits in sizes {
        for algorithm in ALGORITHMS {
            let made = Made::new(bits, algorithm, MESSAGE, Parity::Odd);
            let key = RsaPublicKey::from_components(&made.modulus, &[3]).unwrap();
            let verify = |message, signature: &[u8]| agreed(&key, algorithm, message, signature);
            assert_eq!(verify(MESSAGE, &made.signature), Ok(()), "{bits}");

            assert!(verify(b"header.payloae", &made.signature).is_err());
            assert!(verify(b"", &made.signature).is_err());
            for others in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
                assert!(agreed(&key, others, MESSAGE, &made.signature).is_err());
            }
        }
    }
}

#[test]
fn keys_of_other_sizes_never_get_as_far_as_the_library() {
    for bits in [2046, 2047, 8193, 8194] {
        let made = Made::new(bits, Algorithm::Rs256, MESSAGE, Parity::Odd);
        let refused = RsaPublicKey::from_components(&made.modulus, &[3]);
        assert_eq!(refused, Err(InvalidKey::Size(bits)));
    }
}

/// No RSA key has one, though the equation of a signature can hold for it.
#[test]
fn an_even_modulus_verifies_nothing() {
    for bits in [2048, 4096] {
        let made = Made::new(bits, Algorithm::Rs256, MESSAGE, Parity::Even);
        let key = RsaPublicKey::from_components(&made.modulus, &[3]).unwrap();
        let said = agreed(&key, Algorithm::Rs256, MESSAGE, &made.signature);
        assert_eq!(said, Err(SignatureMismatch));
    }
}

#[test]
fn a_signature_that_is_not_quite_the_keys_is_refused() {
    let signer = Signer::a();
    let key = signer.public_key();
    for algorithm in ALGORITHMS {
        let good = signer.sign(algorithm, MESSAGE);
        assert_eq!(agreed(&key, algorithm, MESSAGE, &good), Ok(()));

        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(agreed(&key, algorithm, MESSAGE, &bad).is_err(), "{at}");
        }
        let longer = [&good[..], &[0]].concat();
        let padded = [&[0], &good[..]].concat();
        let other = Signer::b().sign(algorithm, MESSAGE);
        let modulus = key.modulus();
        for bad in [&good[1..], &good[..255], &longer, &padded, &other, modulus] {
            assert!(agreed(&key, algorithm, MESSAGE, bad).is_err());
        }
        for byte in [0, 1, 0xFF] {
            assert!(agreed(&key, algorithm, MESSAGE, &[byte; 256]).is_err());
        }
        assert!(agreed(&key, algorithm, MESSAGE, &[]).is_err());
    }
}

/// A signature and what is congruent to it are two texts; only the lesser is the signature (RFC 8017 §5.2.2).
#[test]
fn a_signature_that_is_too_large_for_the_modulus_is_refused() {
    let made = Made::new(2048, Algorithm::Rs256, MESSAGE, Parity::Odd);
    let key = RsaPublicKey::from_components(&made.modulus, &[3]).unwrap();
    assert_eq!(made.signature_and_modulus().len(), key.modulus().len());
    let said = agreed(
        &key,
        Algorithm::Rs256,
        MESSAGE,
        &made.signature_and_modulus(),
    );
    assert_eq!(said, Err(SignatureMismatch));
}

#[test]
fn public_exponents_up_to_33_bits_are_taken_and_make_a_difference() {
    let signer = Signer::a();
    let signature = signer.sign(Algorithm::Rs256, MESSAGE);
    let modulus = signer.public_key();
    for (exponent, is_its_own) in [
        (&[1, 0, 1][..], true),
        (&[0, 1, 0, 1], true),
        (&[3], false),
        (&[17], false),
        (&[1, 0, 3], false),
        (&[0xFF, 0xFF, 0xFF, 0xFF], false),
        (&[1, 0xFF, 0xFF, 0xFF, 0xFF], false),
    ] {
        let key = RsaPublicKey::from_components(modulus.modulus(), exponent).unwrap();
        let said = agreed(&key, Algorithm::Rs256, MESSAGE, &signature);
        assert_eq!(said.is_ok(), is_its_own, "{exponent:?}");
    }
}

#[test]
fn a_key_answers_the_same_from_many_threads() {
    let signer = Signer::a();
    let SignatureVerifier::AtOnce(key) = AwsLc.rsa(signer.public_key()).unwrap() else {
        panic!("it answers at once");
    };
    let good = signer.sign(Algorithm::Rs256, MESSAGE);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(key.verify(Algorithm::Rs256, MESSAGE, &good).is_ok());
                    assert!(key.verify(Algorithm::Rs256, b"another", &good).is_err());
                }
            });
        }
    });
}
