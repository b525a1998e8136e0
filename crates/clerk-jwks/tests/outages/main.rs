//! What becomes of callers while keys cannot be had: in every way to fail, at every age of the keys,
//! in both modes, on a clock that moves only where somebody would have to wait.

#[path = "../support/mod.rs"]
mod support;
mod world;

use std::{
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use clerk_core::Clock;
use clerk_http::{RequestTimeout, ResponseLimit, TransportError, TransportErrorKind, blocking};
use clerk_jwks::{CachePolicy, KeySource, blocking as b};
use clerk_jwt::{Policy, UserClaims};
use support::say;
use world::{Caller, Edge, Mode, Server, World, poll};

const AT_MOST: Duration = Duration::from_secs(5);
const UNAVAILABLE: &str = "503 jwk-remote-failed-to-load";
const UNKNOWN: &str = "401 jwk-kid-mismatch";

const OUTAGES: [Server; 6] = [
    Server::Hangs,
    Server::Refuses,
    Server::Busy { asks_to_wait: 20 },
    Server::Busy { asks_to_wait: 3 },
    Server::FailsAfter(Duration::from_secs(2)),
    Server::SendsSlowly,
];

/// How old the keys are when the outage begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Cold,
    Fresh,
    Due,
    Stale,
    Gone,
}

impl Keys {
    fn age(self) -> Option<Duration> {
        let seconds = match self {
            Self::Cold => return None,
            Self::Fresh => 100,
            Self::Due => 250,
            Self::Stale => 301,
            Self::Gone => 3901,
        };
        Some(Duration::from_secs(seconds))
    }

    fn serve(self) -> bool {
        !matches!(self, Self::Cold | Self::Gone)
    }
}

fn in_every_case(mut check: impl FnMut(Server, Keys, Mode)) {
    for outage in OUTAGES {
        for keys in [Keys::Cold, Keys::Fresh, Keys::Due, Keys::Stale, Keys::Gone] {
            for mode in [Mode::Async, Mode::Blocking] {
                check(outage, keys, mode);
            }
        }
    }
}

/// A caller whose keys have that age, before whom the key server stops to answer well.
fn outage(server: Server, keys: Keys, mode: Mode) -> (Arc<World>, Caller) {
    let world = World::new();
    let caller = Caller::new(&world, mode);
    if let Some(age) = keys.age() {
        let (answer, _, _) = caller.verify(&world, &world.token(), true);
        assert_eq!(answer, "ok");
        world.clock.advance(age);
    }
    world.network().server = server;
    (world, caller)
}

#[test]
fn nobody_waits_longer_than_five_seconds_and_nobody_at_all_while_keys_may_serve() {
    in_every_case(|server, keys, mode| {
        let case = format!("{server:?}, {keys:?}, {mode:?}");
        let (world, caller) = outage(server, keys, mode);

        let (answer, waited, asked) = caller.verify(&world, &world.token(), !keys.serve());
        if keys.serve() {
            assert_eq!((answer.as_str(), waited), ("ok", Duration::ZERO), "{case}");
            assert_eq!(asked, 0, "before the answer: {case}");
        } else {
            assert_eq!(answer, UNAVAILABLE, "{case}");
            assert!(waited <= AT_MOST, "{case} took {waited:?}");
            assert!((1..=3).contains(&asked), "{case} asked {asked} times");
        }
    });
}

#[test]
fn keys_are_asked_for_in_the_background_unless_they_are_fresh() {
    in_every_case(|server, keys, mode| {
        let case = format!("{server:?}, {keys:?}, {mode:?}");
        let (world, caller) = outage(server, keys, mode);
        let before = world.network().asked;
        caller.verify(&world, &world.token(), !keys.serve());
        let began = world.clock.monotonic();
        world.run_beside();
        let took = world.clock.monotonic().saturating_duration_since(began);
        assert!(took <= AT_MOST, "{case} took {took:?} in the background");
        let asked = world.network().asked - before;
        assert_eq!(
            asked == 0,
            keys == Keys::Fresh,
            "{case} asked {asked} times"
        );
    });
}

#[test]
fn who_waits_has_three_attempts_and_what_nobody_waits_for_has_one() {
    for keys in [Keys::Cold, Keys::Due, Keys::Stale, Keys::Gone] {
        for mode in [Mode::Async, Mode::Blocking] {
            let case = format!("{keys:?}, {mode:?}");
            let (world, caller) = outage(Server::Refuses, keys, mode);
            let before = world.network().asked;
            caller.verify(&world, &world.token(), !keys.serve());
            world.run_beside();
            let asked = world.network().asked - before;
            assert_eq!(asked, if keys.serve() { 1 } else { 3 }, "{case}");
        }
    }
}

