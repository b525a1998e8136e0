//! Libraries that answer later, or fail: what they vouch for is what one that answers at once does, and where they
//! cannot tell, nobody is let in and nobody is called a forger.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use clerk_core::{ManualClock, MonotonicTime, UnixTime};
use clerk_webhooks::{
    Claim, ClaimDelivery, ClaimFuture, Claimant, ComputeHmacAsync, ComputingHmac, Error, Hmac,
    HmacError, NoRandomness, Provider, Receiver, Rejection, Ring, SigningSecrets, Verifier,
    blocking,
};

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
const OTHER: &str = "whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// Ring, a turn later, until it has been asked so often.
#[derive(Clone, Debug)]
struct Later {
    asked: Arc<AtomicUsize>,
    fails_at: usize,
    is_quick: bool,
}

impl Later {
    fn failing_at(fails_at: usize) -> Self {
        Self {
            asked: Arc::default(),
            fails_at,
            is_quick: false,
        }
    }

    fn sound() -> Self {
        Self::failing_at(usize::MAX)
    }
}

/// One that is awaited, and would not have to be.
fn quick() -> Later {
    let is_quick = true;
    Later {
        is_quick,
        ..Later::sound()
    }
}

impl Provider for Later {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        Hmac::Awaited(Arc::new(Key(self.clone(), Ring.hmac_sha256(secret))))
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        Ring.random()
    }
}

#[derive(Debug)]
struct Key(Later, Hmac);

impl ComputeHmacAsync for Key {
    fn compute<'a>(&'a self, message: &'a [&'a [u8]]) -> ComputingHmac<'a> {
        let Self(library, Hmac::AtOnce(key)) = self else {
            unreachable!("ring answers at once");
        };
        Box::pin(async move {
            let mut is_later = library.is_quick;
            poll_fn(|context| match mem::replace(&mut is_later, true) {
                true => Poll::Ready(()),
                false => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            })
            .await;
            match library.asked.fetch_add(1, Ordering::Relaxed) == library.fails_at {
                true => Err(HmacError::new("it is broken; mend it")),
                false => Ok(key.compute(message)),
            }
        })
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// As servers run it: on another thread if need be, and again once it asks for that.
fn run<T>(future: impl Future<Output = T> + Send) -> T {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        assert!(woken.0.swap(false, Ordering::Relaxed), "nobody wakes it");
    }
}

fn secrets(texts: &str, library: Later) -> SigningSecrets {
    SigningSecrets::parse_with(texts, library).unwrap()
}

