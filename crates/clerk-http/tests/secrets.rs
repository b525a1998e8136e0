//! Secrets planted wherever they can be, and looked for in everything that could reach a log.

use std::{error::Error as StdError, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_core::{MonotonicTime, SecretKey};
use clerk_http::{
    BlockingRuntime, BlockingTransport, Client, Error, Operation, RequestTarget, Runtime, Settings,
    Step, Transport, TransportError, TransportErrorKind, blocking, blocking_transport_fn, json,
    transport_fn,
};
use http::{Method, Request, Response};

const PLANTED: &str = "planted";

#[derive(Clone)]
struct CreateThing;

impl Operation for CreateThing {
    type Output = u64;

    const ID: &'static str = "CreateThing";
    const IDEMPOTENT: bool = false;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        RequestTarget::new(Self::ID, "/things")
            .segment("id", "planted-path")
            .pair("token", "planted-query")
            .json(Method::POST, "planted-body")
    }

    fn response(&self, response: Response<Bytes>) -> Result<u64, Error> {
        json(Self::ID, response)
    }
}

#[derive(Debug)]
struct NoWaiting;

#[async_trait::async_trait]
impl Runtime for NoWaiting {
    async fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

impl BlockingRuntime for NoWaiting {
    fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Box<dyn FnOnce() + Send>) {}
}

fn key() -> SecretKey {
    SecretKey::new("sk_test_planted").unwrap()
}

fn settings() -> Settings {
    Settings::builder().secret_key(key()).build().unwrap()
}

fn answer(status: u16, body: &'static str) -> Result<Response<Bytes>, TransportError> {
    let response = Response::builder()
        .status(status)
        .header("set-cookie", "planted-cookie");
    Ok(response.body(Bytes::from(body)).unwrap())
}

fn texts(error: &(dyn StdError + 'static)) -> String {
    let mut texts = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        texts += &format!(" {error} {error:?}");
        source = error.source();
    }
    texts
}

#[test]
fn nothing_public_shows_a_secret_in_debug() {
    let closure = || transport_fn(|_| async { answer(200, "1") });
    let async_builder = Client::builder(closure(), NoWaiting).secret_key(key());
    let blocking_closure = || blocking_transport_fn(|_| answer(200, "1"));
    let blocking_builder =
        blocking::Client::builder(blocking_closure(), NoWaiting).secret_key(key());
    let mut shown = format!(
        "{:?} {async_builder:?} {blocking_builder:?}",
        Settings::builder().secret_key(key())
    );
    shown += &format!(
        "{:?} {:?} {:?} {:?}",
        settings(),
        async_builder.build().unwrap(),
        blocking_builder.build().unwrap(),
        settings().request(&CreateThing).unwrap().headers(),
    );

    let settings = settings();
    let now = MonotonicTime::default();
    let step = Step::start(CreateThing, &settings, 0, now);
    shown += &format!("{step:?}");
    let Step::Send(request, call) = step else {
        panic!("the first step is to send");
    };
    let error = TransportError::new(TransportErrorKind::Connect, &request);
    let step = call.received(Err(error), now);
    shown += &format!("{step:?}");
    let Step::Wait(_, call) = step else {
        panic!("there was no connection: try again");
    };
    let Step::Send(_, call) = call.waited(now) else {
        panic!("the wait is over");
    };
    shown += &format!("{:?}", call.received(answer(200, "1"), now));

    assert!(shown.contains("CreateThing"), "{shown}");
    assert!(!shown.contains(PLANTED), "{shown}");
}

#[test]
fn no_error_shows_a_secret() {
    let settings = settings();
    let end = |outcome| {
        let now = MonotonicTime::default();
        let Step::Send(_, call) = Step::start(&CreateThing, &settings, 0, now) else {
            panic!("the first step is to send");
        };
        match call.received(outcome, now) {
            Step::Done(result) => result.unwrap_err(),
            step => panic!("{step:?}"),
        }
    };
    for outcome in [
        answer(200, r#""planted""#),
        answer(200, "planted"),
        answer(302, "planted"),
        answer(
            422,
            r#"{"errors":[{"code":"a","extra":"planted"}],"token":"planted"}"#,
        ),
        answer(500, "<html>planted</html>"),
        Err(TransportError::new(
            TransportErrorKind::Broken,
            &settings.request(&CreateThing).unwrap(),
        )),
    ] {
        let texts = texts(&end(outcome));
        assert!(!texts.contains(PLANTED), "{texts}");
    }

    let refused = Settings::builder()
        .base_url("http://example.com/planted")
        .secret_key(key())
        .build();
    let texts = texts(&refused.unwrap_err());
    assert!(!texts.contains(PLANTED), "{texts}");
}

#[test]
fn a_transport_error_names_the_host_alone() {
    let request = settings().request(&CreateThing).unwrap();
    let error = TransportError::new(TransportErrorKind::Timeout, &request);
    assert_eq!(
        error.to_string(),
        "timed out while talking to api.clerk.com"
    );
    assert_eq!(error.host(), "api.clerk.com");
}

#[test]
fn clients_are_shared_and_sent_between_threads() {
    fn shareable<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn sendable<T: Send + 'static>(_: T) {}

    let transport: Arc<dyn Transport> = Arc::new(transport_fn(|_| async { answer(200, "1") }));
    let client = Client::builder(transport, NoWaiting).build().unwrap();
    shareable(&client);
    sendable(async move { client.send(CreateThing).await });

    let transport: Arc<dyn BlockingTransport> =
        Arc::new(blocking_transport_fn(|_| answer(200, "1")));
    let client = blocking::Client::builder(transport, NoWaiting)
        .build()
        .unwrap();
    shareable(&client);
}