/// Processes that start together in an outage would ask together again within half a second.
#[test]
fn between_attempts_there_is_a_second() {
    for mode in [Mode::Async, Mode::Blocking] {
        let (world, caller) = outage(Server::Refuses, Keys::Cold, mode);
        let (_, waited, asked) = caller.verify(&world, &world.token(), true);
        assert_eq!(asked, 3, "{mode:?}");
        let (least, most) = (Duration::from_secs(3), Duration::from_millis(4500));
        assert!((least..=most).contains(&waited), "{mode:?}: {waited:?}");
    }
}

#[test]
fn a_fetch_that_failed_spoils_nothing() {
    in_every_case(|server, keys, mode| {
        let case = format!("{server:?}, {keys:?}, {mode:?}");
        let (world, caller) = outage(server, keys, mode);
        caller.verify(&world, &world.token(), !keys.serve());
        world.run_beside();

        let (answer, waited, _) = caller.verify(&world, &world.token(), false);
        let expected = if keys.serve() { "ok" } else { UNAVAILABLE };
        assert_eq!(
            (answer.as_str(), waited),
            (expected, Duration::ZERO),
            "the next one: {case}"
        );
        world.run_beside();

        world.network().server = Server::Well;
        world.clock.advance(Duration::from_secs(31));
        let (answer, waited, _) = caller.verify(&world, &world.token(), !keys.serve());
        assert_eq!(
            (answer.as_str(), waited),
            ("ok", Duration::ZERO),
            "afterwards: {case}"
        );
        world.run_beside();
    });
}

#[test]
fn whoever_has_waited_for_a_fetch_waits_for_no_second_one() {
    for mode in [Mode::Async, Mode::Blocking] {
        let world = World::new();
        let caller = Caller::new(&world, mode);
        world.network().server = Server::WellAfter(Duration::from_secs(4));
        let stranger = world.emulator.token().header("kid", "ins_stranger");
        let stranger = stranger.sign(world.clock.now());
        let answer = caller.verify(&world, &stranger, true);
        let four_seconds = Duration::from_secs(4);
        assert_eq!(answer, (UNKNOWN.to_owned(), four_seconds, 1), "{mode:?}");
    }
}

#[test]
fn whoever_joins_a_fetch_waits_for_its_end_and_no_longer() {
    let world = World::new();
    let Caller::Async(verifier) = Caller::new(&world, Mode::Async) else {
        unreachable!("that is the mode")
    };
    world.network().server = Server::WellAfter(Duration::from_secs(4));
    let (known, time) = (world.token(), world.clock.now());
    let stranger = world.emulator.token().header("kid", "ins_stranger");
    let stranger = stranger.sign(time);
    let mut first = pin!(verifier.verify::<UserClaims>(&known));
    let mut second = pin!(verifier.verify::<UserClaims>(&stranger));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    world.run_beside();
    let Poll::Ready(Ok(_)) = poll(&mut first) else {
        panic!("the fetch has brought its key");
    };
    let Poll::Ready(answer) = poll(&mut second) else {
        panic!("waits for a second fetch");
    };
    assert_eq!(say(answer.err()), UNKNOWN);
    assert_eq!(world.network().asked, 1);
}

#[test]
fn how_long_clerk_asks_to_wait_is_passed_on() {
    for (server, expected) in [
        (Server::Busy { asks_to_wait: 20 }, Some(20)),
        (Server::Hangs, None),
    ] {
        let (world, caller) = outage(server, Keys::Cold, Mode::Blocking);
        let Caller::Blocking(verifier) = caller else {
            unreachable!("that is the mode")
        };
        let refused = verifier.verify::<UserClaims>(&world.token()).unwrap_err();
        let expected = expected.map(Duration::from_secs);
        assert_eq!(refused.retry_after(), expected, "{server:?}");
    }
}

#[test]
fn a_key_server_gets_five_seconds_and_a_mebibyte() {
    for source in [KeySource::BackendApi, KeySource::FrontendApi] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let transport = {
            let seen = Arc::clone(&seen);
            clerk_http::blocking_transport_fn(move |request| {
                let limits = (
                    request.extensions().get::<RequestTimeout>().copied(),
                    request.extensions().get::<ResponseLimit>().copied(),
                );
                seen.lock().unwrap().push(limits);
                Err(TransportError::new(TransportErrorKind::TooLarge, &request))
            })
        };
        let world = World::new();
        let client = blocking::Client::builder(transport, Edge(Arc::clone(&world)))
            .base_url("http://127.0.0.1:4010")
            .secret_key("sk_test_abc".parse().unwrap())
            .build()
            .unwrap();
        let keys = b::RemoteKeys::new(client, source, CachePolicy::default());
        let verifier = b::Verifier::new(keys, Policy::default(), Edge(Arc::clone(&world)));
        let refused = verifier.verify::<UserClaims>(&world.token());
        assert_eq!(say(refused.err()), UNAVAILABLE);
        let limits = (
            Some(RequestTimeout(AT_MOST)),
            Some(ResponseLimit(1024 * 1024)),
        );
        assert_eq!(*seen.lock().unwrap(), [limits], "{source:?}");
    }
}
