//! Without ring: whatever is hashed and drawn is asked of the library that was given.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::{Clock, ManualClock, MonotonicTime, UnixTime};
use clerk_webhooks::{
    Claimant, ComputeHmac, Error, Hmac, InvalidSigningSecret, NoRandomness, Provider, Receiver,
    Rejection, Ring, SigningSecrets, Verifier, blocking,
};

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
const OTHER: &str = "whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// Ring, and how often each was asked for.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    keys: AtomicUsize,
    tags: AtomicUsize,
    random: AtomicUsize,
}

fn count(of: &AtomicUsize) -> usize {
    of.load(Ordering::Relaxed)
}

impl Provider for Counting {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        self.0.keys.fetch_add(1, Ordering::Relaxed);
        let key = Key(Ring.hmac_sha256(secret), Arc::clone(&self.0));
        Hmac::AtOnce(Arc::new(key))
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        self.0.random.fetch_add(1, Ordering::Relaxed);
        Ring.random()
    }
}

#[derive(Debug)]
struct Key(Hmac, Arc<Asked>);

impl ComputeHmac for Key {
    fn compute(&self, message: &[&[u8]]) -> [u8; 32] {
        self.1.tags.fetch_add(1, Ordering::Relaxed);
        match &self.0 {
            Hmac::AtOnce(key) => key.compute(message),
            other => unreachable!("ring answers at once: {other:?}"),
        }
    }
}

#[test]
fn every_constructor_hashes_with_the_library_it_is_given() {
    let library = Counting::default();
    let given = || library.clone();
    let both = format!("CLERK_WEBHOOK_SIGNING_SECRET=v1,{SECRET} {OTHER}");
    let each = [
        SigningSecrets::new_with(SECRET, given()).and_then(|one| one.also(OTHER)),
        SigningSecrets::parse_with(&both, given()),
        SigningSecrets::from_bytes_with(b"only an example of a secret", given())
            .and_then(|one| one.also(OTHER)),
    ];
    assert_eq!(count(&library.0.keys), 2 * each.len());
    for secrets in each {
        let secrets = secrets.unwrap();
        let before = count(&library.0.tags);
        let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
        let ring: SigningSecrets = both.parse().unwrap();
        assert_eq!(signed, ring.sign("msg_1", NOW, b"{}").unwrap());
        let headers = signed.svix();
        let verified = Verifier::new(secrets).verify(&headers, b"{}", NOW);
        assert_eq!(verified.map(|delivery| delivery.id()), Ok("msg_1"));
        // Two to sign, two to verify, and those by which tags are compared.
        assert!(count(&library.0.tags) >= before + 4);
    }
}

#[test]
fn every_constructor_refuses_what_is_no_secret() {
    let given = Counting::default;
    assert_eq!(
        SigningSecrets::new_with("", given()).unwrap_err(),
        InvalidSigningSecret::Empty
    );
    assert_eq!(
        SigningSecrets::parse_with(" ", given()).unwrap_err(),
        InvalidSigningSecret::Empty
    );
    assert_eq!(
        SigningSecrets::from_bytes_with([], given()).unwrap_err(),
        InvalidSigningSecret::Empty
    );
    assert_eq!(
        SigningSecrets::new_with("whsec_c2hvcnQ=", given()).unwrap_err(),
        InvalidSigningSecret::Short
    );
}

/// The comparison is this crate's, whatever the library.
#[test]
fn a_tag_of_which_one_bit_differs_is_refused() {
    let library = Counting::default();
    let secrets = SigningSecrets::new_with(SECRET, library).unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    let [id, timestamp, (name, signature)] = signed.svix();
    let tag = STANDARD.decode(signature.strip_prefix("v1,").unwrap());
    let tag = tag.unwrap();
    let verifier = Verifier::new(secrets);
    let verify = |tag: &[u8]| {
        let signature = format!("v1,{}", STANDARD.encode(tag));
        let headers = [id, timestamp, (name, &signature)];
        verifier.verify(&headers, b"{}", NOW).map(|_| ())
    };
    assert_eq!(verify(&tag), Ok(()));
    for bit in 0..256 {
        let mut other = tag.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let refused = Err(Error::NoMatchingSignature { name });
        assert_eq!(verify(&other), refused, "bit {bit}");
    }
}

