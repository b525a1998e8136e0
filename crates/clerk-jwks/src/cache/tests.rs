mod cooldown;
mod spread;

use std::time::Duration;

use clerk_jwt::{Algorithm, SignatureMismatch, VerifySignature};
use proptest::prelude::*;

use super::*;

#[derive(Debug)]
struct Refuses;

impl VerifySignature for Refuses {
    fn verify(&self, _: Algorithm, _: &[u8], _: &[u8]) -> Result<(), SignatureMismatch> {
        Err(SignatureMismatch)
    }
}

fn at(seconds: u64) -> MonotonicTime {
    MonotonicTime::from_start(Duration::from_secs(seconds))
}

fn id(name: &str) -> KeyId {
    KeyId::new(name)
}

fn keys(names: &[&str]) -> KeySet {
    names
        .iter()
        .map(|name| (id(name), Ok(VerifyingKey::new(Arc::new(Refuses)))))
        .collect()
}

fn failure() -> Result<KeySet, Arc<FetchError>> {
    Err(Arc::new(FetchError::Empty))
}

fn name(lookup: &Lookup) -> &'static str {
    match lookup {
        Lookup::Hit(_) => "hit",
        Lookup::Refresh(_) => "refresh",
        Lookup::Fetch => "fetch",
        Lookup::Wait => "wait",
        Lookup::Refused(ResolveError::UnknownKey) => "unknown",
        Lookup::Refused(ResolveError::Unusable(_)) => "unusable",
        Lookup::Refused(ResolveError::Unavailable(_)) => "unavailable",
        Lookup::Refused(ResolveError::NoSource) => "no source",
    }
}

#[derive(Clone, Copy)]
enum Event {
    /// At that second, a token that names this key is told this.
    Ask(u64, &'static str, &'static str),
    /// At that second, a token that names this key and has waited is told this.
    After(u64, &'static str, &'static str),
    /// At that second, the fetch brings these keys.
    Brings(u64, &'static [&'static str]),
    /// At that second, the fetch fails.
    Fails(u64),
    /// At that second, whatever ran the fetch gives it up.
    Ends(u64),
}

use Event::{After, Ask, Brings, Ends, Fails};

#[track_caller]
fn play(events: &[Event]) {
    play_with(CachePolicy::default(), events);
}

#[track_caller]
fn play_with(policy: CachePolicy, events: &[Event]) {
    let mut cache = KeySetCache::new(policy);
    for event in events {
        match event {
            Ask(second, key, expected) => {
                let lookup = cache.lookup(&id(key), at(*second));
                assert_eq!(name(&lookup), *expected, "{key} at {second} s");
            }
            After(second, key, expected) => {
                let answer = cache.after_fetch(&id(key), at(*second));
                let lookup = answer.map_or_else(Lookup::Refused, Lookup::Hit);
                assert_eq!(
                    name(&lookup),
                    *expected,
                    "{key} after a fetch, at {second} s"
                );
            }
            Brings(second, names) => cache.complete(Ok(keys(names)), at(*second)),
            Fails(second) => cache.complete(failure(), at(*second)),
            Ends(second) => cache.complete(Err(Arc::new(FetchError::Ended)), at(*second)),
        }
    }
}

fn filled(seed: Option<u64>) -> KeySetCache {
    let mut cache = KeySetCache::new(CachePolicy::default());
    if let Some(seed) = seed {
        cache.seed(seed);
    }
    assert_eq!(name(&cache.lookup(&id("a"), at(0))), "fetch");
    cache.complete(Ok(keys(&["a"])), at(0));
    cache
}

#[test]
fn keys_are_fetched_once_and_anew_before_they_expire() {
    play(&[
        Ask(0, "a", "fetch"),
        Ask(0, "a", "wait"),
        Ask(0, "b", "wait"),
        Brings(1, &["a"]),
        Ask(1, "a", "hit"),
        Ask(240, "a", "hit"),
        Ask(241, "a", "refresh"),
        Ask(241, "a", "hit"),
        Brings(242, &["a"]),
        Ask(481, "a", "hit"),
        Ask(482, "a", "refresh"),
    ]);
}

#[test]
fn without_traffic_expired_keys_serve_until_others_are_fetched() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(300, "a", "refresh"),
        Ask(300, "a", "hit"),
        Ask(300, "x", "wait"),
        Brings(301, &["a"]),
        Ask(301, "a", "hit"),
        Ask(4200, "a", "refresh"),
        Brings(4200, &["a"]),
        Ask(8100, "a", "fetch"),
        Ask(8100, "a", "wait"),
    ]);
}

