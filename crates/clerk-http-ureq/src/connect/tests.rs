use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use bytes::Bytes;
use clerk_http::{BlockingTransport, TransportErrorKind};
use http::Request;

use super::*;
use crate::UreqTransport;

/// Knows one name, and counts how often it is asked.
#[derive(Clone, Debug)]
struct OneName {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Resolver for OneName {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        assert!(!timeout.after.is_not_happening(), "a lookup has a timeout");
        self.asked.fetch_add(1, Relaxed);
        match uri.host() {
            Some("clerk.test") => {}
            // What a name server's answer becomes by way of the standard library.
            Some("nowhere.test") => return Err(Error::Io(io::Error::other("failed to look up"))),
            _ => return Err(Error::HostNotFound),
        }
        let mut addrs = self.empty();
        addrs.push(self.address);
        Ok(addrs)
    }
}

/// Answers requests without a body, three on each connection.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut writer = &stream;
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            for (number, _) in lines.filter(String::is_empty).enumerate().take(3) {
                let connection = if number == 2 { "close" } else { "keep-alive" };
                let head = format!("HTTP/1.1 204 x\r\nconnection: {connection}\r\n\r\n");
                writer.write_all(head.as_bytes()).unwrap();
            }
        }
    });
    address
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

#[test]
fn hosts_are_looked_up_once_for_each_connection() {
    let resolver = OneName {
        address: server(),
        asked: Arc::default(),
    };
    let config = ureq::Agent::config_builder().proxy(None).build();
    let transport = UreqTransport::from_agent(looking_up_with(config, resolver.clone()));
    for (request, connections) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
        transport.send(get("http://clerk.test/")).unwrap();
        assert_eq!(
            resolver.asked.load(Relaxed),
            connections,
            "request {request}"
        );
    }

    let error = transport.send(get("http://other.test/")).unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(
        error.to_string(),
        "could not connect to other.test: host not found"
    );
    let error = transport.send(get("http://nowhere.test/")).unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
    assert_eq!(
        error.to_string(),
        "could not connect to nowhere.test: failed to look up"
    );
}

#[test]
fn looking_up_takes_from_the_time_for_connecting() {
    let seconds = time::Duration::from_secs;
    let allowed = |after| NextTimeout {
        after: Duration::from_secs(after),
        ..NextTimeout::default()
    };
    assert_eq!(left(allowed(5), seconds(0)).unwrap(), allowed(5));
    assert_eq!(left(allowed(5), seconds(2)).unwrap(), allowed(3));
    for late in [5, 6] {
        let error = left(allowed(5), seconds(late)).unwrap_err();
        assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    }
    let unlimited = NextTimeout::default();
    assert_eq!(left(unlimited, seconds(9)).unwrap(), unlimited);
}
