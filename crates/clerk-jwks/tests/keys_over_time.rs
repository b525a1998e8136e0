//! One instance's life, seen by both verifiers: start, rotation, outage, recovery.

mod support;

use std::time::Duration;

use clerk_emulator::{Defect, Fault};
use clerk_jwks::KeySource;
use support::{World, runtime};

const UNKNOWN: &str = "401 jwk-kid-mismatch";
const UNAVAILABLE: &str = "503 jwk-remote-failed-to-load";

#[test]
fn keys_are_fetched_from_either_api_once() {
    for (source, path) in [
        (KeySource::BackendApi, "/v1/jwks"),
        (KeySource::FrontendApi, "/.well-known/jwks.json"),
    ] {
        let (world, runtime) = (World::new(source), runtime());
        for _ in 0..20 {
            assert_eq!(world.verify(&runtime, &world.token()), "ok");
        }
        assert_eq!(world.emulator.count_requests("GET", path), 2, "one a mode");
        assert_eq!(world.fetches(), 2);
    }
}

#[test]
fn after_a_rotation_the_next_token_verifies_and_the_old_key_ends_in_time() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    let before = || world.emulator.token().sign(world.token_time());
    assert_eq!(world.verify(&runtime, &before()), "ok");
    let old_key = world.emulator.key_id();
    let old = world.emulator.token().lifetime(Duration::from_secs(3600));
    let old = old.sign(world.token_time());

    world.emulator.rotate_keys(false);
    assert_ne!(world.emulator.key_id(), old_key);
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    assert_eq!(world.verify(&runtime, &old), UNKNOWN);
}

#[test]
fn a_key_that_is_no_longer_published_is_refused_within_the_time_to_live() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    let lasting = world.emulator.token().lifetime(Duration::from_secs(3600));
    let old = lasting.sign(world.token_time());
    assert_eq!(world.verify(&runtime, &old), "ok");
    world.emulator.rotate_keys(false);
    let mut refused_after = None;
    for second in 1..=300 {
        world.clock.advance(Duration::from_secs(1));
        if world.verify(&runtime, &old) != "ok" {
            refused_after.get_or_insert(second);
        }
    }
    assert!(
        refused_after.is_some_and(|seconds| seconds <= 300),
        "{refused_after:?}"
    );
}

#[test]
fn in_an_outage_known_users_stay_signed_in_and_nobody_is_told_401() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    world.in_process.pause();
    for _ in 0..200 {
        world.clock.advance(Duration::from_secs(10));
        assert_eq!(world.verify(&runtime, &world.token()), "ok");
    }
    let stranger = world.emulator.token().defect(Defect::UnknownKeyId);
    assert_eq!(
        world.verify(&runtime, &stranger.sign(world.token_time())),
        UNAVAILABLE
    );

    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(world.verify(&runtime, &world.token()), UNAVAILABLE);

    world.in_process.resume();
    world.clock.advance(Duration::from_secs(31));
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
}

#[test]
fn a_server_that_fails_is_asked_ever_more_rarely() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    world
        .emulator
        .add_fault(Fault::status(500).path("/v1/jwks"));
    for _ in 0..600 {
        world.clock.advance(Duration::from_millis(500));
        assert_eq!(world.verify(&runtime, &world.token()), UNAVAILABLE);
    }
    let fetches = world.fetches() / 2;
    assert!(fetches <= 1 + 5 + 300 / 30, "{fetches} in 300 seconds");
    world.emulator.clear_faults();
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
}

#[test]
fn a_flood_of_unknown_keys_leads_to_one_fetch_a_cooldown() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    let flood = |count: usize| {
        for at in 0..count {
            let stranger = world
                .emulator
                .token()
                .header("kid", format!("ins_flood{at}"));
            assert_eq!(
                world.verify(&runtime, &stranger.sign(world.token_time())),
                UNKNOWN
            );
        }
    };
    flood(1000);
    assert_eq!(world.fetches(), 2 * 2);
    world.clock.advance(Duration::from_secs(9));
    flood(100);
    assert_eq!(world.fetches(), 2 * 2);
    world.clock.advance(Duration::from_secs(1));
    flood(100);
    assert_eq!(world.fetches(), 2 * 3);
}

#[test]
fn bad_signatures_never_lead_to_a_fetch_or_push_a_key_out() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    for _ in 0..1000 {
        let forged = world.emulator.token().defect(Defect::ForeignKey);
        let forged = forged.sign(world.token_time());
        assert_eq!(
            world.verify(&runtime, &forged),
            "401 token-invalid-signature"
        );
    }
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    assert_eq!(world.fetches(), 2);
}

#[test]
fn what_is_no_token_leads_to_no_fetch() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    let good = world.token();
    let (header, _) = good.split_once('.').unwrap();
    for (token, answer) in [
        ("garbage".to_owned(), "401 token-invalid"),
        (format!("{header}.e30="), "401 token-invalid"),
        (format!("{header}.!.AA"), "401 token-invalid"),
        (format!("{header}.W10.AA"), "401 token-invalid"),
        (format!("{header}.e30.A"), "401 token-invalid"),
        (
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            "401 token-invalid-algorithm",
        ),
        ("eyJhbGciOiJSUzI1NiJ9.e30.AA".to_owned(), UNKNOWN),
    ] {
        assert_eq!(world.verify(&runtime, &token), answer, "{token}");
    }
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_wall_clock_that_jumps_moves_no_key() {
    let (world, runtime) = (World::new(KeySource::BackendApi), runtime());
    assert_eq!(world.verify(&runtime, &world.token()), "ok");
    for seconds in [0, 4_000_000_000, 1_800_000_000] {
        world.clock.set(clerk_core::UnixTime::from_secs(seconds));
        assert_eq!(world.verify(&runtime, &world.token()), "ok");
    }
    assert_eq!(world.fetches(), 2);
}

#[test]
fn a_refused_secret_key_is_this_services_fault() {
    let world = World::with_secret(KeySource::BackendApi, Some("sk_test_wrong"));
    assert_eq!(
        world.verify(&runtime(), &world.token()),
        "500 secret-key-invalid"
    );
}

#[test]
fn two_instances_do_not_accept_each_others_tokens() {
    let (one, other, runtime) = (
        World::new(KeySource::BackendApi),
        World::new(KeySource::BackendApi),
        runtime(),
    );
    assert_eq!(one.verify(&runtime, &one.token()), "ok");
    assert_eq!(other.verify(&runtime, &other.token()), "ok");
    assert_eq!(one.verify(&runtime, &other.token()), UNKNOWN);
    assert_eq!(other.verify(&runtime, &one.token()), UNKNOWN);

    let forged = other.emulator.token().header("kid", one.emulator.key_id());
    let forged = forged.defect(Defect::ForeignKey).sign(other.token_time());
    assert_eq!(one.verify(&runtime, &forged), "401 token-invalid-signature");
}

impl World {
    fn token_time(&self) -> clerk_core::UnixTime {
        clerk_core::Clock::now(&*self.clock)
    }
}
