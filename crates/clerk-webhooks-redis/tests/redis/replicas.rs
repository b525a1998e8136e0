//! Deliveries that reach several replicas of a service.

use clerk_core::{ManualClock, UnixTime};
use clerk_webhooks::{Receiver, Rejection, SigningSecrets, Verifier, blocking as driver};
use clerk_webhooks_redis::{RedisDeliveries, Timeouts, blocking};

use crate::server::{OnTokio, Server};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn secrets() -> SigningSecrets {
    SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap()
}

fn secrets_of_another_endpoint() -> SigningSecrets {
    SigningSecrets::new("whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap()
}

pub(crate) fn signed(id: &str) -> (Vec<(&'static str, String)>, &'static [u8]) {
    signed_with(&secrets(), id)
}

fn signed_with(secrets: &SigningSecrets, id: &str) -> (Vec<(&'static str, String)>, &'static [u8]) {
    let body = b"{}";
    let signed = secrets.sign(id, NOW, body).unwrap();
    let headers = signed.svix().map(|(name, value)| (name, value.to_owned()));
    (headers.into(), body)
}

pub(crate) fn replica(deliveries: RedisDeliveries) -> Receiver {
    Receiver::new(Verifier::new(secrets()))
        .clock(ManualClock::at(NOW))
        .deliveries(deliveries)
}

pub(crate) fn blocking_replica(deliveries: blocking::RedisDeliveries) -> driver::Receiver {
    driver::Receiver::new(Verifier::new(secrets()))
        .clock(ManualClock::at(NOW))
        .deliveries(deliveries)
}

fn blocking_store(server: &Server) -> blocking::RedisDeliveries {
    blocking::RedisDeliveries::connect(server.url()).unwrap()
}

#[test]
fn a_delivery_that_reaches_two_replicas_is_acted_on_by_one() {
    let Some(server) = Server::start() else {
        return;
    };
    let (one, other) = (blocking_store(&server), blocking_store(&server));
    let (one, other) = (blocking_replica(one), blocking_replica(other));
    let (headers, body) = signed("msg_1");
    let act = |replica: &driver::Receiver, outcome: Result<u8, &'static str>| {
        let delivery = replica.receive(&headers, body).unwrap();
        delivery.once(|| Ok(outcome?))
    };

    let delivery = one.receive(&headers, body).unwrap();
    let failed = delivery.once(|| {
        let meanwhile = act(&other, Ok(7)).unwrap_err();
        assert_eq!(
            (meanwhile.status(), meanwhile.reason()),
            (409, "delivery-in-progress")
        );
        Err::<u8, _>("no database".into())
    });
    assert_eq!(failed.unwrap_err().status(), 500);
    assert_eq!(act(&other, Ok(7)).unwrap(), Some(7));
    assert_eq!(act(&one, Ok(8)).unwrap(), None);
    assert_eq!(act(&other, Ok(9)).unwrap(), None);
}

#[test]
fn async_and_blocking_replicas_share_their_claims() {
    let Some(server) = Server::start() else {
        return;
    };
    let OnTokio { runtime, store } = OnTokio::connect(&server.url());
    let (one, other) = (replica(store), blocking_replica(blocking_store(&server)));
    let (headers, body) = signed("msg_1");
    let act = async |outcome: Result<u8, &'static str>| {
        let delivery = one.receive(&headers, body)?;
        delivery.once(async || Ok(outcome?)).await
    };
    let other_acts = || {
        let delivery = other.receive(&headers, body)?;
        delivery.once(|| Ok(8))
    };

    let delivery = one.receive(&headers, body).unwrap();
    let failed = delivery.once(async || {
        assert_eq!(other_acts().unwrap_err().reason(), "delivery-in-progress");
        Err::<u8, _>("no database".into())
    });
    assert_eq!(runtime.block_on(failed).unwrap_err().status(), 500);
    assert_eq!(runtime.block_on(act(Ok(7))).unwrap(), Some(7));
    assert_eq!(other_acts().unwrap(), None);
    assert_eq!(runtime.block_on(act(Ok(9))).unwrap(), None);
}

#[test]
fn two_endpoints_over_one_redis_both_act() {
    let Some(server) = Server::start() else {
        return;
    };
    let OnTokio { runtime, store } = OnTokio::connect(&server.url());
    let one = replica(store);
    let other = driver::Receiver::new(Verifier::new(secrets_of_another_endpoint()));
    let other = other
        .clock(ManualClock::at(NOW))
        .deliveries(blocking_store(&server));
    for expected in [Some(()), None] {
        let (headers, body) = signed("msg_1");
        let delivery = one.receive(&headers, body).unwrap();
        let acted = delivery.once(async || Ok(()));
        assert_eq!(runtime.block_on(acted).unwrap(), expected);

        let (headers, body) = signed_with(&secrets_of_another_endpoint(), "msg_1");
        let delivery = other.receive(&headers, body).unwrap();
        let acted = delivery.once(|| Ok(()));
        assert_eq!(acted.unwrap(), expected);
    }
}

#[test]
fn endpoints_with_names_and_prefixes_of_their_own_are_apart() {
    let Some(server) = Server::start() else {
        return;
    };
    let act = |replica: &driver::Receiver| {
        let (headers, body) = signed("msg_1");
        let delivery = replica.receive(&headers, body).unwrap();
        delivery.once(|| Ok(())).unwrap()
    };
    let mail = blocking_replica(blocking_store(&server)).endpoint("mail");
    let audit = blocking_replica(blocking_store(&server)).endpoint("audit");
    let elsewhere = blocking_replica(blocking_store(&server).prefix("test:")).endpoint("mail");
    for replica in [&mail, &audit, &elsewhere] {
        assert_eq!(act(replica), Some(()));
        assert_eq!(act(replica), None);
    }
    let mut look = server.look();
    let mut keys: Vec<String> = clerk_webhooks_redis::redis::cmd("KEYS")
        .arg("*")
        .query(&mut look)
        .unwrap();
    keys.sort();
    assert_eq!(
        keys,
        [
            "clerk:webhook:audit.msg_1",
            "clerk:webhook:mail.msg_1",
            "test:mail.msg_1"
        ]
    );
}

#[test]
fn a_client_that_a_program_has_already_will_do() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = || clerk_webhooks_redis::redis::Client::open(server.url()).unwrap();
    let timeouts = Timeouts::default();
    let OnTokio { runtime, store } = OnTokio::over(|| async {
        Ok::<_, Rejection>(RedisDeliveries::from_client(client(), timeouts))
    });
    let other = blocking::RedisDeliveries::from_client(client(), timeouts);
    let (one, other) = (replica(store), blocking_replica(other));
    let (headers, body) = signed("msg_1");
    let delivery = one.receive(&headers, body).unwrap();
    let acted = delivery.once(async || Ok(()));
    assert_eq!(runtime.block_on(acted).unwrap(), Some(()));
    let delivery = other.receive(&headers, body).unwrap();
    assert_eq!(delivery.once(|| Ok(())).unwrap(), None);
}
