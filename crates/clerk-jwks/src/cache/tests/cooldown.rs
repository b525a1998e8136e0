//! How often unknown keys are looked for.

use super::*;

#[test]
fn an_unknown_key_leads_to_one_fetch_a_cooldown() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "x", "fetch"),
        Ask(1, "y", "wait"),
        Ask(1, "a", "hit"),
        Brings(2, &["a"]),
        Ask(2, "x", "unknown"),
        Ask(11, "z", "unknown"),
        Ask(12, "b", "fetch"),
        Brings(12, &["a", "b"]),
        Ask(12, "b", "hit"),
        Ask(13, "c", "unknown"),
        Ask(22, "c", "fetch"),
    ]);
}

/// Made-up key ids, one after the other without a pause, have an instance ask once a minute.
#[test]
fn a_flood_of_made_up_keys_leads_to_ever_fewer_fetches() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "x", "fetch"),
        Brings(1, &["a"]),
        Ask(10, "y", "unknown"),
        Ask(11, "z", "fetch"),
        Brings(11, &["a"]),
        Ask(30, "x", "unknown"),
        Ask(31, "y", "fetch"),
        Brings(31, &["a"]),
        Ask(70, "x", "unknown"),
        Ask(71, "y", "fetch"),
        Brings(71, &["a"]),
        Ask(130, "x", "unknown"),
        Ask(131, "y", "fetch"),
        Brings(131, &["a"]),
        Ask(190, "y", "unknown"),
        Ask(191, "y", "fetch"),
        // A fetch that fails brings no news, and changes nothing about that.
        Fails(191),
        Ask(192, "y", "fetch"),
        Brings(192, &["a"]),
        Ask(251, "y", "unknown"),
        Ask(252, "y", "fetch"),
    ]);
}

#[test]
fn the_cooldown_is_short_again_once_other_keys_are_published_or_nobody_has_asked_for_a_while() {
    let flood = [
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "x", "fetch"),
        Brings(1, &["a"]),
        Ask(11, "x", "fetch"),
        Brings(11, &["a"]),
        Ask(31, "x", "fetch"),
        Brings(31, &["a"]), // forty seconds from here
    ];
    let after = |rest: &[Event]| {
        let events: Vec<Event> = flood.iter().chain(rest).copied().collect();
        play(&events);
    };
    // The id that was asked for.
    after(&[
        Ask(71, "b", "fetch"),
        Brings(71, &["a", "b"]),
        Ask(80, "x", "unknown"),
        Ask(81, "x", "fetch"),
        Brings(81, &["a", "b"]),
        Ask(91, "x", "unknown"),
        Ask(101, "x", "fetch"),
    ]);
    // Others, brought by a fetch for another reason.
    after(&[
        Ask(71, "x", "fetch"),
        Brings(71, &["a"]), // a minute from here
        Ask(311, "a", "refresh"),
        Brings(311, &["b"]),
        Ask(311, "x", "fetch"),
        Brings(311, &["b"]),
        Ask(320, "x", "unknown"),
        Ask(321, "x", "fetch"),
    ]);
    // A quiet time, twice as long as the cool-down was.
    after(&[
        Ask(110, "x", "fetch"),
        Brings(110, &["a"]),
        Ask(169, "x", "unknown"),
        Ask(170, "x", "fetch"),
    ]);
    after(&[
        Ask(111, "x", "fetch"),
        Brings(111, &["a"]),
        Ask(120, "x", "unknown"),
        Ask(121, "x", "fetch"),
    ]);
}

/// Whoever has a new key waits for a minute at the most, and only while others ask for keys that are none.
#[test]
fn a_new_key_is_found_within_the_last_cooldown_under_any_flood() {
    for seed in 0..50 {
        let mut cache = filled(Some(seed));
        let mut cooled_down = Vec::new();
        let mut last = 0;
        for second in 1..1_000 {
            match cache.lookup(&id("made up"), at(second)) {
                Lookup::Fetch => {
                    cache.complete(Ok(keys(&["a"])), at(second));
                    cooled_down.push(second - last);
                    last = second;
                }
                lookup => assert_eq!(name(&lookup), "unknown"),
            }
        }
        assert!(cooled_down[1..].iter().all(|it| (10..=60).contains(it)));
        assert!((15..=30).contains(&cooled_down.len()), "{cooled_down:?}");
    }
}

#[test]
fn a_slow_fetch_does_not_use_its_cooldown_up() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "x", "fetch"),
        Brings(30, &["a"]),
        Ask(30, "x", "unknown"),
    ]);
}

/// What a fetch did not bring says nothing about keys, so it must not keep whoever has a new one out: the
/// backoff bounds how often Clerk is asked.
#[test]
fn a_fetch_for_an_unknown_key_that_brought_nothing_starts_no_cooldown() {
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "b", "fetch"), // vanishes: its lease ends after six seconds
        Ask(8, "b", "fetch"),
        Brings(8, &["a", "b"]),
        Ask(8, "b", "hit"),
    ]);
    play(&[
        Ask(0, "a", "fetch"),
        Brings(0, &["a"]),
        Ask(1, "b", "fetch"),
        Fails(1),
        Ask(1, "b", "unavailable"), // the first backoff is a second
        Ask(3, "b", "fetch"),
        Fails(3),
        Ask(4, "b", "unavailable"),
        Ask(5, "b", "fetch"),
        Brings(5, &["a"]),
        Ask(6, "b", "unknown"),
        Ask(15, "b", "fetch"),
    ]);
}

#[test]
fn an_unknown_key_is_refused_without_asking_the_cache_until_it_may_be_fetched_again() {
    let mut cache = KeySetCache::new(CachePolicy::default());
    cache.lookup(&id("a"), at(0));
    cache.complete(Ok(keys(&["a"])), at(0));
    let said = |cache: &KeySetCache, second| {
        let answer = cache.snapshot()?.at_hand(&id("x"), at(second))?;
        Some(answer.map(|_| ()).map_err(|error| error.reason()))
    };
    let unknown = Some(Err(clerk_jwt::Reason::JwkKidMismatch));
    assert_eq!(said(&cache, 1), None, "nobody has asked for it");
    assert_eq!(name(&cache.lookup(&id("x"), at(1))), "fetch");
    assert_eq!(
        said(&cache, 1),
        None,
        "a fetch is under way, that may bring it"
    );
    cache.complete(Ok(keys(&["a"])), at(2));
    let cooldown = CachePolicy::default().unknown_key_cooldown.as_secs();
    assert_eq!(said(&cache, 2), unknown);
    assert_eq!(said(&cache, 2 + cooldown - 1), unknown);
    assert_eq!(said(&cache, 2 + cooldown), None);
    assert_eq!(name(&cache.lookup(&id("x"), at(2 + cooldown))), "fetch");
    cache.complete(failure(), at(3 + cooldown));
    assert_eq!(
        said(&cache, 3 + cooldown),
        None,
        "nobody knows whether there is one"
    );
}
