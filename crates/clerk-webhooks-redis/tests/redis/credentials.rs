//! A password is nobody's to see.

use std::{error::Error, fmt::Write, net::TcpListener, time::Duration};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim};
use clerk_webhooks_redis::{ConnectError, RedisDeliveries, blocking};
use tokio::runtime::Runtime;

use crate::server::{OnTokio, Server, somebody};

/// In every password and user name of these tests.
const WORD: &str = "swordfish";

/// All that an error shows to whoever logs it.
fn told(error: &dyn Error) -> String {
    let mut text = format!("{error:?} {error:#?}");
    let mut next = Some(error);
    while let Some(error) = next {
        write!(text, " {error}").unwrap();
        next = error.source();
    }
    text
}

fn errors(url: &str) -> [ConnectError; 2] {
    let runtime = Runtime::new().unwrap();
    [
        blocking::RedisDeliveries::connect(url).unwrap_err(),
        runtime.block_on(async { RedisDeliveries::connect(url).await.unwrap_err() }),
    ]
}

#[test]
fn no_error_of_connecting_shows_a_password() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let unreachable = free.local_addr().unwrap();
    drop(free);
    let rows = [
        format!("redis://{WORD}:{WORD}@{unreachable}/"),
        format!("redis://:{WORD}@/"),
        format!("redis://:{WORD}@127.0.0.1:port/"),
        format!("redis://:{WORD}@127.0.0.1/{WORD}"),
        format!("rediss://:{WORD}@127.0.0.1/"),
        format!("http://:{WORD}@127.0.0.1/"),
        // Not percent-encoded, so that a part of the password looks like something else.
        format!("redis://u:12/{WORD}@127.0.0.1/"),
        format!("redis://u:12?protocol={WORD}@127.0.0.1/"),
        format!("redis://u:12#{WORD}@127.0.0.1/"),
        format!("rediss://u:12#{WORD}@127.0.0.1/"),
        format!("unix:///nowhere/redis.sock?user={WORD}&pass={WORD}"),
        WORD.to_owned(),
    ];
    for error in errors(&rows[0]) {
        let (text, start) = (error.to_string(), "there is no connection to Redis: ");
        assert!(
            text.starts_with(start) && text.len() > start.len(),
            "{text}"
        );
    }
    for url in rows {
        for error in errors(&url) {
            let told = told(&error);
            assert!(!told.contains(WORD), "{url}: {told}");
            assert!(error.source().is_none(), "{error} says its cause already");
        }
    }
}

#[test]
fn what_to_write_is_said_where_it_is_not_an_address() {
    for url in [
        "localhost",
        "redis://u:12?protocol=x@127.0.0.1/",
        "rediss://127.0.0.1/",
    ] {
        for error in errors(url) {
            assert!(
                error.to_string().contains("percent-encoded"),
                "{url}: {error}"
            );
        }
    }
    let [error, _] = errors("rediss://127.0.0.1/");
    assert!(told(&error).contains("TLS"), "{}", told(&error));
}

#[test]
fn whom_the_server_does_not_let_in_is_told_so_without_the_password() {
    let required = format!("{WORD}-right");
    let Some(server) = Server::start_with(&["--requirepass", &required]) else {
        return;
    };
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}/", server.port());
    for error in errors(&url(&format!("{WORD}-wrong"))) {
        let text = error.to_string();
        assert!(
            text.starts_with("there is no connection to Redis: "),
            "{text}"
        );
        let told = told(&error);
        assert!(
            told.contains("AuthenticationFailed") && !told.contains(WORD),
            "{told}"
        );
    }

    let blocking = blocking::RedisDeliveries::connect(url(&required)).unwrap();
    let on_tokio = OnTokio::connect(&url(&required));
    let now = MonotonicTime::from_start(Duration::ZERO);
    let claim = |store: &dyn BlockingClaimDelivery| {
        assert!(!format!("{store:?}").contains(WORD), "{store:?}");
        store
            .claim("msg_1", somebody(), Duration::from_secs(60), now)
            .unwrap()
    };
    assert_eq!(
        (claim(&blocking), claim(&on_tokio)),
        (Claim::First, Claim::InProgress)
    );

    drop(server);
    for store in [&blocking as &dyn BlockingClaimDelivery, &on_tokio] {
        let error = store
            .claim("msg_2", somebody(), Duration::from_secs(60), now)
            .unwrap_err();
        assert!(!told(&error).contains(WORD), "{}", told(&error));
    }
}
