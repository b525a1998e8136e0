//! A Redis that goes, comes back, closes connections, or says nothing.

use std::{net::TcpListener, time::Duration};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim, Rejection};
use clerk_webhooks_redis::{RedisDeliveries, Timeouts, blocking, redis};

use crate::{
    replicas::{blocking_replica, replica, signed},
    server::{OnTokio, Server, somebody},
};

const START: MonotonicTime = MonotonicTime::from_start(Duration::ZERO);
const MINUTE: Duration = Duration::from_secs(60);

fn stores(
    server: &Server,
    timeouts: Timeouts,
) -> [(&'static str, Box<dyn BlockingClaimDelivery>); 2] {
    let url = server.url();
    let blocking = blocking::RedisDeliveries::connect_with(url.as_str(), timeouts);
    let on_tokio = OnTokio::over(|| RedisDeliveries::connect_with(url.as_str(), timeouts));
    [
        ("blocking", Box::new(blocking.unwrap().prefix("blocking:"))),
        (
            "async",
            Box::new(OnTokio {
                store: on_tokio.store.clone().prefix("async:"),
                ..on_tokio
            }),
        ),
    ]
}

#[test]
fn without_redis_nobody_can_tell_and_with_it_again_they_can() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let OnTokio { runtime, store } = OnTokio::connect(&server.url());
    let store = replica(store.prefix("async:"));
    let blocking = blocking::RedisDeliveries::connect(server.url()).unwrap();
    let blocking = blocking_replica(blocking.prefix("blocking:"));
    let act = |id: &str| {
        let (headers, body) = signed(id);
        let one = store.receive(&headers, body).unwrap();
        let other = blocking.receive(&headers, body).unwrap();
        [
            runtime.block_on(one.once(async || Ok(()))),
            other.once(|| Ok(())),
        ]
    };
    for outcome in act("msg_1") {
        assert_eq!(outcome.unwrap(), Some(()));
    }
    for round in 0..2 {
        server.stop();
        for _ in 0..3 {
            for outcome in act("msg_2") {
                let rejection = outcome.unwrap_err();
                assert!(
                    matches!(rejection, Rejection::Undecided(_)),
                    "{rejection:?}"
                );
                assert_eq!(rejection.status(), 503);
            }
        }
        server.start_again();
        for outcome in act("msg_3") {
            assert_eq!(outcome.unwrap(), Some(()), "round {round}");
        }
        for outcome in act("msg_3") {
            assert_eq!(outcome.unwrap(), None, "round {round}");
        }
    }
}

#[test]
fn a_server_that_goes_while_the_work_is_done_does_not_undo_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let blocking = blocking::RedisDeliveries::connect(server.url()).unwrap();
    let receiver = blocking_replica(blocking);
    let (headers, body) = signed("msg_1");
    let delivery = receiver.receive(&headers, body).unwrap();
    let outcome = delivery.once(|| {
        server.stop();
        Ok(7)
    });
    assert_eq!(outcome.unwrap(), Some(7));
}

#[test]
fn a_connection_closed_while_nobody_used_it_is_opened_anew_unnoticed() {
    let Some(server) = Server::start() else {
        return;
    };
    let stores = stores(&server, Timeouts::default());
    let mut look = server.look();
    let mut close_all = || {
        let mut close = redis::cmd("CLIENT");
        close.arg(&["KILL", "TYPE", "normal"]);
        let closed: usize = close.query(&mut look).unwrap();
        assert_eq!(closed, stores.len());
    };
    close_all();
    for (name, store) in &stores {
        let claim = store.claim("msg_1", somebody(), MINUTE, START).unwrap();
        assert_eq!(claim, Claim::First, "{name}");
    }
    close_all();
    for (_, store) in &stores {
        store.complete("msg_1", MINUTE, START).unwrap();
    }
    close_all();
    for (name, store) in &stores {
        let claim = store.claim("msg_1", somebody(), MINUTE, START).unwrap();
        assert_eq!(claim, Claim::Done, "{name}");
    }
}

#[test]
fn a_server_that_hangs_does_not_hang_those_who_ask() {
    let Some(server) = Server::start() else {
        return;
    };
    let timeouts = Timeouts::default().response(Duration::from_millis(50));
    for (name, store) in stores(&server, timeouts) {
        let mut look = server.look();
        let mut say = |words: &[&str]| redis::cmd("CLIENT").arg(words).exec(&mut look).unwrap();
        assert_eq!(
            store.claim("msg_1", somebody(), MINUTE, START).unwrap(),
            Claim::First
        );
        // Longer than any timeout here; whoever waits for it is answered, and this fails.
        say(&["PAUSE", "20000", "WRITE"]);
        let error = store.claim("msg_2", somebody(), MINUTE, START).unwrap_err();
        let cause = error.cause();
        let cause = cause.downcast_ref::<redis::RedisError>().unwrap();
        assert!(cause.is_timeout(), "{name}: {cause:?}");
        assert!(store.complete("msg_1", MINUTE, START).is_err(), "{name}");

        say(&["UNPAUSE"]);
        // Not the late answer to the question above.
        assert_eq!(
            store.claim("msg_3", somebody(), MINUTE, START).unwrap(),
            Claim::First,
            "{name}"
        );
        assert_eq!(
            store.claim("msg_3", somebody(), MINUTE, START).unwrap(),
            Claim::InProgress,
            "{name}"
        );
    }
}

/// No Redis needed: it is a socket that takes connections and says nothing.
#[test]
fn what_does_not_answer_is_not_waited_for_when_connecting() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", silent.local_addr().unwrap());
    let timeouts = Timeouts::default().connect(Duration::from_millis(50));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let errors = [
        blocking::RedisDeliveries::connect_with(url.as_str(), timeouts).map(drop),
        runtime.block_on(async {
            let store = RedisDeliveries::connect_with(url.as_str(), timeouts).await;
            store.map(drop)
        }),
    ];
    for error in errors.map(Result::unwrap_err) {
        let text = error.to_string();
        assert!(
            text.starts_with("there is no connection to Redis: "),
            "{text}"
        );
        let cause = error.cause().unwrap();
        assert!(
            cause
                .downcast_ref::<redis::RedisError>()
                .unwrap()
                .is_timeout(),
            "{cause:?}"
        );
    }
}
