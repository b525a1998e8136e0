//! What a client takes from its surroundings, and when: no time before it is built, none at all where a
//! clock was given, and a seed when a call begins.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use clerk_core::{Clock, MonotonicTime, UnixTime};
use clerk_http::{
    BlockingRuntime, BlockingTransport, Client, Retry, Runtime, Transport, TransportError,
    blocking, blocking_transport_fn, transport_fn,
};
use http::{Request, Response};

/// A system without clocks and without randomness of its own, as a program in WebAssembly finds it.
#[derive(Debug)]
struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> UnixTime {
        panic!("time not implemented on this platform")
    }

    fn monotonic(&self) -> MonotonicTime {
        panic!("time not implemented on this platform")
    }
}

/// Its seeds are 1, 2, 3 and so on.
#[derive(Debug, Default)]
struct Counts(AtomicU64);

impl Counts {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

#[async_trait::async_trait]
impl Runtime for Counts {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}

    fn seed(&self) -> u64 {
        self.next()
    }
}

impl BlockingRuntime for Counts {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}

    fn seed(&self) -> u64 {
        self.next()
    }
}

fn never() -> impl Transport + BlockingTransport {
    #[derive(Debug)]
    struct Never;

    #[async_trait::async_trait]
    impl Transport for Never {
        async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            unreachable!("nothing is sent here")
        }
    }

    impl BlockingTransport for Never {
        fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            unreachable!("nothing is sent here")
        }
    }

    Never
}

#[test]
fn no_clock_is_there_before_a_client_is_built() {
    let builder = Client::builder(never(), Counts::default());
    assert!(!format!("{builder:?}").contains("SystemClock"));
    assert!(format!("{:?}", builder.build().unwrap()).contains("SystemClock"));

    let builder = blocking::Client::builder(never(), Counts::default());
    assert!(!format!("{builder:?}").contains("SystemClock"));
    assert!(format!("{:?}", builder.build().unwrap()).contains("SystemClock"));
}

#[test]
fn where_a_clock_was_given_there_is_no_other_and_building_does_not_read_it() {
    let client = Client::builder(never(), Counts::default()).clock(NoTime);
    let shown = format!("{:?}", client.build().unwrap());
    assert!(shown.contains("clock: NoTime"), "{shown}");
    assert!(!shown.contains("SystemClock"), "{shown}");

    let client = blocking::Client::builder(never(), Counts::default()).clock(NoTime);
    let shown = format!("{:?}", client.build().unwrap());
    assert!(shown.contains("clock: NoTime"), "{shown}");
    assert!(!shown.contains("SystemClock"), "{shown}");
}

#[test]
fn a_seed_is_the_runtimes_and_is_not_asked_for_while_a_client_is_built() {
    let runtime = Arc::new(Counts::default());
    // Behind pointers, which pass on what they are asked.
    let client = Client::builder(never(), Arc::clone(&runtime))
        .build()
        .unwrap();
    let sync = blocking::Client::builder(never(), Arc::clone(&runtime))
        .build()
        .unwrap();
    assert_eq!(runtime.0.load(Ordering::Relaxed), 0);
    assert_eq!(client.settings().retry().seed(), 1);
    assert_eq!(sync.settings().retry().seed(), 2);
    assert_eq!(client.clone().settings().retry().seed(), 3);
}

#[test]
fn a_seed_that_was_set_stays() {
    let runtime = Arc::new(Counts::default());
    let client = Client::builder(never(), Arc::clone(&runtime)).retry(Retry::none().jitter_seed(7));
    let client = client.build().unwrap();
    assert_eq!(client.settings().retry().seed(), 7);
    assert_eq!(runtime.0.load(Ordering::Relaxed), 0);
    assert_eq!(client.settings().retry(), &Retry::none().jitter_seed(7));
    assert_ne!(client.settings().retry(), &Retry::none());
}

#[test]
fn where_a_seed_is_drawn_is_no_difference_between_two_ways_to_retry() {
    let client = Client::builder(never(), Counts::default()).retry(Retry::none());
    assert_eq!(client.build().unwrap().settings().retry(), &Retry::none());
}

/// A runtime that says nothing of seeds.
#[derive(Debug)]
struct Plain;

#[async_trait::async_trait]
impl Runtime for Plain {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

impl BlockingRuntime for Plain {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}
}

#[test]
fn without_a_word_of_the_runtimes_seeds_differ_all_the_same() {
    let never = |_| async { unreachable!("nothing is sent here") };
    let client = Client::builder(transport_fn(never), Plain).build().unwrap();
    let retry = client.settings().retry();
    assert_ne!(retry.seed(), retry.seed());

    let never = |_| unreachable!("nothing is sent here");
    let client = blocking::Client::builder(blocking_transport_fn(never), Plain);
    let client = client.build().unwrap();
    let retry = client.settings().retry();
    assert_ne!(retry.seed(), retry.seed());
}
