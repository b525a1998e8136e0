//! A claim is one endpoint's: what another was sent is not lost, and what one was sent is acted on once.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use clerk_core::{ManualClock, MonotonicTime, UnixTime};
use clerk_webhooks::{
    BlockingClaimDelivery, Claim, ClaimError, Claimant, Receiver, RecentDeliveries, Rejection,
    SigningSecrets, Verifier, blocking,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const MAIL: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgbWFpbCBlbmRwb2ludA==";
const AUDIT: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgYXVkaXQgZW5kcG9pbnQ=";

type Store = Arc<Mutex<RecentDeliveries>>;
type Headers = Vec<(&'static str, String)>;

/// None of the futures here waits for anything.
fn poll<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// One message, with a signature for each of these secrets.
fn signed(secrets: &str) -> Headers {
    let secrets: SigningSecrets = secrets.parse().unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    let headers = signed.svix().map(|(name, value)| (name, value.to_owned()));
    headers.into()
}

/// A receiver in one of both modes, as whether it acts on what has these headers.
type Acts = Box<dyn Fn(&Headers) -> Result<bool, Rejection>>;
type Start = fn(&str, &Store) -> Acts;

const MODES: [(&str, Start); 2] = [
    ("async", |secrets, store| {
        let receiver = Receiver::new(Verifier::new(secrets.parse().unwrap()));
        acts(receiver.deliveries(Arc::clone(store)))
    }),
    ("blocking", |secrets, store| {
        let receiver = blocking::Receiver::new(Verifier::new(secrets.parse().unwrap()));
        acts_blocking(receiver.deliveries(Arc::clone(store)))
    }),
];

fn acts(receiver: Receiver) -> Acts {
    let receiver = receiver.clock(ManualClock::at(NOW));
    Box::new(move |headers| {
        let delivery = receiver.receive(headers, b"{}".as_slice())?;
        let acted = poll(delivery.once(async || Ok(())))?;
        Ok(acted.is_some())
    })
}

fn acts_blocking(receiver: blocking::Receiver) -> Acts {
    let receiver = receiver.clock(ManualClock::at(NOW));
    Box::new(move |headers| {
        let delivery = receiver.receive(headers, b"{}".as_slice())?;
        Ok(delivery.once(|| Ok(()))?.is_some())
    })
}

#[test]
fn two_endpoints_over_one_store_both_act() {
    for (mode, start) in MODES {
        let store = Store::default();
        let endpoints = [(MAIL, start(MAIL, &store)), (AUDIT, start(AUDIT, &store))];
        for expected in [true, false] {
            for (secret, acts) in &endpoints {
                assert_eq!(acts(&signed(secret)).unwrap(), expected, "{mode}, {secret}");
            }
        }
    }
}

#[test]
fn one_receiver_for_two_endpoints_acts_for_both() {
    for (mode, start) in MODES {
        let acts = start(&format!("{MAIL} {AUDIT}"), &Store::default());
        for expected in [true, false] {
            for secret in [MAIL, AUDIT] {
                assert_eq!(acts(&signed(secret)).unwrap(), expected, "{mode}, {secret}");
            }
        }
    }
}

/// Which secrets a receiver has, with which a delivery to it is signed, and whether that is acted on.
type Attempt = (&'static str, &'static str, bool);

#[test]
fn while_a_secret_is_replaced_a_delivery_is_acted_on_once_or_again_and_never_lost() {
    const OLD: &str = "whsec_dGhlIG9sZCBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=";
    const NEW: &str = "whsec_dGhlIG5ldyBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=";
    const BOTH: &str = "whsec_dGhlIG9sZCBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=,whsec_dGhlIG5ldyBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=";
    const TURNED: &str = "whsec_dGhlIG5ldyBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=,whsec_dGhlIG9sZCBzZWNyZXQgb2YgYW4gZW5kcG9pbnQ=";
    let histories: &[&[Attempt]] = &[
        &[(OLD, OLD, true), (BOTH, BOTH, false), (TURNED, BOTH, false)],
        &[
            (OLD, BOTH, true),
            (BOTH, BOTH, false),
            (TURNED, TURNED, false),
        ],
        &[(BOTH, OLD, true), (BOTH, BOTH, false)],
        &[
            (BOTH, NEW, true),
            (BOTH, BOTH, false),
            (TURNED, BOTH, false),
        ],
        &[(BOTH, BOTH, true), (NEW, NEW, false), (OLD, OLD, false)],
        &[(TURNED, BOTH, true), (NEW, BOTH, false), (OLD, BOTH, false)],
        // Nothing of the one is left in the other.
        &[(OLD, OLD, true), (NEW, NEW, true)],
    ];
    for (mode, start) in MODES {
        for (number, history) in histories.iter().enumerate() {
            let store = Store::default();
            for (secrets, under, expected) in *history {
                let acted = start(secrets, &store)(&signed(under)).unwrap();
                assert_eq!(acted, *expected, "{mode}, {number}: {secrets} {under}");
            }
        }
    }
}

/// A recording of a delivery that was signed twice, played back in parts.
#[test]
fn a_delivery_stripped_of_a_signature_is_not_acted_on_again() {
    let secrets = format!("{MAIL} {AUDIT}");
    for (mode, start) in MODES {
        let acts = start(&secrets, &Store::default());
        assert!(acts(&signed(&secrets)).unwrap());
        for left in [MAIL, AUDIT] {
            assert!(!acts(&signed(left)).unwrap(), "{mode}, {left}");
        }
    }
}

#[test]
fn a_name_stands_for_an_endpoint_whatever_the_secret() {
    let receiver = |secret: &str, name: &'static str, store: &Store| {
        let receiver = Receiver::new(Verifier::new(secret.parse().unwrap())).endpoint(name);
        acts(receiver.deliveries(Arc::clone(store)))
    };
    let blocking_receiver = |secret: &str, name: &'static str, store: &Store| {
        let verifier = Verifier::new(secret.parse().unwrap());
        let receiver = blocking::Receiver::new(verifier).endpoint(name);
        acts_blocking(receiver.deliveries(Arc::clone(store)))
    };
    for receiver in [
        &receiver as &dyn Fn(&str, &'static str, &Store) -> Acts,
        &blocking_receiver,
    ] {
        // Two routes that a delivery is copied to.
        let store = Store::default();
        assert!(receiver(MAIL, "mail", &store)(&signed(MAIL)).unwrap());
        assert!(receiver(MAIL, "audit", &store)(&signed(MAIL)).unwrap());
        // One endpoint, whose secret was replaced.
        assert!(!receiver(AUDIT, "mail", &store)(&signed(AUDIT)).unwrap());
        let both = format!("{MAIL} {AUDIT}");
        assert!(!receiver(&both, "audit", &store)(&signed(&both)).unwrap());
    }
}

/// Keys are seen by whoever can read in a store.
#[test]
fn keys_tell_neither_a_secret_nor_a_digest_of_one_that_anybody_can_make() {
    #[derive(Clone, Debug, Default)]
    struct Keys(Arc<Mutex<Vec<String>>>);

    impl BlockingClaimDelivery for Keys {
        fn claim(
            &self,
            key: &str,
            _: Claimant,
            _: Duration,
            _: MonotonicTime,
        ) -> Result<Claim, ClaimError> {
            self.0.lock().unwrap().push(key.to_owned());
            Ok(Claim::First)
        }

        fn complete(&self, _: &str, _: Duration, _: MonotonicTime) -> Result<(), ClaimError> {
            Ok(())
        }

        fn release(&self, _: &str, _: Claimant) -> Result<(), ClaimError> {
            Ok(())
        }
    }

    let keys = Keys::default();
    let receiver = blocking::Receiver::new(Verifier::new(MAIL.parse().unwrap()));
    acts_blocking(receiver.deliveries(keys.clone()))(&signed(MAIL)).unwrap();
    let receiver = blocking::Receiver::new(Verifier::new(MAIL.parse().unwrap()));
    let named = receiver.endpoint("mail.of.all").deliveries(keys.clone());
    acts_blocking(named)(&signed(MAIL)).unwrap();

    let keys = keys.0.lock().unwrap();
    assert_eq!(keys[1], "mail.of.all.msg_1");
    let (endpoint, id) = keys[0].rsplit_once('.').unwrap();
    assert_eq!((endpoint.len(), id), (32, "msg_1"));
    assert!(endpoint.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    for known in [MAIL.as_bytes(), &MAIL.as_bytes()[6..], b"mail secret"] {
        for algorithm in [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256, &SHA384, &SHA512] {
            let digest = hex(digest(algorithm, known).as_ref());
            assert!(!digest.contains(endpoint), "{digest}");
        }
        assert!(!hex(known).contains(endpoint));
    }
}
