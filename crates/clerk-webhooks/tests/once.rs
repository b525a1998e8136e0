//! A delivery is acted on once, whatever becomes of the work and of the store: one table, and both
//! drivers.

use std::{
    fmt::Debug,
    future::{Future, pending, ready},
    mem,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use clerk_core::{ManualClock, MonotonicTime, UnixTime};
use clerk_webhooks::{
    BlockingClaimDelivery, Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant, Policy,
    Receiver, Rejection, SigningSecrets, Verifier, WorkError, blocking,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const LEASE: Duration = Duration::from_secs(60);

fn secrets() -> SigningSecrets {
    SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap()
}

/// Of an endpoint where one takes the other's place.
fn two_secrets() -> SigningSecrets {
    secrets()
        .also("whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0")
        .unwrap()
}

fn signed() -> (Vec<(&'static str, String)>, &'static [u8]) {
    signed_with(&secrets())
}

fn signed_with(secrets: &SigningSecrets) -> (Vec<(&'static str, String)>, &'static [u8]) {
    let body = b"{}";
    let signed = secrets.sign("msg_1", NOW, body).unwrap();
    let headers = signed.svix().map(|(name, value)| (name, value.to_owned()));
    (headers.into(), body)
}

/// None of the futures here waits for anything but the one that waits forever.
fn poll<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Answers as the row says, and writes down what it was asked.
#[derive(Clone, Debug)]
struct Scripted {
    claims: &'static [Result<Claim, &'static str>],
    later: Result<(), &'static str>,
    by: Arc<Mutex<Option<Claimant>>>,
    keys: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    fn note(&self, line: String) {
        self.asked.lock().unwrap().push(line);
    }

    /// A key, numbered in the order in which they were claimed.
    fn number(&self, key: &str) -> usize {
        assert!(key.ends_with(".msg_1"), "{key}");
        let mut keys = self.keys.lock().unwrap();
        match keys.iter().position(|known| known == key) {
            Some(number) => number,
            None => {
                keys.push(key.to_owned());
                keys.len() - 1
            }
        }
    }
}

impl BlockingClaimDelivery for Scripted {
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> Result<Claim, ClaimError> {
        let first = *self.by.lock().unwrap().get_or_insert(by);
        assert_eq!(first, by);
        let (key, at) = (self.number(key), now.since_start());
        self.note(format!("claim {key} for {lease:?} at {at:?}"));
        self.claims[key].map_err(ClaimError::new)
    }

    fn complete(&self, key: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        let (key, at) = (self.number(key), now.since_start());
        self.note(format!("complete {key} for {keep:?} at {at:?}"));
        self.later.map_err(ClaimError::new)
    }

    fn release(&self, key: &str, by: Claimant) -> Result<(), ClaimError> {
        assert_eq!(*self.by.lock().unwrap(), Some(by));
        self.note(format!("release {}", self.number(key)));
        self.later.map_err(ClaimError::new)
    }
}

impl ClaimDelivery for Scripted {
    fn claim<'a>(
        &'a self,
        id: &'a str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        let claim = BlockingClaimDelivery::claim(self, id, by, lease, now);
        Box::pin(ready(claim))
    }

    fn complete<'a>(
        &'a self,
        id: &'a str,
        keep: Duration,
        now: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::complete(self, id, keep, now)))
    }

    fn release<'a>(&'a self, id: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(ready(BlockingClaimDelivery::release(self, id, by)))
    }
}

struct Row {
    /// One for each secret that the delivery is signed with.
    claims: &'static [Result<Claim, &'static str>],
    later: Result<(), &'static str>,
    work: Result<u8, &'static str>,
    takes: u64,
    /// The number that the work returned, or status and reason.
    outcome: &'static str,
    asked: &'static [&'static str],
}

const CLAIM: &str = "claim 0 for 60s at 0ns";
const CLAIM_OTHER: &str = "claim 1 for 60s at 0ns";

/// Signed with two secrets.
const TWICE: Row = Row {
    claims: &[Ok(Claim::First), Ok(Claim::First)],
    later: Ok(()),
    work: Ok(7),
    takes: 5,
    outcome: "did 7",
    asked: &[],
};

