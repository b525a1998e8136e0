//! Another server behind the same address, while the connections to the one before stay open.

use std::{thread, time::Duration};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim};
use clerk_webhooks_redis::{RedisDeliveries, Timeouts, blocking, redis};

use crate::{
    address::{Address, Says, Scripted},
    server::{OnTokio, Server, somebody},
};

const START: MonotonicTime = MonotonicTime::from_start(Duration::ZERO);
const MINUTE: Duration = Duration::from_secs(60);

type Store = Box<dyn BlockingClaimDelivery>;
type Connect = fn(&str, Timeouts) -> Store;

const STORES: [(&str, Connect); 2] = [
    ("blocking", |url, timeouts| {
        Box::new(blocking::RedisDeliveries::connect_with(url, timeouts).unwrap())
    }),
    ("async", |url, timeouts| {
        let connect = || RedisDeliveries::connect_with(url, timeouts);
        Box::new(OnTokio::over(connect))
    }),
];

/// Of how many claims the first few fail, and that none does after those.
fn failures(store: &dyn BlockingClaimDelivery) -> usize {
    let claim = |number| store.claim(&format!("after_{number}"), somebody(), MINUTE, START);
    let outcomes: Vec<bool> = (0..8).map(|number| claim(number).is_err()).collect();
    let failed = outcomes.iter().take_while(|failed| **failed).count();
    assert!(
        outcomes.iter().skip(failed).all(|failed| !failed),
        "{outcomes:?}"
    );
    failed
}

#[test]
fn a_failover_behind_one_address_fails_no_claim() {
    for (name, connect) in STORES {
        let (Some(old), Some(new)) = (Server::start(), Server::start()) else {
            return;
        };
        let follow = |server: &Server, words: &[&str]| {
            let mut command = redis::cmd("REPLICAOF");
            command.arg(words).exec(&mut server.look()).unwrap();
        };
        follow(&new, &["127.0.0.1", &old.port().to_string()]);
        let address = Address::leading_to(old.port());
        let store = connect(&address.url(), Timeouts::default());
        let before = store.claim("before", somebody(), MINUTE, START).unwrap();
        assert_eq!(before, Claim::First, "{name}");
        store.complete("before", MINUTE, START).unwrap();
        old.wait_for_replica();

        follow(&new, &["NO", "ONE"]);
        follow(&old, &["127.0.0.1", &new.port().to_string()]);
        // The address leads to the one that was demoted, still: nobody can tell.
        let claim = store.claim("between", somebody(), MINUTE, START);
        assert!(claim.is_err(), "{name}: {claim:?}");

        address.lead_to(new.port());
        assert_eq!(failures(&*store), 0, "{name}");
        let before = store.claim("before", somebody(), MINUTE, START).unwrap();
        assert_eq!(before, Claim::Done, "{name}");
    }
}

/// What servers say that are not, or no longer, the ones to ask; and how many claims that may cost
/// until the address leads elsewhere.
const ROWS: &[(&str, Says, usize)] = &[
    (
        "demoted",
        Says::Bytes("-READONLY You can't write against a read only replica.\r\n"),
        0,
    ),
    (
        "demoted, before Redis 7",
        Says::Bytes(
            "-ERR Error running script (call to f_00): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.\r\n",
        ),
        0,
    ),
    (
        "demoted, in a cluster",
        Says::Bytes("-MOVED 3999 127.0.0.1:6381\r\n"),
        0,
    ),
    (
        "cut off from its replicas",
        Says::Bytes("-NOREPLICAS Not enough good replicas to write.\r\n"),
        0,
    ),
    (
        "cut off from its master",
        Says::Bytes(
            "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
        ),
        0,
    ),
    (
        "cut off from its cluster",
        Says::Bytes("-CLUSTERDOWN The cluster is down\r\n"),
        0,
    ),
    (
        "started again",
        Says::Bytes("-LOADING Redis is loading the dataset in memory\r\n"),
        0,
    ),
    (
        "given a password",
        Says::Bytes("-NOAUTH Authentication required.\r\n"),
        0,
    ),
    (
        "given other rights",
        Says::Bytes("-NOPERM this user has no permissions to run the 'eval' command\r\n"),
        0,
    ),
    (
        "out of disk",
        Says::Bytes("-MISCONF Redis is configured to save RDB snapshots\r\n"),
        0,
    ),
    (
        "out of memory",
        Says::Bytes("-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
        0,
    ),
    (
        "replaced by a proxy's word",
        Says::Bytes("-ERR upstream failure\r\n"),
        0,
    ),
    (
        "something else than Redis",
        Says::Bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
        0,
    ),
    ("closed", Says::Goodbye, 0),
    // Whoever waits for an answer has waited long enough, and is not kept any longer.
    ("silent", Says::Nothing, 1),
];

#[test]
fn what_a_new_connection_could_mend_leads_to_one() {
    let timeouts = Timeouts::default().response(Duration::from_millis(50));
    for (store_name, connect) in STORES {
        for (name, says, may_fail) in ROWS {
            let (old, new) = (Scripted::saying(Says::FIRST), Scripted::saying(Says::FIRST));
            let address = Address::leading_to(old.port());
            let store = connect(&address.url(), timeouts);
            assert_eq!(failures(&*store), 0);

            old.say(*says);
            address.lead_to(new.port());
            let asked = old.asked();
            assert_eq!(failures(&*store), *may_fail, "{store_name}, {name}");
            assert_eq!(old.asked(), asked + 1, "{store_name}, {name}");
        }
    }
}

/// Servers that are full, or starting, refuse before anything was asked.
#[test]
fn a_server_that_does_not_let_in_is_asked_again_later() {
    for (name, connect) in STORES {
        let (old, new) = (Scripted::saying(Says::FIRST), Scripted::saying(Says::FIRST));
        let address = Address::leading_to(old.port());
        let with_password = address.url().replace("//", "//:password@");
        let store = connect(&with_password, Timeouts::default());
        assert_eq!(failures(&*store), 0);

        for refusal in [
            "-LOADING Redis is loading the dataset in memory\r\n",
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
            "-ERR max number of clients reached\r\n",
        ] {
            let closed = Scripted::refusing(Says::Bytes(refusal));
            address.lead_to(closed.port());
            old.say(Says::Goodbye);
            new.say(Says::Goodbye);
            for _ in 0..3 {
                let claim = store.claim("between", somebody(), MINUTE, START);
                assert!(claim.is_err(), "{name}, {refusal}: {claim:?}");
            }
            new.say(Says::FIRST);
            address.lead_to(new.port());
            assert_eq!(failures(&*store), 0, "{name}, {refusal}");
        }
    }
}

/// A thread that asks has a connection of its own: of those, one error gives all up.
#[test]
fn what_one_connection_has_shown_is_true_of_all() {
    const THREADS: usize = 5;
    let (old, new) = (Scripted::saying(Says::FIRST), Scripted::saying(Says::FIRST));
    let address = Address::leading_to(old.port());
    let store = blocking::RedisDeliveries::connect(address.url()).unwrap();
    let claim_together = |server: &Scripted, at: &str| {
        server.hold(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (store, id) = (&store, format!("{at}_{number}"));
                scope.spawn(move || store.claim(&id, somebody(), MINUTE, START).unwrap());
            }
        });
    };
    claim_together(&old, "before");
    old.say(Says::Goodbye);
    address.lead_to(new.port());
    assert_eq!(failures(&store), 0);
    claim_together(&new, "after");
    assert_eq!(old.asked(), THREADS + 1);
}
