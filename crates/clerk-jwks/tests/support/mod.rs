//! Both verifiers in front of an emulated instance, with a clock that moves when told to.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk_core::{Clock, ManualClock, SecretKey, UnixTime};
use clerk_emulator::{Emulator, InProcess};
use clerk_http::{BlockingRuntime, Client, Retry, Runtime, Transport, blocking};
use clerk_jwks::{CachePolicy, Error, KeySource, RemoteKeys, Verifier, blocking as b};
use clerk_jwt::{Policy, UserClaims};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// Tokio for what runs beside; no time passes in a sleep.
#[derive(Debug)]
pub(crate) struct Tokio;

#[async_trait::async_trait]
impl Runtime for Tokio {
    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

/// What would run beside runs at once.
#[derive(Debug)]
pub(crate) struct AtOnce;

impl BlockingRuntime for AtOnce {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}

/// One emulated instance and a verifier of each mode, each with keys of its own.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) in_process: InProcess,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) verifier: Verifier,
    pub(crate) blocking: b::Verifier,
}

impl World {
    pub(crate) fn new(source: KeySource) -> Self {
        Self::with_secret(source, None)
    }

    pub(crate) fn with_secret(source: KeySource, secret: Option<&str>) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let emulator = Emulator::builder().build().unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let in_process = InProcess::new(emulator.clone(), shared);
        let secret = || match secret {
            Some(secret) => SecretKey::new(secret).unwrap(),
            None => emulator.secret_key().clone(),
        };
        // The same chance for both, which have to say the same.
        let once = || Retry::none().jitter_seed(1);
        let client = Client::builder(in_process.clone(), Tokio)
            .base_url(emulator.url())
            .secret_key(secret())
            .retry(once())
            .clock(clock.clone())
            .build()
            .unwrap();
        let twin = blocking::Client::builder(in_process.clone(), AtOnce)
            .base_url(emulator.url())
            .secret_key(secret())
            .retry(once())
            .clock(clock.clone())
            .build()
            .unwrap();
        let policy = || Policy::default().issuers([emulator.issuer()]);
        let keys = RemoteKeys::new(client, source, CachePolicy::default());
        let twins = b::RemoteKeys::new(twin, source, CachePolicy::default());
        Self {
            verifier: Verifier::new(keys, policy(), clock.clone()),
            blocking: b::Verifier::new(twins, policy(), clock.clone()),
            emulator,
            in_process,
            clock,
        }
    }

    pub(crate) fn token(&self) -> String {
        self.emulator.token().sign(self.clock.now())
    }

    pub(crate) fn fetches(&self) -> usize {
        self.emulator.count_requests("GET", "/v1/jwks")
            + self
                .emulator
                .count_requests("GET", "/.well-known/jwks.json")
    }

    /// What each mode says of `token`, which has to be the same.
    pub(crate) fn verify(&self, runtime: &tokio::runtime::Runtime, token: &str) -> String {
        let asynchronous = runtime.block_on(async {
            let answer = self.verifier.verify::<UserClaims>(token).await;
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            say(answer.err())
        });
        let blocking = say(self.blocking.verify::<UserClaims>(token).err());
        assert_eq!(asynchronous, blocking);
        blocking
    }
}

pub(crate) fn say(error: Option<Error>) -> String {
    match error {
        None => "ok".into(),
        Some(error) => format!("{} {}", error.fault().status(), error.reason()),
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

/// An async client over any transport, for one instance without a secret.
pub(crate) fn client(transport: impl Transport + 'static) -> Client {
    Client::builder(transport, Tokio)
        .base_url("http://127.0.0.1:4010")
        .retry(Retry::none())
        .clock(ManualClock::at(NOW))
        .build()
        .unwrap()
}
