//! What a program's recorder is told, by both facades alike.
#![cfg(all(
    feature = "async",
    feature = "blocking",
    feature = "metrics",
    feature = "users",
    feature = "webhooks"
))]

mod documents;
mod made_up;
mod rows;
mod world;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use clerk::{
    VerifiedTokenCache,
    jwt::{UnverifiedToken, VerifyingKey},
};
use clerk_emulator::Emulator;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use self::{
    rows::ROWS,
    world::{Mode, Series, recorded},
};

#[test]
fn both_facades_record_what_happens() {
    for row in ROWS {
        for mode in [Mode::Async, Mode::Blocking] {
            let all = recorded(mode, row.acts);
            let is_about =
                |one: &&Series| row.about.iter().any(|prefix| one.name.starts_with(prefix));
            let is_zero = |one: &&Series| one.kind != "histogram" && one.value == "0";
            let lines: Vec<_> = all
                .iter()
                .filter(is_about)
                .filter(|one| !is_zero(one))
                .map(Series::line)
                .collect();
            assert_eq!(lines, row.recorded, "{}, {mode:?}", row.what);
        }
    }
}

/// A rise is computed from two values. Where the first one is the first failure, it is no rise.
#[test]
fn what_fails_seldom_is_there_before_it_fails() {
    let before = recorded(Mode::Async, |_| ());
    let names = |all: &BTreeSet<Series>| -> Vec<_> {
        let has_failed = |value: &str| value.starts_with("fail") || value == "undecided";
        // Of calls, the share that fails counts; of tokens by themselves, no alert of the guide's asks.
        let is_counted_from_zero = |name: &str| {
            !["clerk_api", "clerk_tokens"]
                .iter()
                .any(|it| name.starts_with(it))
        };
        let seldom = |one: &&Series| {
            let mut labels = one.labels.iter();
            is_counted_from_zero(&one.name) && labels.any(|(_, value)| has_failed(value))
        };
        all.iter()
            .filter(seldom)
            .map(|one| (one.name.clone(), one.labels.clone()))
            .collect()
    };
    assert!(before.iter().all(|one| one.value == "0"), "{before:?}");
    for row in ROWS {
        let after = recorded(Mode::Blocking, row.acts);
        assert_eq!(names(&after), names(&before), "{}", row.what);
    }
}

#[test]
fn a_recorder_may_be_installed_after_a_clerk_is_built() {
    let world = world::World::new(Mode::Blocking);
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        world.verify(&world.emulator.token().sign(world::NOW));
    });
    let counted = world::series(&snapshotter);
    for name in ["clerk_tokens_verified_total", "clerk_token_cache_tokens"] {
        let one = counted.iter().find(|one| one.name == name);
        assert_eq!(one.map(|one| &*one.value), Some("1"), "{name}");
    }
}

/// There may be several caches, each of which adds its own to the gauges.
#[test]
fn a_cache_that_is_gone_is_counted_no_more() {
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let world = world::World::new(Mode::Blocking);
        world.verify(&world.emulator.token().sign(world::NOW));
        drop(world);
    });
    let gauges = world::series(&snapshotter);
    for name in [
        "clerk_token_cache_tokens",
        "clerk_token_cache_capacity_tokens",
    ] {
        let gauge = gauges.iter().find(|one| one.name == name);
        assert_eq!(gauge.map(|one| &*one.value), Some("0"), "{name}");
    }
}

/// Threads that verify the same token at the same time all put it there.
#[test]
fn a_token_that_is_put_there_again_takes_nobodys_place() {
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let emulator = Emulator::builder().build().unwrap();
    let key = VerifyingKey::from_pem(&emulator.public_key_pem()).unwrap();
    let token = emulator.token().sign(world::NOW);
    let token = UnverifiedToken::parse(&token).unwrap();
    let cache = VerifiedTokenCache::new(8);
    metrics::with_local_recorder(&recorder, || {
        for _ in 0..2 {
            cache.insert(&token.authenticate(&key).unwrap());
        }
        let counted = world::series(&snapshotter);
        let lines: Vec<_> = counted.iter().map(Series::line).collect();
        for line in [
            "clerk_token_cache_evictions_total{} 0",
            "clerk_token_cache_tokens{} 1",
        ] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
    });
}

/// A recorder is the program's, and may do anything.
#[test]
fn a_recorder_that_panics_keeps_nobody_from_the_keys() {
    struct Panics(&'static str);

    impl Panics {
        fn at(&self, key: &Key) {
            assert_ne!(key.name(), self.0);
        }
    }

    impl Recorder for Panics {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            self.at(key);
            Counter::noop()
        }

        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            self.at(key);
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    for name in [
        "clerk_key_fetches_total",
        "clerk_keys_fetched_timestamp_seconds",
    ] {
        let world = world::World::new(Mode::Blocking);
        let token = world.emulator.token().sign(world::NOW);
        let first = || metrics::with_local_recorder(&Panics(name), || world.verify(&token));
        assert!(catch_unwind(AssertUnwindSafe(first)).is_err(), "{name}");
        world.in_process.pause();
        assert!(world.verify(&token), "{name}");
    }
}

#[test]
fn a_fetch_that_ends_with_its_runtime_has_failed() {
    let all = recorded(Mode::Async, |world| {
        world.verify_while_ending(&world.emulator.token().sign(world::NOW));
    });
    let lines: Vec<_> = all.iter().map(Series::line).collect();
    let failed =
        "clerk_key_fetches_total{cause=age,outcome=failure,reason=jwk-remote-failed-to-load} 1";
    assert!(lines.iter().any(|line| line == failed), "{lines:?}");
}