#[test]
fn a_revoked_key_does_not_live_on_where_what_runs_beside_callers_is_dropped() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(250, "a", "refresh"),
        Ends(250),
        Ask(299, "a", "refresh"),
        Ends(299),
        // What nobody else runs, a caller has to wait for.
        Ask(310, "a", "fetch"),
        Brings(310, &["b"]),
        After(310, "a", "unknown"),
    ]);
}

#[test]
fn a_revoked_key_does_not_live_on_where_what_runs_beside_callers_stands_still() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(290, "a", "refresh"),
        Ask(301, "a", "fetch"),
        Brings(301, &["b"]),
        After(301, "a", "unknown"),
    ]);
}

#[test]
fn a_fetch_that_vanished_is_repeated_once_its_lease_is_over() {
    play(&[
        Ask(0, "a", "fetch"),
        Ask(6, "a", "wait"),
        Ask(7, "a", "fetch"),
        Ask(7, "a", "wait"),
        Brings(8, &["a"]),
        Ask(8, "a", "hit"),
        // A refresh, too; and what comes of it in the end is no failure of the one that followed.
        Ask(248, "a", "refresh"),
        Ask(254, "a", "hit"),
        Ask(255, "a", "refresh"),
        Brings(256, &["a"]),
        Fails(257),
        After(257, "a", "hit"),
    ]);
}

/// As a process does that was frozen with an answer already received.
#[test]
fn a_fetch_that_comes_late_brings_no_revoked_key_back_and_ends_no_other() {
    let mut cache = KeySetCache::new(CachePolicy::default());
    let of = |lookup: Lookup| name(&lookup);
    assert_eq!(of(cache.lookup(&id("a"), at(0))), "fetch");
    assert_eq!(of(cache.lookup(&id("a"), at(7))), "fetch");
    assert!(!cache.complete_begun(at(0), failure(), at(8)));
    assert_eq!(of(cache.lookup(&id("a"), at(8))), "wait");
    assert!(cache.complete_begun(at(7), Ok(keys(&["new"])), at(8)));
    assert!(!cache.complete_begun(at(0), Ok(keys(&["revoked"])), at(9)));
    assert_eq!(of(cache.lookup(&id("new"), at(9))), "hit");
    assert_ne!(of(cache.lookup(&id("revoked"), at(9))), "hit");

    // Where there is nothing newer, late keys are as old as the question.
    let mut cache = KeySetCache::new(CachePolicy::default());
    assert_eq!(of(cache.lookup(&id("a"), at(0))), "fetch");
    assert_eq!(of(cache.lookup(&id("a"), at(7))), "fetch");
    assert!(cache.complete_begun(at(0), Ok(keys(&["a"])), at(100)));
    assert_eq!(of(cache.lookup(&id("a"), at(239))), "hit");
    assert_eq!(of(cache.lookup(&id("a"), at(240))), "refresh");
}

#[test]
fn keys_that_come_late_are_keys_all_the_same() {
    play(&[
        Ask(0, "a", "fetch"),
        Ask(7, "a", "fetch"),
        Fails(8),
        Ask(8, "a", "unavailable"),
        Brings(9, &["a"]),
        Ask(9, "a", "hit"),
    ]);
}

#[test]
fn without_a_stale_window_expired_keys_are_waited_for() {
    let policy = CachePolicy {
        stale_window: Duration::ZERO,
        ..CachePolicy::default()
    };
    play_with(
        policy,
        &[
            Ask(0, "a", "fetch"),
            Brings(0, &["a"]),
            Ask(299, "a", "refresh"),
            Fails(299),
            Ask(299, "a", "hit"),
            Ask(300, "a", "fetch"),
            Fails(300),
            After(300, "a", "unavailable"),
            Ask(302, "a", "fetch"),
            Brings(302, &["a"]),
            After(302, "a", "hit"),
        ],
    );
}

#[test]
fn who_has_waited_is_told_what_is_known_and_sent_to_wait_no_more() {
    play(&[
        Ask(0, "a", "fetch"),
        Fails(5),
        After(5, "a", "unavailable"),
        Ask(6, "a", "fetch"),
        Brings(6, &["a"]),
        After(6, "a", "hit"),
        After(6, "x", "unknown"),
        // However late it comes to hear of it.
        After(9000, "a", "hit"),
        After(9000, "x", "unknown"),
        Ask(246, "a", "refresh"),
        Ask(246, "x", "wait"),
        Fails(251),
        After(251, "x", "unavailable"),
        After(251, "a", "hit"),
        After(3905, "a", "hit"),
        After(3906, "a", "unavailable"),
    ]);
}

