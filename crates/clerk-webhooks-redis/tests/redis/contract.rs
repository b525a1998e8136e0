//! What every store of claims does, that in memory included.

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier, Mutex},
    thread,
    time::Duration,
};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim, RecentDeliveries};
use clerk_webhooks_redis::{blocking, redis};

use crate::server::{OnTokio, Server, somebody};

const START: MonotonicTime = MonotonicTime::from_start(Duration::ZERO);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

type Store = Arc<dyn BlockingClaimDelivery>;

/// Stores that know nothing of each other.
fn stores(server: &Server) -> [(&'static str, Store); 3] {
    let blocking = blocking::RedisDeliveries::connect(server.url()).unwrap();
    let mut on_tokio = OnTokio::connect(&server.url());
    on_tokio.store = on_tokio.store.prefix("async:");
    [
        ("memory", Arc::new(Mutex::new(RecentDeliveries::default()))),
        ("blocking", Arc::new(blocking.prefix("blocking:"))),
        ("async", Arc::new(on_tokio)),
    ]
}

enum Step {
    Claim(&'static str, Claim),
    Complete(&'static str),
    Release(&'static str),
}

#[test]
fn claims_are_made_completed_and_released() {
    use Claim::{Done, First, InProgress};
    let steps = [
        Step::Claim("msg_1", First),
        Step::Claim("msg_1", InProgress),
        Step::Claim("msg_2", First),
        Step::Release("msg_1"),
        Step::Claim("msg_1", First),
        Step::Claim("msg_2", InProgress),
        Step::Complete("msg_1"),
        Step::Claim("msg_1", Done),
        Step::Claim("msg_1", Done),
        Step::Complete("msg_1"),
        Step::Claim("msg_1", Done),
        // What was acted on stays so.
        Step::Release("msg_1"),
        Step::Claim("msg_1", Done),
        // Of what nobody has claimed:
        Step::Release("msg_3"),
        Step::Claim("msg_3", First),
        Step::Complete("msg_4"),
        Step::Claim("msg_4", Done),
        // Whatever visible character an id has, and as long as one may be:
        Step::Claim("!\"#$%&'()*+,-/:;<=>?@[\\]^_`{|}~", First),
        Step::Claim("!\"#$%&'()*+,-/:;<=>?@[\\]^_`{|}~", InProgress),
        Step::Claim("MSG_1", First),
    ];
    let Some(server) = Server::start() else {
        return;
    };
    for (name, store) in stores(&server) {
        let mut holders = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Claim(id, expected) => {
                    let by = somebody();
                    let claim = store.claim(id, by, MINUTE, START).unwrap();
                    assert_eq!(claim, *expected, "{name}, step {number}");
                    if claim == First {
                        holders.insert(*id, by);
                    }
                }
                Step::Complete(id) => store.complete(id, DAY, START).unwrap(),
                Step::Release(id) => {
                    let by = holders.get(id).copied().unwrap_or_else(somebody);
                    store.release(id, by).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_claim_is_its_holders_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    for (name, store) in stores(&server) {
        let (one, other) = (somebody(), somebody());
        let claim = |by| store.claim("msg_1", by, MINUTE, START).unwrap();
        assert_eq!(claim(one), Claim::First, "{name}");
        store.release("msg_1", other).unwrap();
        assert_eq!(claim(other), Claim::InProgress, "{name}");
        // Asked again, because the answer was lost on the way.
        assert_eq!(claim(one), Claim::First, "{name}");
        store.release("msg_1", one).unwrap();
        assert_eq!(claim(other), Claim::First, "{name}");
        // By one who was held up for longer than the lease.
        store.release("msg_1", one).unwrap();
        assert_eq!(claim(one), Claim::InProgress, "{name}");
    }
}

#[test]
fn what_is_remembered_ends_by_itself() {
    let Some(server) = Server::start() else {
        return;
    };
    // Redis goes by its own clock, and a round trip is an event on it: one of these comes after.
    let ends = |name: &str, store: &Store, id: &str| {
        let mut claims = (1..100_000).map(|millis| {
            let now = START.saturating_add(Duration::from_millis(millis));
            store.claim(id, somebody(), MINUTE, now).unwrap()
        });
        assert!(claims.any(|claim| claim == Claim::First), "{name}, {id}");
    };
    for (name, store) in stores(&server) {
        let brief = Duration::from_millis(3);
        assert_eq!(
            store.claim("msg_1", somebody(), brief, START).unwrap(),
            Claim::First
        );
        ends(name, &store, "msg_1");
        store.complete("msg_2", brief, START).unwrap();
        ends(name, &store, "msg_2");
        // What is completed is kept for as long as that says, whatever the lease was.
        assert_eq!(
            store.claim("msg_3", somebody(), DAY, START).unwrap(),
            Claim::First
        );
        store.complete("msg_3", brief, START).unwrap();
        ends(name, &store, "msg_3");
    }
}

#[test]
fn redis_keeps_it_for_as_long_as_it_is_told() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut look = server.look();
    let mut left = |key: &str| -> i64 { redis::cmd("PTTL").arg(key).query(&mut look).unwrap() };
    for (name, store) in &stores(&server)[1..] {
        let key = |id: &str| format!("{name}:{id}");
        store.claim("msg_1", somebody(), DAY, START).unwrap();
        store.claim("msg_1", somebody(), MINUTE, START).unwrap();
        let day = i64::try_from(DAY.as_millis()).unwrap();
        let minute = i64::try_from(MINUTE.as_millis()).unwrap();
        // A claim that is refused does not change the one that stands.
        assert!(
            (day - minute..=day).contains(&left(&key("msg_1"))),
            "{name}"
        );
        store.complete("msg_1", 2 * DAY, START).unwrap();
        assert!(
            (2 * day - minute..=2 * day).contains(&left(&key("msg_1"))),
            "{name}"
        );

        store
            .claim("msg_2", somebody(), Duration::MAX, START)
            .unwrap();
        store.complete("msg_3", Duration::MAX, START).unwrap();
        assert!(
            left(&key("msg_2")) > day && left(&key("msg_3")) > day,
            "{name}"
        );
        store
            .claim("msg_4", somebody(), Duration::ZERO, START)
            .unwrap();
        store.complete("msg_5", Duration::ZERO, START).unwrap();
        assert!(
            left(&key("msg_4")) <= 1 && left(&key("msg_5")) <= 1,
            "{name}"
        );
    }
}

#[test]
fn of_many_that_claim_at_once_one_is_the_first() {
    const CLAIMANTS: usize = 32;
    let Some(server) = Server::start() else {
        return;
    };
    // Four replicas of each mode, which all share their claims.
    let stores: Vec<Store> = (0..8)
        .map(|number| match number % 2 {
            0 => Arc::new(blocking::RedisDeliveries::connect(server.url()).unwrap()) as Store,
            _ => Arc::new(OnTokio::connect(&server.url())),
        })
        .collect();
    for round in 0..20 {
        let id = format!("msg_{round}");
        let start = Barrier::new(CLAIMANTS);
        let counted = Mutex::new(BTreeMap::<String, usize>::new());
        thread::scope(|scope| {
            for store in stores.iter().cycle().take(CLAIMANTS) {
                scope.spawn(|| {
                    start.wait();
                    let claim = store.claim(&id, somebody(), MINUTE, START).unwrap();
                    *counted
                        .lock()
                        .unwrap()
                        .entry(format!("{claim:?}"))
                        .or_default() += 1;
                });
            }
        });
        let expected = [
            ("First".to_owned(), 1),
            ("InProgress".to_owned(), CLAIMANTS - 1),
        ];
        assert_eq!(counted.into_inner().unwrap(), BTreeMap::from(expected));
    }
}

#[test]
fn the_keys_of_another_program_are_no_claims() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut look = server.look();
    for (name, store) in &stores(&server)[1..] {
        let key = |id: &str| format!("{name}:{id}");
        redis::cmd("SET")
            .arg(key("msg_1"))
            .arg("theirs")
            .exec(&mut look)
            .unwrap();
        redis::cmd("RPUSH")
            .arg(key("msg_2"))
            .arg("theirs")
            .exec(&mut look)
            .unwrap();
        for id in ["msg_1", "msg_2"] {
            let error = store.claim(id, somebody(), MINUTE, START).unwrap_err();
            let text = error.to_string();
            let cause = error.cause().to_string();
            assert!(text.ends_with(&cause), "{name}: {text}");
        }
        // It is about this key alone: the next question is answered.
        assert_eq!(
            store.claim("msg_3", somebody(), MINUTE, START).unwrap(),
            Claim::First
        );
        let theirs: String = redis::cmd("GET")
            .arg(key("msg_1"))
            .query(&mut look)
            .unwrap();
        assert_eq!(theirs, "theirs");
    }
}
