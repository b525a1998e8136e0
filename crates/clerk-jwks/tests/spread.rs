//! Instances that fetched together do not go on fetching together: chance is the runtime's, one that is asked when keys
//! are fetched.

mod support;

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use clerk_core::ManualClock;
use clerk_emulator::Emulator;
use clerk_http::{BlockingRuntime, Client, Runtime, blocking, blocking_transport_fn, transport_fn};
use clerk_jwks::{
    BlockingResolveKey, CachePolicy, KeySource, RemoteKeys, ResolveKey, blocking as b,
};
use clerk_jwt::KeyId;
use http::Response;
use support::NOW;

/// Runs at once what would run beside. Its seeds are a number of its own and those that follow.
#[derive(Debug)]
struct Seeds(AtomicU64);

impl Seeds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[async_trait::async_trait]
impl Runtime for Seeds {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }

    fn seed(&self) -> u64 {
        self.next()
    }
}

impl BlockingRuntime for Seeds {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }

    fn seed(&self) -> u64 {
        self.next()
    }
}

enum Keys {
    Async(RemoteKeys),
    Blocking(b::RemoteKeys),
}

struct Instance {
    keys: Keys,
    clock: Arc<ManualClock>,
    seeds: Arc<Seeds>,
    asked: Arc<AtomicUsize>,
}

impl Instance {
    fn new(emulator: &Emulator, is_async: bool, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let seeds = Arc::new(Seeds(AtomicU64::new(seed)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (emulator, counts) = (emulator.clone(), Arc::clone(&asked));
        let answer = move || {
            counts.fetch_add(1, Ordering::Relaxed);
            Ok(Response::new(Bytes::from(emulator.jwks_json().to_string())))
        };
        let (source, policy) = (KeySource::FrontendApi, CachePolicy::default());
        let url = "http://127.0.0.1:4010";
        let keys = if is_async {
            let transport = transport_fn(move |_| std::future::ready(answer()));
            let client = Client::builder(transport, Arc::clone(&seeds)).base_url(url);
            let client = client.clock(Arc::clone(&clock)).build().unwrap();
            Keys::Async(RemoteKeys::new(client, source, policy))
        } else {
            let transport = blocking_transport_fn(move |_| answer());
            let client = blocking::Client::builder(transport, Arc::clone(&seeds)).base_url(url);
            let client = client.clock(Arc::clone(&clock)).build().unwrap();
            Keys::Blocking(b::RemoteKeys::new(client, source, policy))
        };
        Self {
            keys,
            clock,
            seeds,
            asked,
        }
    }

    async fn resolve(&self, id: &KeyId) {
        match &self.keys {
            Keys::Async(keys) => {
                keys.resolve(Some(id)).await.unwrap();
                for _ in 0..8 {
                    tokio::task::yield_now().await;
                }
            }
            Keys::Blocking(keys) => drop(keys.resolve(Some(id)).unwrap()),
        }
    }

    /// The second at which keys are fetched anew.
    async fn due_at(&self, id: &KeyId) -> u64 {
        self.resolve(id).await;
        for second in 1..=240 {
            self.clock.advance(Duration::from_secs(1));
            self.resolve(id).await;
            if self.asked.load(Ordering::Relaxed) > 1 {
                return second;
            }
        }
        unreachable!("keys are due after 240 seconds at the latest")
    }
}

#[tokio::test]
async fn instances_that_fetched_together_fetch_apart_ever_after() {
    let emulator = Emulator::builder().build().unwrap();
    let id = KeyId::new(emulator.key_id());
    for is_async in [true, false] {
        let mut due = Vec::new();
        for number in 0..30 {
            let instance = Instance::new(&emulator, is_async, number * 1_000);
            due.push(instance.due_at(&id).await);
        }
        assert!(due.iter().all(|second| *second > 180), "{due:?}");
        due.sort_unstable();
        due.dedup();
        assert!(due.len() > 15, "{due:?}");
    }
}

/// Where JavaScript runs Workers, there is none while a module starts.
#[tokio::test]
async fn no_chance_is_asked_for_before_keys_are_fetched() {
    let emulator = Emulator::builder().build().unwrap();
    let id = KeyId::new(emulator.key_id());
    for is_async in [true, false] {
        let instance = Instance::new(&emulator, is_async, 0);
        assert_eq!(instance.seeds.0.load(Ordering::Relaxed), 0);
        instance.resolve(&id).await;
        assert!(instance.seeds.0.load(Ordering::Relaxed) > 0);
    }
}
