//! However many callers there are, and whatever becomes of them, one fetch serves them all.

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use clerk_core::ManualClock;
use clerk_emulator::Emulator;
use clerk_http::{
    BlockingRuntime, Retry, TransportError, TransportErrorKind, blocking, blocking_transport_fn,
    transport_fn,
};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys, Verifier, blocking as b};
use clerk_jwt::{Policy, SessionClaims};
use http::Response;
use support::{NOW, client, say};
use tokio::sync::Semaphore;

/// A key server that answers once it is let.
#[derive(Clone)]
struct Gate {
    emulator: Emulator,
    asked: Arc<AtomicUsize>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self {
            emulator: Emulator::builder().build().unwrap(),
            asked: Arc::default(),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    fn verifier(&self) -> Verifier {
        let gate = self.clone();
        let transport = transport_fn(move |_request| {
            let gate = gate.clone();
            async move {
                gate.asked.fetch_add(1, Ordering::SeqCst);
                gate.open.acquire().await.unwrap().forget();
                Ok(Response::new(Bytes::from(
                    gate.emulator.jwks_json().to_string(),
                )))
            }
        });
        let keys = RemoteKeys::new(
            client(transport),
            KeySource::FrontendApi,
            CachePolicy::default(),
        );
        Verifier::new(keys, Policy::default(), ManualClock::at(NOW))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn all_have_begun() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_thousand_callers_on_a_cold_cache() {
    let gate = Gate::new();
    let (verifier, token) = (gate.verifier(), gate.emulator.token().sign(NOW));
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), token.clone());
            tokio::spawn(async move { verifier.verify::<SessionClaims>(&token).await.is_ok() })
        })
        .collect();
    all_have_begun().await;
    gate.open.add_permits(1000);
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!(gate.asked(), 1);
}

#[tokio::test]
async fn the_first_caller_gives_up_and_loses_nobody_anything() {
    let gate = Gate::new();
    let (verifier, token) = (gate.verifier(), gate.emulator.token().sign(NOW));
    let call = || {
        let (verifier, token) = (verifier.clone(), token.clone());
        tokio::spawn(async move { verifier.verify::<SessionClaims>(&token).await.is_ok() })
    };
    let first = call();
    all_have_begun().await;
    let others: Vec<_> = (0..100).map(|_| call()).collect();
    all_have_begun().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    for other in &others[..50] {
        other.abort();
    }
    gate.open.add_permits(1);
    for other in others.into_iter().skip(50) {
        assert!(other.await.unwrap());
    }
    assert_eq!(gate.asked(), 1);
}

#[tokio::test]
async fn a_caller_with_unknown_keys_who_hangs_up_gains_no_further_fetch() {
    let gate = Gate::new();
    let verifier = gate.verifier();
    gate.open.add_permits(1);
    let token = gate.emulator.token().sign(NOW);
    assert!(verifier.verify::<SessionClaims>(&token).await.is_ok());
    gate.open.add_permits(1000);
    for at in 0..100 {
        let stranger = gate
            .emulator
            .token()
            .header("kid", format!("ins_{at}"))
            .sign(NOW);
        let call = {
            let verifier = verifier.clone();
            tokio::spawn(async move { verifier.verify::<SessionClaims>(&stranger).await.is_ok() })
        };
        tokio::task::yield_now().await;
        call.abort();
        all_have_begun().await;
    }
    assert_eq!(gate.asked(), 2);
}

#[tokio::test]
async fn a_runtime_that_drops_the_fetch_leaves_nobody_waiting() {
    #[derive(Debug)]
    struct Drops;

    #[async_trait::async_trait]
    impl clerk_http::Runtime for Drops {
        async fn sleep(&self, _: Duration) {}

        fn spawn(&self, task: std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>>) {
            drop(task);
        }
    }

    let transport = transport_fn(|_| async { Ok(Response::new(Bytes::new())) });
    let client = clerk_http::Client::builder(transport, Drops)
        .base_url("http://127.0.0.1:4010")
        .clock(ManualClock::at(NOW))
        .build()
        .unwrap();
    let keys = RemoteKeys::new(client, KeySource::FrontendApi, CachePolicy::default());
    let verifier = Verifier::new(keys, Policy::default(), ManualClock::at(NOW));
    let token = Emulator::builder().build().unwrap().token().sign(NOW);
    let answer = verifier.verify::<SessionClaims>(&token).await;
    assert_eq!(say(answer.err()), "503 jwk-remote-failed-to-load");
}

/// Threads, as a program would use them.
#[derive(Debug)]
struct OnThreads;

impl BlockingRuntime for OnThreads {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(task);
    }
}

#[test]
fn blocking_callers_share_one_fetch_too() {
    let emulator = Emulator::builder().build().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().unwrap();
    let transport = {
        let (emulator, asked, gate) = (emulator.clone(), Arc::clone(&asked), Arc::clone(&gate));
        blocking_transport_fn(move |_request| {
            asked.fetch_add(1, Ordering::SeqCst);
            drop(gate.lock());
            Ok(Response::new(Bytes::from(emulator.jwks_json().to_string())))
        })
    };
    let client = blocking::Client::builder(transport, OnThreads)
        .base_url("http://127.0.0.1:4010")
        .retry(Retry::none())
        .clock(ManualClock::at(NOW))
        .build()
        .unwrap();
    let keys = b::RemoteKeys::new(client, KeySource::FrontendApi, CachePolicy::default());
    let verifier = b::Verifier::new(keys, Policy::default(), ManualClock::at(NOW));
    let token = emulator.token().sign(NOW);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..200)
            .map(|_| scope.spawn(|| verifier.verify::<SessionClaims>(&token).is_ok()))
            .collect();
        drop(held);
        for caller in callers {
            assert!(caller.join().unwrap());
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn answers_that_are_no_key_set() {
    let cases: [(u16, &str); 8] = [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, "[]"),
        (200, "{\"keys\":[]}"),
        (302, ""),
        (
            401,
            "{\"errors\":[{\"code\":\"authentication_invalid\",\"message\":\"\"}]}",
        ),
        (502, "bad gateway"),
    ];
    let token = Emulator::builder().build().unwrap().token().sign(NOW);
    for (status, body) in cases {
        let transport = transport_fn(move |_request| async move {
            Ok(Response::builder()
                .status(status)
                .body(Bytes::from(body))
                .unwrap())
        });
        let keys = RemoteKeys::new(
            client(transport),
            KeySource::FrontendApi,
            CachePolicy::default(),
        );
        let verifier = Verifier::new(keys, Policy::default(), ManualClock::at(NOW));
        let answer = verifier.verify::<SessionClaims>(&token).await;
        if body == "<html>" {
            let text = answer
                .as_ref()
                .err()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                text.ends_with("HTML, not JSON; check where the API's URL leads"),
                "{text}"
            );
        }
        assert_eq!(
            say(answer.err()),
            "503 jwk-remote-failed-to-load",
            "{status} {body}"
        );
    }
    for kind in [
        TransportErrorKind::Connect,
        TransportErrorKind::Timeout,
        TransportErrorKind::TooLarge,
    ] {
        let transport = transport_fn(move |_request| async move {
            Err(TransportError::for_host(kind, "127.0.0.1"))
        });
        let keys = RemoteKeys::new(
            client(transport),
            KeySource::FrontendApi,
            CachePolicy::default(),
        );
        let verifier = Verifier::new(keys, Policy::default(), ManualClock::at(NOW));
        let answer = verifier.verify::<SessionClaims>(&token).await;
        assert_eq!(
            say(answer.err()),
            "503 jwk-remote-failed-to-load",
            "{kind:?}"
        );
    }
}