const ROWS: &[Row] = &[
    Row {
        claims: &[Ok(Claim::First)],
        later: Ok(()),
        work: Ok(7),
        takes: 5,
        outcome: "did 7",
        asked: &[CLAIM, "work", "complete 0 for 3600s at 5s"],
    },
    Row {
        claims: &[Ok(Claim::Done)],
        later: Ok(()),
        work: Ok(7),
        takes: 5,
        outcome: "did nothing",
        asked: &[CLAIM],
    },
    // It may yet fail, so it must be sent again.
    Row {
        claims: &[Ok(Claim::InProgress)],
        later: Ok(()),
        work: Ok(7),
        takes: 5,
        outcome: "409 delivery-in-progress",
        asked: &[CLAIM],
    },
    Row {
        claims: &[Err("no store")],
        later: Ok(()),
        work: Ok(7),
        takes: 5,
        outcome: "503 store-unavailable: no store",
        asked: &[CLAIM],
    },
    Row {
        claims: &[Ok(Claim::First)],
        later: Ok(()),
        work: Err("no database"),
        takes: 59,
        outcome: "500 handler-failed: no database",
        asked: &[CLAIM, "work", "release 0"],
    },
    // The work is done, and sending it again would do it twice.
    Row {
        claims: &[Ok(Claim::First)],
        later: Err("no store"),
        work: Ok(7),
        takes: 70,
        outcome: "did 7",
        asked: &[CLAIM, "work", "complete 0 for 3600s at 70s"],
    },
    Row {
        claims: &[Ok(Claim::First)],
        later: Err("no store"),
        work: Err("no database"),
        takes: 5,
        outcome: "500 handler-failed: no database",
        asked: &[CLAIM, "work", "release 0"],
    },
    // While one secret takes another's place. What is known under one is known.
    Row {
        asked: &[
            CLAIM,
            CLAIM_OTHER,
            "work",
            "complete 0 for 3600s at 5s",
            "complete 1 for 3600s at 5s",
        ],
        ..TWICE
    },
    Row {
        later: Err("no store"),
        work: Err("no database"),
        outcome: "500 handler-failed: no database",
        asked: &[CLAIM, CLAIM_OTHER, "work", "release 0", "release 1"],
        ..TWICE
    },
    Row {
        claims: &[Ok(Claim::Done), Ok(Claim::First)],
        outcome: "did nothing",
        asked: &[CLAIM],
        ..TWICE
    },
    Row {
        claims: &[Ok(Claim::First), Ok(Claim::Done)],
        outcome: "did nothing",
        asked: &[CLAIM, CLAIM_OTHER, "release 0"],
        ..TWICE
    },
    Row {
        claims: &[Ok(Claim::First), Ok(Claim::InProgress)],
        later: Err("no store"),
        outcome: "409 delivery-in-progress",
        asked: &[CLAIM, CLAIM_OTHER, "release 0"],
        ..TWICE
    },
    Row {
        claims: &[Ok(Claim::First), Err("no store")],
        outcome: "503 store-unavailable: no store",
        asked: &[CLAIM, CLAIM_OTHER, "release 0"],
        ..TWICE
    },
];

fn told(outcome: Result<Option<u8>, Rejection>) -> String {
    match outcome {
        Ok(Some(number)) => format!("did {number}"),
        Ok(None) => "did nothing".to_owned(),
        Err(rejection) => {
            let cause = match &rejection {
                Rejection::Failed(cause) => format!(": {cause}"),
                Rejection::Undecided(error) => format!(": {}", error.cause()),
                _ => String::new(),
            };
            // What goes wrong here is nobody's business outside.
            assert!(!rejection.body().contains("no "), "{}", rejection.body());
            format!("{} {}{cause}", rejection.status(), rejection.reason())
        }
    }
}

#[test]
fn both_drivers_ask_and_answer_alike() {
    let policy = Policy::default()
        .lease(LEASE)
        .keep(Duration::from_secs(3600));
    for row in ROWS {
        let start = || {
            let asked = Arc::<Mutex<Vec<String>>>::default();
            let store = Scripted {
                claims: row.claims,
                later: row.later,
                by: Arc::default(),
                keys: Arc::default(),
                asked: Arc::clone(&asked),
            };
            (Arc::new(ManualClock::at(NOW)), store, asked)
        };
        let work = |clock: &ManualClock, asked: &Mutex<Vec<String>>| {
            asked.lock().unwrap().push("work".to_owned());
            clock.advance(Duration::from_secs(row.takes));
            row.work
        };
        let secrets = match row.claims.len() {
            1 => secrets(),
            _ => two_secrets(),
        };
        let verifier = Verifier::new(secrets.clone());
        let (headers, body) = signed_with(&secrets);

        let (clock, store, asked) = start();
        let receiver = Receiver::new(verifier.clone()).policy(policy);
        let receiver = receiver.deliveries(store).clock(Arc::clone(&clock));
        let delivery = receiver.receive(&headers, body).unwrap();
        let outcome = poll(delivery.once(async || Ok(work(&clock, &asked)?)));
        assert_eq!(told(outcome.unwrap()), row.outcome);
        assert_eq!(*asked.lock().unwrap(), row.asked);

        let (clock, store, asked) = start();
        let receiver = blocking::Receiver::new(verifier).policy(policy);
        let receiver = receiver.deliveries(store).clock(Arc::clone(&clock));
        let delivery = receiver.receive(&headers, body).unwrap();
        let outcome = delivery.once(|| Ok(work(&clock, &asked)?));
        assert_eq!(told(outcome), row.outcome);
        assert_eq!(*asked.lock().unwrap(), row.asked);
    }
}