/// A library whose random number generator is not there.
#[derive(Debug)]
struct NoDice;

impl Provider for NoDice {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        Ring.hmac_sha256(secret)
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        Err(NoRandomness)
    }
}

fn poll_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn each_attempt_is_told_from_all_others_by_the_library_that_was_given() {
    let library = Counting::default();
    let secrets = SigningSecrets::new_with(SECRET, library.clone()).unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    let clock = Arc::new(ManualClock::at(NOW));

    let receiver = Receiver::new(Verifier::new(secrets.clone())).clock(Arc::clone(&clock));
    let delivery = receiver.receive(&signed.svix(), b"{}").unwrap();
    assert_eq!(count(&library.0.random), 0);
    assert!(poll_once(delivery.once(async || Ok(()))).unwrap().is_some());
    assert_eq!(count(&library.0.random), 1);

    let receiver = blocking::Receiver::new(Verifier::new(secrets)).clock(clock);
    let delivery = receiver.receive(&signed.svix(), b"{}").unwrap();
    assert!(delivery.once(|| Ok(())).unwrap().is_some());
    assert_eq!(count(&library.0.random), 2);
}

#[test]
fn without_random_bytes_a_delivery_is_not_acted_on_and_comes_again() {
    let secrets = SigningSecrets::new_with(SECRET, NoDice).unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let check = |rejection: Rejection| {
        assert_eq!(rejection.status(), 503);
        assert!(
            rejection.to_string().contains("gives no random bytes"),
            "{rejection}"
        );
    };

    let receiver = Receiver::new(Verifier::new(secrets.clone())).clock(Arc::clone(&clock));
    let delivery = receiver.receive(&signed.svix(), b"{}").unwrap();
    let work = async || unreachable!("it is nobody's to act on");
    check(poll_once(delivery.once::<(), _>(work)).unwrap_err());

    let receiver = blocking::Receiver::new(Verifier::new(secrets)).clock(clock);
    let delivery = receiver.receive(&signed.svix(), b"{}").unwrap();
    check(
        delivery
            .once::<()>(|| unreachable!("it is nobody's to act on"))
            .unwrap_err(),
    );
}

#[test]
fn a_claimant_is_the_bytes_it_is_made_of() {
    assert_eq!(Claimant::from_bytes([7; 16]), Claimant::from_bytes([7; 16]));
    assert_ne!(Claimant::from_bytes([7; 16]), Claimant::from_bytes([8; 16]));
    assert_eq!(
        Claimant::from_bytes([0xab; 16]).to_string(),
        "ab".repeat(16)
    );
}

/// A system without clocks, as a program in WebAssembly finds it.
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

#[test]
fn a_receiver_makes_no_clock_before_it_has_to_tell_the_time() {
    let verifier = || Verifier::new(SigningSecrets::new(SECRET).unwrap());
    let unmade = "LazySystemClock(OnceLock(<uninit>))";

    let receiver = Receiver::new(verifier());
    assert!(format!("{receiver:?}").contains(unmade), "{receiver:?}");
    assert!(receiver.receive(&[("svix-id", "msg_1")], b"{}").is_err());
    assert!(!format!("{receiver:?}").contains(unmade), "{receiver:?}");
    let given = Receiver::new(verifier()).clock(NoTime).endpoint("mail");
    assert!(format!("{given:?}").contains("clock: NoTime"), "{given:?}");

    let receiver = blocking::Receiver::new(verifier());
    assert!(format!("{receiver:?}").contains(unmade), "{receiver:?}");
    assert!(receiver.receive(&[("svix-id", "msg_1")], b"{}").is_err());
    assert!(!format!("{receiver:?}").contains(unmade), "{receiver:?}");
    let given = blocking::Receiver::new(verifier())
        .clock(NoTime)
        .endpoint("mail");
    assert!(format!("{given:?}").contains("clock: NoTime"), "{given:?}");
}
