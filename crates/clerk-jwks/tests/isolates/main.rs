//! Keys where no task can wait for another's: what was fetched is shared, and no waker crosses requests.

mod isolate;
#[path = "../support/mod.rs"]
mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use clerk_core::Clock as _;
use clerk_emulator::Emulator;
use clerk_http::{Retry, Runtime as _};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys, Verifier};
use clerk_jwt::{Policy, SessionClaims};
use isolate::{Isolate, Server};
use support::{NOW, say};

const MS: fn(u64) -> Duration = Duration::from_millis;
const SECONDS: fn(u64) -> Duration = Duration::from_secs;

/// An isolate whose requests verify a token.
struct World {
    isolate: Isolate,
    emulator: Emulator,
    verifier: Verifier,
    answers: Arc<Mutex<Vec<(usize, String)>>>,
}

impl World {
    fn new(waits_until: bool) -> Self {
        Self::retrying(waits_until, Retry::none())
    }

    fn retrying(waits_until: bool, retry: Retry) -> Self {
        let emulator = Emulator::builder().build().unwrap();
        let server = Server {
            body: emulator.jwks_json().to_string(),
            takes: MS(300),
            is_down: false,
        };
        let isolate = Isolate::new(server, waits_until);
        let client = clerk_http::Client::builder(isolate.clone(), isolate.clone())
            .base_url("http://127.0.0.1:4010")
            .retry(retry)
            .clock(isolate.clock())
            .build()
            .unwrap();
        let keys = RemoteKeys::new(client, KeySource::FrontendApi, CachePolicy::default());
        Self {
            verifier: Verifier::new(keys, Policy::default(), isolate.clock()),
            isolate,
            emulator,
            answers: Arc::default(),
        }
    }

    /// Requests of these numbers come in at once.
    fn arrive(&self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            let token = self.emulator.token().sign(self.isolate.clock().now());
            self.arrive_with(number, token);
        }
    }

    fn arrive_with(&self, number: usize, token: String) {
        let (verifier, answers) = (self.verifier.clone(), Arc::clone(&self.answers));
        self.isolate.request(number, async move {
            let answer = verifier.verify::<SessionClaims>(&token).await;
            answers.lock().unwrap().push((number, say(answer.err())));
        });
    }

    /// What was answered since the last time, by number.
    fn answers(&self) -> Vec<(usize, String)> {
        let mut answers = std::mem::take(&mut *self.answers.lock().unwrap());
        answers.sort();
        answers
    }

    fn all_ok(&self, numbers: impl IntoIterator<Item = usize>) {
        let expected: Vec<_> = numbers
            .into_iter()
            .map(|it| (it, "ok".to_owned()))
            .collect();
        assert_eq!(self.answers(), expected);
        assert_eq!(self.isolate.crossed(), 0, "a waker crossed requests");
    }
}

#[test]
fn cold_callers_share_one_fetch_and_no_wait() {
    for callers in [1, 6, 12, 50] {
        let world = World::new(true);
        world.arrive(0..callers);
        world.isolate.run(MS(400));
        world.all_ok(0..callers);
        assert_eq!(world.isolate.fetches(), 1, "{callers} callers");
    }
}

#[test]
fn who_waits_is_answered_within_a_moment_of_the_fetch() {
    let world = World::new(true);
    world.arrive(0..6);
    world.isolate.run(MS(299));
    assert!(world.answers().is_empty());
    world.isolate.run(MS(34));
    world.all_ok(0..6);
}

/// The runtime drops what it ends, or keeps it without a word.
#[test]
fn a_first_caller_who_is_ended_loses_nobody_anything_for_longer_than_the_lease() {
    let world = World::new(true);
    world.arrive(0..4);
    world.isolate.run(MS(100));
    world.isolate.end(0);
    world.isolate.run(SECONDS(5));
    assert!(world.answers().is_empty());
    world.isolate.run(SECONDS(2));
    world.all_ok(1..4);
    assert_eq!(world.isolate.fetches(), 2);
}

#[test]
fn a_first_caller_who_is_dropped_loses_nobody_anything() {
    let world = World::new(true);
    let token = world.emulator.token().sign(NOW);
    let verifier = world.verifier.clone();
    let isolate = world.isolate.clone();
    world.isolate.request(0, async move {
        let verifying = verifier.verify::<SessionClaims>(&token);
        let mut verifying = Box::pin(verifying);
        let first = std::future::poll_fn(|context| {
            std::task::Poll::Ready(verifying.as_mut().poll(context))
        });
        assert!(first.await.is_pending());
        isolate.sleep(MS(100)).await;
    });
    world.arrive(1..4);
    world.isolate.run(MS(600));
    world.all_ok(1..4);
    assert_eq!(world.isolate.fetches(), 1);
}