#[test]
fn a_recorded_delivery_played_back_is_not_acted_on_again() {
    let (headers, body) = signed();
    let clock = Arc::new(ManualClock::at(NOW));
    let verifier = || Verifier::new(secrets());
    let receiver = Receiver::new(verifier()).clock(Arc::clone(&clock));
    let blocking = blocking::Receiver::new(verifier()).clock(Arc::clone(&clock));
    let act = || {
        let one = receiver.receive(&headers, body)?.clone();
        let other = blocking.receive(&headers, body)?;
        let one = poll(one.once(async || Ok("acted"))).unwrap()?;
        Ok::<_, Rejection>((one, other.once(|| Ok("acted"))?))
    };
    assert_eq!(act().unwrap(), (Some("acted"), Some("acted")));
    for seconds in [0, 1, 299] {
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(act().unwrap(), (None, None));
    }
    clock.advance(Duration::from_secs(1));
    assert_eq!(act().unwrap_err().reason(), "timestamp-too-old");
}

#[test]
fn a_caller_who_hangs_up_costs_a_delay_and_not_the_delivery() {
    let (headers, body) = signed();
    let clock = Arc::new(ManualClock::at(NOW));
    let receiver = Receiver::new(Verifier::new(secrets())).clock(Arc::clone(&clock));
    let delivery = receiver.receive(&headers, body).unwrap();
    let dropped = poll(delivery.once(pending::<Result<(), WorkError>>));
    assert!(dropped.is_none());

    let again = || poll(delivery.once(async || Ok("acted"))).unwrap();
    assert_eq!(again().unwrap_err().reason(), "delivery-in-progress");
    clock.advance(Duration::from_secs(61));
    assert_eq!(again().unwrap(), Some("acted"));
}

/// A runtime such as Cloudflare's ends a request without dropping its futures: nothing runs that could give a
/// claim up.
#[test]
fn a_request_that_vanishes_in_the_midst_of_work_costs_a_delay_and_not_the_delivery() {
    let (headers, body) = signed();
    let clock = Arc::new(ManualClock::at(NOW));
    let receiver = Receiver::new(Verifier::new(secrets())).clock(Arc::clone(&clock));
    let vanishing = receiver.receive(&headers, body).unwrap();
    let mut request =
        Box::pin(async move { vanishing.once(pending::<Result<(), WorkError>>).await });
    assert!(poll(request.as_mut()).is_none());
    mem::forget(request);

    let delivery = receiver.receive(&headers, body).unwrap();
    let again = || poll(delivery.once(async || Ok("acted"))).unwrap();
    clock.advance(LEASE);
    assert_eq!(again().unwrap_err().reason(), "delivery-in-progress");
    clock.advance(Duration::from_nanos(1));
    assert_eq!(again().unwrap(), Some("acted"));
    assert_eq!(again().unwrap(), None);
}

#[test]
fn work_that_failed_is_done_at_the_next_attempt() {
    let (headers, body) = signed();
    let receiver = blocking::Receiver::new(Verifier::new(secrets()));
    let receiver = receiver.clock(ManualClock::at(NOW));
    let attempt = |outcome: Result<u8, &'static str>| {
        let delivery = receiver.receive(&headers, body).unwrap();
        delivery.once(|| Ok(outcome?))
    };
    assert_eq!(attempt(Err("no database")).unwrap_err().status(), 500);
    assert_eq!(attempt(Ok(7)).unwrap(), Some(7));
    assert_eq!(attempt(Err("never asked")).unwrap(), None);
}

#[test]
fn what_is_no_delivery_is_answered_with_a_status_that_fits() {
    let (headers, body) = signed();
    let receiver = Receiver::new(Verifier::new(secrets()));
    let receiver = receiver.clock(ManualClock::at(NOW));
    let limit = |bytes| receiver.clone().policy(Policy::default().body_limit(bytes));
    assert_eq!(receiver.body_limit(), 1 << 20);

    let refused = |receiver: &Receiver, body: &[u8]| {
        let rejection = receiver.receive(&headers, body).unwrap_err();
        (rejection.status(), rejection.reason())
    };
    assert_eq!(refused(&receiver, b"[]"), (400, "signature-mismatch"));
    assert_eq!(refused(&limit(1), body), (413, "body-too-large"));
    assert_eq!(limit(2).receive(&headers, body).unwrap().body(), body);
    let nothing: [(&str, &str); 0] = [];
    let rejection = receiver.receive(&nothing, body).unwrap_err();
    assert!(rejection.body().contains("svix-id"), "{}", rejection.body());
}

#[test]
fn neither_secrets_nor_bodies_are_shown() {
    let (headers, body) = signed();
    let receiver = Receiver::new(Verifier::new(secrets())).clock(ManualClock::at(NOW));
    let delivery = receiver.receive(&headers, body).unwrap();
    let delivery = format!("{delivery:?}");
    assert!(
        delivery.contains("msg_1") && !delivery.contains("body"),
        "{delivery}"
    );
    let receiver = format!("{receiver:?}");
    assert!(
        !receiver.contains("b25l") && receiver.contains("[redacted]"),
        "{receiver}"
    );
}