#[test]
fn in_an_outage_known_users_stay_and_unknown_ones_are_not_called_unknown() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(240, "a", "refresh"),
        Fails(245),
        Ask(245, "a", "hit"),
        Ask(245, "x", "unavailable"),
        Ask(246, "a", "refresh"),
        Fails(251),
        Ask(252, "a", "hit"),
        Ask(253, "a", "refresh"),
        Fails(258),
        Ask(301, "a", "refresh"),
        Ask(301, "a", "hit"),
        Fails(306),
        Ask(306, "a", "hit"),
        Ask(306, "x", "unavailable"),
        Ask(3600, "a", "refresh"),
        Fails(3605),
        Ask(3605, "a", "hit"),
        Ask(3899, "a", "refresh"),
        Fails(3899),
        Ask(3900, "a", "unavailable"),
    ]);
}

#[test]
fn a_revoked_key_is_gone_with_the_first_fetch_after_quiet_times() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(250, "a", "refresh"),
        Fails(255),
        Ask(1000, "a", "refresh"),
        Brings(1001, &["b"]),
        Ask(1001, "a", "fetch"),
        Brings(1002, &["b"]),
        Ask(1002, "a", "unknown"),
    ]);
}

#[test]
fn on_a_cold_cache_a_failure_is_not_repeated_at_once() {
    play(&[
        Ask(0, "a", "fetch"),
        Fails(1),
        Ask(1, "a", "unavailable"),
        Ask(2, "a", "fetch"),
        Fails(2),
        Ask(3, "a", "unavailable"),
        Ask(4, "a", "fetch"),
        Brings(4, &[]),
        Ask(4, "a", "unavailable"),
        Ask(8, "a", "fetch"),
        Brings(8, &["a"]),
        Ask(8, "a", "hit"),
    ]);
}

#[test]
fn a_revoked_key_is_gone_within_the_time_to_live_under_constant_load() {
    let mut cache = KeySetCache::new(CachePolicy::default());
    assert_eq!(name(&cache.lookup(&id("revoked"), at(0))), "fetch");
    cache.complete(Ok(keys(&["revoked"])), at(0));
    for second in 1..=300 {
        match cache.lookup(&id("revoked"), at(second)) {
            Lookup::Refresh(_) | Lookup::Fetch => cache.complete(Ok(keys(&["new"])), at(second)),
            lookup => assert!(second < 240 || name(&lookup) == "unknown", "{second}"),
        }
    }
}

#[test]
fn a_key_that_cannot_be_used_is_not_called_unknown() {
    let mut cache = KeySetCache::new(CachePolicy::default());
    cache.lookup(&id("pq"), at(0));
    let set = [(id("pq"), Err(InvalidKey::KeyType))].into_iter().collect();
    cache.complete(Ok(set), at(0));
    assert_eq!(name(&cache.lookup(&id("pq"), at(1))), "unusable");
    assert_eq!(name(&cache.lookup(&id("pq"), at(299))), "unusable");
    assert_eq!(name(&cache.lookup(&id("pq"), at(300))), "fetch");
}

#[test]
fn one_attempt_is_made_where_keys_serve_and_nobody_waits_or_clerk_is_away() {
    let mut cache = KeySetCache::new(CachePolicy::default());
    let mut begin = |second, key, expected, once: bool, brings: bool| {
        let lookup = cache.lookup(&id(key), at(second));
        assert_eq!(name(&lookup), expected, "{key} at {second} s");
        assert_eq!(cache.makes_one_attempt(), once, "{key} at {second} s");
        let fetched = if brings { Ok(keys(&["a"])) } else { failure() };
        cache.complete(fetched, at(second));
        assert!(!cache.makes_one_attempt());
    };
    begin(0, "a", "fetch", false, false);
    begin(100, "a", "fetch", false, false);
    begin(200, "a", "fetch", false, false);
    begin(300, "a", "fetch", false, true);
    // Who waits is worth as many attempts as there are, unless Clerk has not answered for a while.
    begin(400, "x", "fetch", false, false);
    begin(402, "x", "fetch", false, false);
    begin(405, "x", "fetch", false, false);
    begin(410, "x", "fetch", true, true);
    begin(650, "a", "refresh", true, false);
    begin(652, "a", "refresh", true, false);
    begin(655, "x", "fetch", false, false);
    begin(800, "x", "fetch", true, false);
    begin(1000, "a", "refresh", true, false);
    // Nobody has keys any more.
    begin(410 + 3900, "a", "fetch", false, false);
}

#[test]
fn what_callers_run_by_waiting_has_all_attempts() {
    let mut cache = filled(None);
    for second in [300, 310, 320, 340] {
        cache.lookup(&id("a"), at(second));
        cache.complete(Err(Arc::new(FetchError::Ended)), at(second));
    }
    assert_eq!(name(&cache.lookup(&id("a"), at(400))), "fetch");
    assert!(!cache.makes_one_attempt());
}

