//! What a seed changes.

use super::*;

const NANOSECOND: Duration = Duration::from_nanos(1);

fn before(moment: MonotonicTime) -> MonotonicTime {
    MonotonicTime::from_start(moment.since_start() - NANOSECOND)
}

/// When keys are fetched anew, where somebody asks all the time.
fn due_at(cache: &mut KeySetCache) -> MonotonicTime {
    let due = cache.snapshot().unwrap().until();
    assert_eq!(name(&cache.lookup(&id("a"), before(due))), "hit");
    assert_eq!(name(&cache.lookup(&id("a"), due)), "refresh");
    due
}

#[test]
fn caches_that_fetched_together_are_due_apart_and_never_later_than_the_policy_says() {
    let due_at = |seed| due_at(&mut filled(seed)).since_start().as_secs_f64();
    let due: Vec<f64> = (0..1_000).map(|seed| due_at(Some(seed))).collect();
    assert!(due.iter().all(|due| (180.0..=240.0).contains(due)));
    for second in (180..240).step_by(6).map(f64::from) {
        let near = due
            .iter()
            .filter(|due| (second..second + 6.0).contains(*due));
        let near = near.count();
        assert!(
            (60..150).contains(&near),
            "{near} of 1000 are due within {second} s and 6 more"
        );
    }
    assert!((due_at(None) - 240.0).abs() < 1e-9, "to the moment");
}

#[test]
fn a_seed_that_stays_has_keys_due_at_another_age_each_time() {
    let mut cache = filled(Some(7));
    let first = due_at(&mut cache);
    cache.complete(Ok(keys(&["a"])), first);
    let second = due_at(&mut cache).saturating_duration_since(first);
    let apart = first.since_start().abs_diff(second);
    assert!(apart > Duration::from_millis(100), "{apart:?}");
}

/// The pauses after so many failures in a row, where somebody asks all the time and each fetch fails at once.
fn pauses(seed: u64, count: usize) -> Vec<Duration> {
    let mut cache = KeySetCache::new(CachePolicy::default());
    cache.seed(seed);
    let mut now = at(0);
    let mut pause = || {
        let begun = now;
        assert_eq!(name(&cache.lookup(&id("a"), begun)), "fetch");
        cache.complete(failure(), begun);
        now = cache.refused_until().unwrap();
        assert_eq!(name(&cache.lookup(&id("a"), before(now))), "unavailable");
        now.saturating_duration_since(begun)
    };
    (0..count).map(|_| pause()).collect()
}

#[test]
fn caches_that_failed_together_try_again_apart_and_never_sooner_than_after_the_first_backoff() {
    let of_all: Vec<_> = (0..200).map(|seed| pauses(seed, 8)).collect();
    for (at, most) in [1, 2, 4, 8, 16, 30, 30, 30].into_iter().enumerate() {
        let most = Duration::from_secs(most);
        let range = (most * 3 / 4).max(Duration::from_secs(1))..=most;
        let mut pauses: Vec<Duration> = of_all.iter().map(|pauses| pauses[at]).collect();
        assert!(
            pauses.iter().all(|pause| range.contains(pause)),
            "{pauses:?}"
        );
        pauses.sort_unstable();
        pauses.dedup();
        assert!(at == 0 || pauses.len() > 100, "{pauses:?}");
    }
}
