//! Keys that were given by hand: which one counts, and what it is for.

mod support;

use clerk_core::ManualClock;
use clerk_emulator::Emulator;
use clerk_jwks::{StaticKeys, Verifier, blocking as b};
use clerk_jwt::{JwkSet, Policy, Ring, SessionClaims};
use support::{NOW, say};

/// What both modes say of `token`.
async fn answer(keys: StaticKeys, token: &str) -> String {
    let clock = || ManualClock::at(NOW);
    let waiting = Verifier::new(keys.clone(), Policy::default(), clock());
    let waiting = say(waiting.verify::<SessionClaims>(token).await.err());
    let blocking = b::Verifier::new(keys, Policy::default(), clock());
    let blocking = say(blocking.verify::<SessionClaims>(token).err());
    assert_eq!(waiting, blocking);
    waiting
}

/// A PEM does not say which algorithm it is for, and Clerk signs with RS256.
#[tokio::test]
async fn a_pem_is_for_rs256_alone() {
    let emulator = Emulator::builder().build().unwrap();
    let keys = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    for (algorithm, expected) in [
        ("RS256", "ok"),
        ("RS384", "401 token-verification-failed"),
        ("RS512", "401 token-verification-failed"),
    ] {
        let token = emulator.token().header("alg", algorithm).sign(NOW);
        assert_eq!(answer(keys.clone(), &token).await, expected, "{algorithm}");
    }
}

/// A set read twice has to give the same key, so one of them counts: the later, which is what
/// Clerk's own SDK takes.
#[tokio::test]
async fn of_two_keys_of_one_id_the_later_counts() {
    let (ours, other) = (Emulator::builder(), Emulator::builder());
    let (ours, other) = (ours.build().unwrap(), other.build().unwrap());
    other.rotate_keys(false);
    let key = |emulator: &Emulator| {
        let jwk = emulator.jwks_json()["keys"][0].to_string();
        jwk.replace(&emulator.key_id(), &ours.key_id())
    };
    let unusable = key(&ours).replace("\"RSA\"", "\"EC\"");
    let token = ours.token().sign(NOW);
    for (keys, expected) in [
        ([key(&other), key(&ours)], "ok"),
        ([key(&ours), key(&other)], "401 token-invalid-signature"),
        // Only what can be used takes the place of what can.
        ([key(&ours), unusable.clone()], "ok"),
        ([unusable, key(&ours)], "ok"),
    ] {
        let set = format!("{{\"keys\":[{}]}}", keys.join(","));
        let set = JwkSet::from_json(&set, &Ring).unwrap();
        assert_eq!(answer(set.into(), &token).await, expected);
    }
}

/// As Clerk's own SDK says it.
#[tokio::test]
async fn what_is_wrong_with_a_token_is_told_before_its_key_is_missed() {
    let emulator = Emulator::builder().build().unwrap();
    let set = JwkSet::from_json(&emulator.jwks_json().to_string(), &Ring).unwrap();
    let keys = StaticKeys::from(set);
    let token = emulator.token().header("kid", "ins_other").sign(NOW);
    assert_eq!(answer(keys.clone(), &token).await, "401 jwk-kid-mismatch");
    let (header, _) = token.split_once('.').unwrap();
    let damaged = format!("{header}.!.!");
    assert_eq!(answer(keys, &damaged).await, "401 token-invalid");
}