#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Ask(&'static str),
    Brings,
    Fails,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0_u64..400_000).prop_map(Act::Pass),
        (0_u64..3_000).prop_map(Act::Pass),
        prop::sample::select(vec!["a", "x", "y"]).prop_map(Act::Ask),
        prop::sample::select(vec!["a", "x", "y"]).prop_map(Act::Ask),
        Just(Act::Brings),
        Just(Act::Fails),
    ];
    prop::collection::vec(act, 0..120)
}

/// The usual one, and those whose times stand in another order.
fn policies() -> impl Strategy<Value = CachePolicy> {
    let seconds = Duration::from_secs;
    prop::sample::select(vec![
        CachePolicy::default(),
        CachePolicy {
            stale_window: Duration::ZERO,
            ..CachePolicy::default()
        },
        CachePolicy {
            time_to_live: seconds(5),
            refresh_after: seconds(10),
            ..CachePolicy::default()
        },
        CachePolicy {
            time_to_live: seconds(20),
            refresh_after: seconds(1),
            unknown_key_cooldown: seconds(40),
            last_unknown_key_cooldown: seconds(400),
            first_backoff: seconds(7),
            last_backoff: seconds(200),
            stale_window: seconds(300),
        },
    ])
}

proptest! {
    #[test]
    fn whatever_happens(acts in acts(), policy in policies(), seed in any::<Option<u64>>()) {
        let mut cache = KeySetCache::new(policy.clone());
        if let Some(seed) = seed {
            cache.seed(seed);
        }
        let mut now = Duration::ZERO;
        let mut in_flight = false;
        let mut brought_at: Option<Duration> = None;
        let mut failed_at: Option<Duration> = None;
        let mut began_at = Duration::ZERO;
        let mut was_lost = false;
        let mut is_for_unknown = false;
        let mut unknown_brought_at: Option<Duration> = None;
        // Taken when a fetch begins or ends, and no oftener.
        let mut snapshot = None;
        for act in acts {
            let time = MonotonicTime::from_start(now);
            match act {
                Act::Pass(millis) => now += Duration::from_millis(millis),
                Act::Brings if in_flight => {
                    cache.complete(Ok(keys(&["a"])), time);
                    (in_flight, brought_at, failed_at) = (false, Some(now), None);
                    was_lost = false;
                    if is_for_unknown {
                        unknown_brought_at = Some(now);
                    }
                    snapshot = cache.snapshot();
                }
                Act::Fails if in_flight => {
                    cache.complete(failure(), time);
                    (in_flight, failed_at) = (false, Some(now));
                    was_lost = false;
                    snapshot = cache.snapshot();
                }
                Act::Brings | Act::Fails => {}
                Act::Ask(key) => {
                    if in_flight && now - began_at > LEASE {
                        (in_flight, failed_at) = (false, Some(began_at));
                        was_lost = true;
                    }
                    let at_hand = snapshot.as_ref().and_then(|snapshot| snapshot.at_hand(&id(key), time));
                    let lookup = cache.lookup(&id(key), time);
                    let age = brought_at.map(|at| now - at);
                    match at_hand {
                        Some(Ok(_)) => prop_assert_eq!(name(&lookup), "hit"),
                        Some(Err(error)) => match &lookup {
                            Lookup::Refused(other) => prop_assert_eq!(error.reason(), other.reason()),
                            _ => prop_assert!(false, "{} instead of {error}", name(&lookup)),
                        },
                        None => {}
                    }
                    let serves = key == "a"
                        && age.is_some_and(|age| age < policy.time_to_live + policy.stale_window);
                    let served = matches!(lookup, Lookup::Hit(_) | Lookup::Refresh(_));
                    let has_expired = age.is_some_and(|age| age >= policy.time_to_live);
                    if !(was_lost && has_expired) {
                        prop_assert_eq!(served, serves, "nobody waits for a key that may serve");
                    }
                    if matches!(lookup, Lookup::Wait) {
                        prop_assert!(in_flight);
                    }
                    if matches!(lookup, Lookup::Fetch | Lookup::Refresh(_)) {
                        prop_assert!(!in_flight, "two fetches at once");
                        if let Some(failed_at) = failed_at {
                            prop_assert!(now - failed_at >= policy.first_backoff);
                        }
                        let fresh = age.is_some_and(|age| age < policy.time_to_live);
                        is_for_unknown = key != "a" && fresh;
                        if let (true, None, Some(last)) = (is_for_unknown, failed_at, unknown_brought_at) {
                            prop_assert!(now - last >= policy.unknown_key_cooldown);
                        }
                        (in_flight, began_at) = (true, now);
                        snapshot = cache.snapshot();
                    }
                    if let Lookup::Refused(error) = &lookup {
                        let known_unknown = matches!(error, ResolveError::UnknownKey);
                        prop_assert_eq!(known_unknown, failed_at.is_none());
                    }
                }
            }
        }
    }
}