fn signed(texts: &str) -> [(&'static str, String); 3] {
    let secrets: SigningSecrets = texts.parse().unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    signed.svix().map(|(name, value)| (name, value.to_owned()))
}

#[test]
fn it_vouches_for_what_one_that_answers_at_once_does() {
    let both = format!("{SECRET} {OTHER}");
    let with = |at: usize, value: String| {
        let mut headers = signed(SECRET);
        headers[at].1 = value;
        headers
    };
    let [_, _, (_, good)] = signed(SECRET);
    let [_, _, (_, foreign)] = signed(OTHER);
    let mut flipped = good.clone().into_bytes();
    flipped[3] ^= 1;
    let flipped = String::from_utf8(flipped).unwrap();
    let headers = [
        signed(SECRET),
        signed(OTHER),
        signed(&both),
        with(0, "msg_2".to_owned()),
        with(0, "msg.1".to_owned()),
        with(1, "1800000001".to_owned()),
        with(1, "1799999699".to_owned()),
        with(1, "1800000301".to_owned()),
        with(2, flipped.clone()),
        with(2, format!("{flipped} {foreign} v2,x {good}")),
        with(2, [good.as_str(); 16].join(" ")),
        with(2, [good.as_str(); 17].join(" ")),
        with(2, "v1,".to_owned()),
        with(2, String::new()),
    ];
    let mut accepted = 0;
    for texts in [SECRET, OTHER, &both] {
        let at_once = Verifier::new(texts.parse().unwrap());
        let later = Verifier::new(secrets(texts, Later::sound()));
        for headers in &headers {
            for body in [b"{}".as_slice(), b"[]", b""] {
                let id = |verified: clerk_webhooks::Verified<'_>| verified.id().to_owned();
                let expected = at_once.verify(headers, body, NOW).map(id);
                accepted += usize::from(expected.is_ok());
                let found = run(later.verify_async(headers, body, NOW)).map(id);
                assert_eq!(found, expected, "{headers:?}");
                let found = run(at_once.verify_async(headers, body, NOW)).map(id);
                assert_eq!(found, expected, "{headers:?}");
            }
        }
    }
    assert_eq!(accepted, 12);
}

#[test]
fn it_signs_the_same() {
    let both = format!("{SECRET} {OTHER}");
    let later = secrets(&both, Later::sound());
    let ring: SigningSecrets = both.parse().unwrap();
    let expected = ring.sign("msg_1", NOW, b"{}");
    assert_eq!(run(later.sign_async("msg_1", NOW, b"{}")), expected);
    assert_eq!(run(ring.sign_async("msg_1", NOW, b"{}")), expected);
    let failing = secrets(&both, Later::failing_at(1));
    let failed = run(failing.sign_async("msg_1", NOW, b"{}")).unwrap_err();
    assert_eq!(failed.reason(), "signature-unchecked");
}

/// Otherwise a service would work, or not, as its library happens to be quick.
#[test]
fn those_who_cannot_wait_do_not_begin_with_a_library_that_is_quick() {
    let library = quick();
    let secrets = || secrets(SECRET, library.clone());
    let (verifier, headers) = (Verifier::new(secrets()), signed(SECRET));
    let clock = || ManualClock::at(NOW);
    let (one, other) = (
        Receiver::new(verifier.clone()).clock(clock()),
        blocking::Receiver::new(verifier.clone()).clock(clock()),
    );
    let reasons = [
        verifier.verify(&headers, b"{}", NOW).unwrap_err().reason(),
        one.receive(&headers, *b"{}").unwrap_err().reason(),
        other.receive(&headers, *b"{}").unwrap_err().reason(),
        secrets().sign("msg_1", NOW, b"{}").unwrap_err().reason(),
    ];
    assert_eq!(reasons, ["signature-unchecked"; 4]);
    assert_eq!(library.asked.load(Ordering::Relaxed), 0);
}

/// Strangers cost no HMAC before they have signed anything.
#[test]
fn noise_without_a_signature_is_not_hashed() {
    let library = Later::failing_at(0);
    let verifier = Verifier::new(secrets(SECRET, library.clone()));
    for noise in ["v2,x", "v1,", "x"] {
        let mut headers = signed(SECRET);
        headers[2].1 = noise.to_owned();
        let refused = run(verifier.verify_async(&headers, b"{}", NOW)).unwrap_err();
        assert_eq!(refused.reason(), "signature-mismatch", "{noise}");
    }
    assert_eq!(library.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn those_who_cannot_wait_say_so_and_the_delivery_is_sent_again() {
    let later = || Verifier::new(secrets(SECRET, Later::sound()));
    let clock = || ManualClock::at(NOW);
    let one = Receiver::new(later()).clock(clock());
    let other = blocking::Receiver::new(later()).clock(clock());
    let headers = signed(SECRET);
    for rejection in [
        one.receive(&headers, b"{}").map(drop).unwrap_err(),
        other.receive(&headers, b"{}").map(drop).unwrap_err(),
    ] {
        assert!(matches!(rejection, Rejection::Unchecked(_)), "{rejection}");
        assert_eq!(
            (rejection.status(), rejection.reason()),
            (500, "signature-unchecked")
        );
        assert!(
            rejection.to_string().contains("answers later"),
            "{rejection}"
        );
        assert_eq!(rejection.body(), "the delivery was not handled");
    }
    let unsigned = secrets(SECRET, Later::sound()).sign("msg_1", NOW, b"{}");
    assert_eq!(unsigned.unwrap_err().status(), 500);
    assert!(later().verify(&headers, b"{}", NOW).is_err());
    // What is the sender's mistake stays that.
    let nothing: [(&str, &str); 0] = [];
    assert_eq!(one.receive(&nothing, b"{}").unwrap_err().status(), 400);

    assert!(secrets(SECRET, Later::sound()).is_awaited());
    assert!(!SigningSecrets::new(SECRET).unwrap().is_awaited());
}

#[test]
fn a_library_that_fails_lets_nobody_in_and_calls_nobody_a_forger() {
    let both = format!("{SECRET} {OTHER}");
    let [_, _, (name, _)] = signed(SECRET);
    let mut forged = signed(SECRET);
    forged[0].1 = "msg_2".to_owned();
    // For each secret the content, and of the one that fits its fingerprint.
    for (headers, computations) in [(signed(OTHER), 3), (forged, 2)] {
        let answer = |library: Later| {
            let verifier = Verifier::new(secrets(&both, library));
            let receiver = Receiver::new(verifier).clock(ManualClock::at(NOW));
            run(receiver.receive_async(&headers, b"{}")).map(drop)
        };
        let sound = Later::sound();
        let judged = answer(sound.clone());
        assert_eq!(sound.asked.load(Ordering::Relaxed), computations);
        assert_eq!(judged.is_ok(), computations == 3);
        for at in 0..computations {
            let rejection = answer(Later::failing_at(at)).unwrap_err();
            assert!(
                matches!(rejection, Rejection::Unchecked(Error::Unchecked { name: n, .. }) if n == name),
                "{at}: {rejection}"
            );
            assert_eq!(rejection.status(), 500);
            assert!(rejection.to_string().ends_with("it is broken; mend it"));
            assert!(!rejection.body().contains("broken"));
        }
    }
    // Should somebody put it into the wrong variant.
    let why = "it is broken; mend it";
    let refused = Rejection::Refused(Error::Unchecked { name, why });
    assert_eq!(
        (refused.status(), refused.body().contains(why)),
        (500, false)
    );
}

/// Remembers nothing but what it was asked for.
#[derive(Clone, Debug, Default)]
struct Keys(Arc<Mutex<Vec<String>>>);

impl ClaimDelivery for Keys {
    fn claim<'a>(
        &'a self,
        key: &'a str,
        _: Claimant,
        _: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        self.0.lock().unwrap().push(key.to_owned());
        Box::pin(async { Ok(Claim::First) })
    }

    fn complete<'a>(&'a self, _: &'a str, _: Duration, _: MonotonicTime) -> ClaimFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn release<'a>(&'a self, _: &'a str, _: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// Or replicas of which one verifies with another library would both act.
#[test]
fn a_delivery_is_claimed_under_the_same_keys_whatever_the_library() {
    let both = format!("{SECRET} {OTHER}");
    let claimed = |secrets: SigningSecrets| {
        let keys = Keys::default();
        let receiver = Receiver::new(Verifier::new(secrets))
            .clock(ManualClock::at(NOW))
            .deliveries(keys.clone());
        let headers = signed(&both);
        for _ in 0..2 {
            let delivery = run(receiver.receive_async(&headers, b"{}")).unwrap();
            let acted = run(delivery.once(async || Ok(())));
            assert_eq!(acted.unwrap(), Some(()));
        }
        keys.0.lock().unwrap().clone()
    };
    let library = Later::sound();
    let later = claimed(secrets(&both, library.clone()));
    assert_eq!(later, claimed(both.parse().unwrap()));
    assert_eq!(later.len(), 4);
    // One for each secret, whichever signature is its own. Fingerprints are made once.
    assert_eq!(library.asked.load(Ordering::Relaxed), 2 * 2 + 2);
}

/// One asks again, and none waits for a computation that has gone with its request.
#[test]
fn a_request_that_vanishes_while_it_is_hashed_for_holds_nobody_up() {
    let verifier = Verifier::new(secrets(SECRET, Later::sound()));
    let receiver = Receiver::new(verifier).clock(ManualClock::at(NOW));
    let headers = signed(SECRET);
    for turns in 1..8 {
        let (receiver, headers) = (receiver.clone(), headers.clone());
        let mut request =
            Box::pin(async move { receiver.receive_async(&headers, b"{}").await.map(drop) });
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..turns {
            if request.as_mut().poll(&mut context).is_ready() {
                break;
            }
        }
        mem::forget(request);
    }
    let delivery = run(receiver.receive_async(&headers, b"{}")).unwrap();
    assert_eq!(run(delivery.once(async || Ok(7))).unwrap(), Some(7));
}