#[test]
fn keys_that_are_due_are_fetched_beside_by_wait_until() {
    let world = World::new(true);
    world.arrive([0]);
    world.isolate.run(SECONDS(241));
    world.all_ok([0]);
    world.arrive(1..4);
    world.isolate.run(MS(1));
    world.all_ok(1..4);
    world.isolate.run(SECONDS(1));
    assert_eq!(world.isolate.fetches(), 2);
    world.isolate.run(SECONDS(170));
    world.arrive([4]);
    world.isolate.run(MS(1));
    world.all_ok([4]);
    assert_eq!(world.isolate.fetches(), 2);
}

#[test]
fn what_is_fetched_beside_is_sent_once_and_again_for_who_waits() {
    let world = World::retrying(true, Retry::default());
    world.arrive([0]);
    world.isolate.run(SECONDS(241));
    world.all_ok([0]);
    world.isolate.server(|server| server.is_down = true);
    world.arrive([1]);
    world.isolate.run(SECONDS(6));
    world.all_ok([1]);
    assert_eq!(world.isolate.fetches(), 1 + 1);

    let world = World::retrying(true, Retry::default());
    world.isolate.server(|server| {
        server.is_down = true;
        server.takes = MS(100);
    });
    world.arrive([0]);
    world.isolate.run(SECONDS(6));
    assert_eq!(world.isolate.fetches(), 3);
}

/// What is spawned without `waitUntil` is gone once the answer is out.
#[test]
fn refreshes_that_are_lost_each_time_keep_no_revoked_key_alive() {
    let world = World::new(false);
    world.arrive([0]);
    world.isolate.run(SECONDS(239));
    world.all_ok([0]);
    let revoked = world.emulator.token().lifetime(SECONDS(3600));
    let revoked = revoked.sign(world.isolate.clock().now());
    world.emulator.rotate_keys(false);
    let body = world.emulator.jwks_json().to_string();
    world.isolate.server(|server| server.body = body);
    // Ten requests a second, from before the keys are due until they have expired.
    for number in 1..610 {
        world.arrive_with(number, revoked.clone());
        world.isolate.run(MS(100));
    }
    world.answers();
    world.isolate.run(SECONDS(6));
    world.arrive_with(1000, revoked);
    world.isolate.run(SECONDS(1));
    let refused = "401 jwk-kid-mismatch".to_owned();
    assert_eq!(world.answers(), [(1000, refused)]);
    world.arrive([1001]);
    world.isolate.run(SECONDS(1));
    world.all_ok([1001]);
    // The refreshes were lost before anything of them was sent.
    assert_eq!(world.isolate.fetches(), 2);
}

#[test]
fn stale_keys_serve_while_the_key_server_is_down_and_then_there_are_none() {
    let world = World::new(true);
    world.arrive([0]);
    world.isolate.run(SECONDS(1));
    world.all_ok([0]);
    world.isolate.server(|server| server.is_down = true);
    for number in 1..60 {
        world.isolate.run(SECONDS(60));
        world.arrive([number]);
        world.isolate.run(SECONDS(1));
        world.all_ok([number]);
    }
    world.isolate.run(SECONDS(600));
    world.arrive(60..63);
    world.isolate.run(SECONDS(6));
    let down = "503 jwk-remote-failed-to-load".to_owned();
    let expected: Vec<_> = (60..63).map(|number| (number, down.clone())).collect();
    assert_eq!(world.answers(), expected);
    world.isolate.server(|server| server.is_down = false);
    world.isolate.run(SECONDS(30));
    world.arrive([63]);
    world.isolate.run(SECONDS(1));
    world.all_ok([63]);
}

#[test]
fn strangers_keys_lead_to_one_fetch_and_are_told_apart() {
    let world = World::new(true);
    world.arrive([0]);
    world.isolate.run(SECONDS(1));
    world.all_ok([0]);
    let other = Emulator::builder().deterministic(9).build().unwrap();
    other.rotate_keys(false);
    for number in 1..20 {
        let token = other
            .token()
            .header("kid", "ins_stranger")
            .sign(world.isolate.clock().now());
        world.arrive_with(number, token);
    }
    world.isolate.run(SECONDS(1));
    let answers = world.answers();
    assert_eq!(answers.len(), 19);
    let expected = "401 jwk-kid-mismatch";
    assert!(
        answers.iter().all(|(_, said)| said == expected),
        "{answers:?}"
    );
    assert_eq!(world.isolate.fetches(), 2);
    assert_eq!(world.isolate.crossed(), 0);
}
