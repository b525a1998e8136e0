use std::sync::Mutex;

use clerk_core::ManualClock;
use clerk_http::{BlockingRuntime, BlockingTransport, Retry, blocking::Client};
use clerk_jwks::{BlockingResolveKey, KeySource, blocking::RemoteKeys};

use super::*;

/// Answers once, and never again.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Request<Bytes>>>);

impl BlockingTransport for Recorder {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut sent = self.0.lock().unwrap();
        let refused = TransportError::new(TransportErrorKind::Request, &request);
        sent.push(request);
        if sent.len() == 1 {
            Ok(Response::new(tokens::key_set(Published(1))))
        } else {
            Err(refused)
        }
    }
}

#[derive(Debug)]
struct NoWait;

impl BlockingRuntime for NoWait {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}

#[test]
fn the_simulated_fetches_are_those_that_remote_keys_sends() {
    let key = "sk_test_simulation".parse().unwrap();
    let sent = Arc::new(Recorder::default());
    let clock = Arc::new(ManualClock::at(crate::day::time_of(Duration::ZERO)));
    let client = Client::builder(Arc::clone(&sent), NoWait)
        .secret_key(key)
        .retry(Retry::none())
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    let policy = CachePolicy::default();
    let keys = RemoteKeys::with_provider(client, KeySource::BackendApi, policy, Sums);
    let id = KeyId::new(tokens::name(KeyName(0)));
    assert!(keys.resolve(Some(&id)).is_ok());
    clock.advance(Duration::from_secs(250));
    assert!(keys.resolve(Some(&id)).is_ok(), "with a fetch beside");
    let sent = sent.0.lock().unwrap();

    let settings = crate::settings();
    let simulated = [false, true].map(|once| {
        let operation = FetchKeys {
            once,
            ..FetchKeys::default()
        };
        settings.request(&operation).unwrap()
    });
    let facts = |request: &Request<Bytes>| {
        let extensions = request.extensions();
        (
            (request.method().clone(), request.uri().clone()),
            extensions.get::<Deadline>().map(|deadline| deadline.0),
            extensions.get::<ResponseLimit>().map(|limit| limit.0),
            extensions.get::<Attempts>().map(|attempts| attempts.0),
            extensions.get::<FirstDelay>().map(|delay| delay.0),
        )
    };
    assert_eq!(
        sent.iter().map(facts).collect::<Vec<_>>(),
        simulated.iter().map(facts).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_published_is_read_and_verified_with() {
    for (names, count) in [(0b001, 1), (0b011, 2), (0b100, 1)] {
        let json = tokens::key_set(Published(names));
        let set = JwkSet::from_json(std::str::from_utf8(&json).unwrap(), &Sums).unwrap();
        assert_eq!(set.keys().len(), count);
        assert!(set.keys().iter().all(|key| key.key.is_ok()), "{set:?}");
    }
}
