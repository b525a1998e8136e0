//! What was verified before is accepted when, and only when, it would be verified now.

#[path = "../../clerk-jwt/tests/support/awaited.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod awaited;
mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use clerk_core::ManualClock;
use clerk_emulator::Emulator;
use clerk_jwks::{
    BlockingResolveKey, KeySource, ResolveError, StaticKeys, VerifiedTokenCache,
    Verifier as Waiting, blocking::Verifier,
};
use clerk_jwt::{
    AuthorizedParties, Claims, JwkSet, KeyId, Policy, Ring, SessionClaims, TemplateClaims,
    VerifyingKey,
};
use proptest::{prelude::*, test_runner::TestRunner};
use support::{NOW, World};

/// The one key of the instance, which changes.
#[derive(Clone, Debug, Default)]
struct Changing(Arc<Mutex<Option<VerifyingKey>>>);

impl Changing {
    fn set(&self, key: Option<&VerifyingKey>) {
        *self.0.lock().unwrap() = key.cloned();
    }
}

impl BlockingResolveKey for Changing {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        Some(self.resolve(id))
    }

    fn resolve(&self, _: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.0
            .lock()
            .unwrap()
            .clone()
            .ok_or(ResolveError::UnknownKey)
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Of two instances that name their keys alike, all kinds, good and bad.
struct Tokens {
    keys: [VerifyingKey; 2],
    texts: Vec<String>,
}

impl Tokens {
    fn new() -> Self {
        let instances = [(); 2].map(|()| Emulator::builder().build().unwrap());
        let [_, other] = &instances;
        other.rotate_keys(false);
        let keys = [0, 1].map(|at: usize| {
            let pem = instances[at].public_key_pem();
            VerifyingKey::from_pem(&pem).unwrap()
        });
        let mut texts = Vec::new();
        for emulator in &instances {
            let token = || emulator.token().header("kid", "ins_1");
            texts.extend([
                token().sign(NOW),
                token().claim("azp", "https://one.example").sign(NOW),
                token()
                    .claim("azp", "https://two.example")
                    .lifetime(SECOND * 20)
                    .sign(NOW),
                token().issued_at(NOW.saturating_add(SECOND * 30)).sign(NOW),
                token().template("hasura").sign(NOW),
            ]);
        }
        let damaged = |text: &String| {
            let (signed, signature) = text.rsplit_once('.').unwrap();
            let other = if signature.starts_with('A') { "B" } else { "A" };
            format!("{signed}.{other}{}", &signature[1..])
        };
        texts.extend(texts.iter().map(damaged).collect::<Vec<_>>());
        Self { keys, texts }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Verify(prop::sample::Index, usize, u8),
    /// Clocks are also set back.
    Now(u8),
    Key(Option<usize>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let verify = || (any::<prop::sample::Index>(), 0..2_usize, 0..3_u8);
    let verify = || verify().prop_map(|(token, policy, kind)| Act::Verify(token, policy, kind));
    let act = prop_oneof![
        verify(),
        verify(),
        verify(),
        verify(),
        (0..90_u8).prop_map(Act::Now),
        prop::option::of(0..2_usize).prop_map(Act::Key),
    ];
    prop::collection::vec(act, 0..60)
}

fn said(verifier: &Verifier, token: &str, kind: u8) -> Result<String, String> {
    let text = |claims: &Claims| claims.as_json().to_owned();
    match kind {
        0 => verifier
            .verify::<SessionClaims>(token)
            .map(|it| text(it.claims().all())),
        1 => verifier
            .verify::<TemplateClaims>(token)
            .map(|it| text(it.claims().all())),
        _ => verifier.verify::<Claims>(token).map(|it| text(it.claims())),
    }
    .map_err(|error| error.reason().to_string())
}

#[test]
fn a_cache_changes_no_answer() {
    let tokens = Tokens::new();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let played = runner.run(&(acts(), 1..40_usize), |(acts, room)| {
        let (clock, keys) = (Arc::new(ManualClock::at(NOW)), Changing::default());
        keys.set(Some(&tokens.keys[0]));
        let plain = Verifier::new(keys.clone(), Policy::default(), Arc::clone(&clock));
        let strict = AuthorizedParties::require(["https://one.example"]);
        let strict = Policy::default().authorized_parties(strict);
        let plain = [plain.clone(), plain.with_policy(strict)];
        let cache = Arc::new(VerifiedTokenCache::new(room));
        let caching = plain
            .clone()
            .map(|it| it.with_token_cache(Arc::clone(&cache)));
        for act in acts {
            match act {
                Act::Now(second) => clock.set(NOW.saturating_add(SECOND * u32::from(second))),
                Act::Key(key) => keys.set(key.map(|at| &tokens.keys[at])),
                Act::Verify(token, policy, kind) => {
                    let token = token.get(&tokens.texts);
                    let expected = said(&plain[policy], token, kind);
                    prop_assert_eq!(said(&caching[policy], token, kind), expected);
                }
            }
            prop_assert!(cache.len() <= cache.capacity());
        }
        Ok(())
    });
    played.unwrap();
}

#[tokio::test]
async fn a_signature_is_checked_once_for_both_modes_and_not_for_another_text() {
    let emulator = Emulator::builder().build().unwrap();
    let (keys, clock) = (
        StaticKeys::from_pem(&emulator.public_key_pem()).unwrap(),
        Arc::new(ManualClock::at(NOW)),
    );
    let cache = Arc::new(VerifiedTokenCache::new(100));
    let waiting = Waiting::new(keys.clone(), Policy::default(), Arc::clone(&clock))
        .with_token_cache(Arc::clone(&cache));
    let blocking =
        Verifier::new(keys, Policy::default(), clock).with_token_cache(Arc::clone(&cache));
    let token = emulator.token().sign(NOW);

    assert!(waiting.verify::<SessionClaims>(&token).await.is_ok());
    assert_eq!((cache.hits(), cache.misses(), cache.len()), (0, 1, 1));
    assert!(waiting.verify::<SessionClaims>(&token).await.is_ok());
    assert!(blocking.verify::<SessionClaims>(&token).is_ok());
    assert_eq!((cache.hits(), cache.misses(), cache.len()), (2, 1, 1));

    // The same signature, by which a place is found, under other claims.
    let (_, signature) = token.rsplit_once('.').unwrap();
    let other = emulator.token().claim("sub", "user_other").sign(NOW);
    let (signed, _) = other.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{signature}");
    assert!(blocking.verify::<SessionClaims>(&forged).is_err());
    assert!(waiting.verify::<SessionClaims>(&forged).await.is_err());
    assert_eq!((cache.hits(), cache.misses(), cache.len()), (2, 3, 1));
}

#[test]
fn the_token_that_was_here_longest_makes_room_whenever_it_expires() {
    let emulator = Emulator::builder().build().unwrap();
    let keys = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let cache = Arc::new(VerifiedTokenCache::new(8));
    let verifier = Verifier::new(keys, Policy::default(), ManualClock::at(NOW))
        .with_token_cache(Arc::clone(&cache));
    let year = SECOND * (365 * 24 * 3600);
    let long_lived = |n: u32| emulator.token().claim("n", n).lifetime(year).sign(NOW);
    let sessions = |n: u32| emulator.token().claim("n", n).sign(NOW);
    let first: Vec<String> = (0..8).map(long_lived).collect();
    let later: Vec<String> = (0..8).map(sessions).collect();
    for token in first.iter().chain(&later).chain(&later) {
        assert!(verifier.verify::<SessionClaims>(token).is_ok());
    }
    assert_eq!((cache.hits(), cache.len(), cache.capacity()), (8, 8, 8));
    assert!(verifier.verify::<SessionClaims>(&first[0]).is_ok());
    assert_eq!(cache.hits(), 8, "it had made room");
}

/// Two instances that share a cache, and name their keys alike.
#[test]
fn a_remembered_token_is_nobodys_under_given_keys_of_another_instance() {
    let [ours, other] = [(); 2].map(|()| Emulator::builder().build().unwrap());
    other.rotate_keys(false);
    let token = ours.token().header("kid", "ins_1").sign(NOW);
    let set = |emulator: &Emulator| {
        let json = emulator.jwks_json().to_string();
        let json = json.replace(&emulator.key_id(), "ins_1");
        StaticKeys::from(JwkSet::from_json(&json, &Ring).unwrap())
    };
    let pem = |emulator: &Emulator| StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    for keys in [set as fn(&Emulator) -> StaticKeys, pem] {
        let cache = Arc::new(VerifiedTokenCache::new(8));
        let verifier = |emulator: &Emulator| {
            Verifier::new(keys(emulator), Policy::default(), ManualClock::at(NOW))
                .with_token_cache(Arc::clone(&cache))
        };
        assert!(verifier(&ours).verify::<SessionClaims>(&token).is_ok());
        assert!(verifier(&ours).verify::<SessionClaims>(&token).is_ok());
        assert_eq!(cache.hits(), 1);
        assert!(verifier(&other).verify::<SessionClaims>(&token).is_err());
    }
}

/// Withdrawn, and replaced by another of the same name.
#[test]
fn a_remembered_token_goes_with_its_fetched_key() {
    for is_replaced in [false, true] {
        let world = World::new(KeySource::BackendApi);
        let cache = Arc::new(VerifiedTokenCache::new(8));
        let caching = world.blocking.with_token_cache(Arc::clone(&cache));
        let lifetime = SECOND * 9000;
        let token = || world.emulator.token().lifetime(lifetime);
        let old = token().sign(NOW);
        let name = world.emulator.key_id();
        assert!(caching.verify::<SessionClaims>(&old).is_ok());
        assert!(caching.verify::<SessionClaims>(&old).is_ok());
        assert_eq!(cache.hits(), 1);
        world.emulator.rotate_keys(false);
        if is_replaced {
            let forged_name = world.emulator.jwks_json().to_string();
            let set = forged_name.replace(&world.emulator.key_id(), &name);
            let keys = StaticKeys::from(JwkSet::from_json(&set, &Ring).unwrap());
            let replaced = Verifier::new(keys, Policy::default(), ManualClock::at(NOW))
                .with_token_cache(Arc::clone(&cache));
            assert!(replaced.verify::<SessionClaims>(&old).is_err());
        }
        world.clock.advance(SECOND * (300 + 3600));
        assert!(caching.verify::<SessionClaims>(&old).is_err());
    }
}

/// The keys are the same; only one of the two waits for their library.
#[test]
fn who_cannot_wait_does_not_take_what_another_waited_for() {
    let emulator = Emulator::builder().build().unwrap();
    let keys = StaticKeys::from_pem_with(&emulator.public_key_pem(), &awaited::Later).unwrap();
    let at_once = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
    let cache = Arc::new(VerifiedTokenCache::new(8));
    let waiting = Waiting::new(keys, Policy::default(), ManualClock::at(NOW))
        .with_token_cache(Arc::clone(&cache));
    let blocking = Verifier::new(at_once, Policy::default(), ManualClock::at(NOW))
        .with_token_cache(Arc::clone(&cache));
    let token = emulator.token().sign(NOW);
    assert!(awaited::block_on(waiting.verify::<SessionClaims>(&token)).is_ok());
    assert!(blocking.verify::<SessionClaims>(&token).is_ok());
    assert_eq!((cache.hits(), cache.misses()), (0, 2));
}
