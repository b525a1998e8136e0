//! What every operation sends, and what it makes of its answer.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use clerk_catalogue::ir::{Api, Retry};
use clerk_http::{
    BlockingRuntime, Client, Error, MachineSecretKey, Operation, Runtime, blocking,
    blocking_transport_fn, transport_fn,
};
use http::{Request, Response};

use crate::api;
use crate::expected::{self, Expected, Inputs};
use crate::fakes::Fake;
use crate::generated::calls;

/// Takes every operation.
pub(crate) trait Sends {
    /// One with every input set.
    fn send<O: Operation + fmt::Debug + Sync>(&mut self, group: &str, name: &str, operation: O);

    /// One with every input cleared that can be, and no other optional input set.
    fn send_cleared<O: Operation + Sync>(&mut self, group: &str, name: &str, operation: O);
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

/// Two clients, and the last request that each of them sent.
struct Recorder {
    api: Api,
    asynchronous: Client,
    blocking: blocking::Client,
    last: Arc<Mutex<Option<Request<Bytes>>>>,
    sent: BTreeMap<(String, String), Sent>,
    cleared: BTreeMap<(String, String), Outcome>,
}

type Outcome = Result<Request<Bytes>, String>;

/// What became of an operation.
struct Sent {
    id: &'static str,
    is_idempotent: bool,
    request: Outcome,
    debug: String,
    /// What it made of each answer that Clerk may give, with the answer.
    answers: Vec<(String, Result<(), Error>)>,
}

impl Recorder {
    fn new() -> Self {
        let last: Arc<Mutex<Option<Request<Bytes>>>> = Arc::default();
        // A status that is neither a success nor worth a second attempt.
        let teapot = || Response::builder().status(418).body(Bytes::new()).unwrap();
        let (kept, also_kept) = (Arc::clone(&last), Arc::clone(&last));
        let asynchronous = transport_fn(move |request| {
            *kept.lock().unwrap() = Some(request);
            async move { Ok(teapot()) }
        });
        let blocking = blocking_transport_fn(move |request| {
            *also_kept.lock().unwrap() = Some(request);
            Ok(teapot())
        });
        let (key, machine) = (expected::SECRET_KEY, expected::MACHINE_KEY);
        Self {
            api: api(),
            asynchronous: Client::builder(asynchronous, NoWaiting)
                .secret_key(key.parse().unwrap())
                .machine_secret_key(MachineSecretKey::new(machine).unwrap())
                .build()
                .unwrap(),
            blocking: blocking::Client::builder(blocking, NoWaiting)
                .secret_key(key.parse().unwrap())
                .machine_secret_key(MachineSecretKey::new(machine).unwrap())
                .build()
                .unwrap(),
            last,
            sent: BTreeMap::new(),
            cleared: BTreeMap::new(),
        }
    }

    /// Sends in both modes, which must not differ.
    fn exchange<O: Operation + Sync>(&self, operation: &O) -> Outcome {
        let answer = block_on(self.asynchronous.send(operation));
        let request = self.outcome(answer.err());
        let answer = self.blocking.send(operation);
        let blocking = self.outcome(answer.err());
        match (&request, &blocking) {
            (Ok(one), Ok(other)) => {
                assert_eq!((one.method(), one.uri()), (other.method(), other.uri()));
                assert_eq!((one.headers(), one.body()), (other.headers(), other.body()));
            }
            (one, other) => assert_eq!(one.as_ref().err(), other.as_ref().err()),
        }
        request
    }

    fn outcome(&self, error: Option<Error>) -> Outcome {
        let sent = self.last.lock().unwrap().take();
        match error {
            Some(error @ Error::Build { .. }) => {
                assert!(sent.is_none(), "{error}, and yet it was");
                Err(error.to_string())
            }
            _ => Ok(sent.expect("an operation that can be built is sent")),
        }
    }
}

impl Sends for Recorder {
    fn send<O: Operation + fmt::Debug + Sync>(&mut self, group: &str, name: &str, operation: O) {
        let debug = format!("{operation:?}");
        let request = self.exchange(&operation);
        let described = self.api.operation(group, name).unwrap();
        let read = |body: String| {
            let response = Response::new(Bytes::from(body.clone()));
            (body, operation.response(response).map(drop))
        };
        let answers = Fake::new(&self.api).answers(described).into_iter();
        let sent = Sent {
            id: O::ID,
            is_idempotent: O::IDEMPOTENT,
            request,
            debug,
            answers: answers.map(read).collect(),
        };
        let known = self.sent.insert((group.to_owned(), name.to_owned()), sent);
        assert!(known.is_none(), "{group}::{name} is sent twice");
    }

    fn send_cleared<O: Operation + Sync>(&mut self, group: &str, name: &str, operation: O) {
        let outcome = self.exchange(&operation);
        let known = self
            .cleared
            .insert((group.to_owned(), name.to_owned()), outcome);
        assert!(known.is_none(), "{group}::{name} is cleared twice");
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn send_all(id: &str) -> Recorder {
    let mut recorder = Recorder::new();
    calls::send_all(&mut recorder, id);
    recorder
}

#[test]
fn every_operation_sends_what_the_catalogue_says() {
    let api = api();
    let mut recorder = send_all("a/b?c=d");
    let mut cleared = 0;
    for operation in api.operations() {
        let place = (operation.group.clone(), operation.name.clone());
        let compare = |outcome: Outcome, inputs| {
            let request = outcome.unwrap_or_else(|error| panic!("{error}"));
            let expected = Expected::of(&api, operation, "a%2Fb%3Fc%3Dd", inputs);
            expected.compare(&request, &operation.id);
        };
        let sent = recorder.sent.remove(&place);
        compare(
            sent.unwrap_or_else(|| panic!("{place:?} was not sent"))
                .request,
            Inputs::All,
        );
        if let Some(outcome) = recorder.cleared.remove(&place) {
            compare(outcome, Inputs::Cleared);
            cleared += 1;
        }
    }
    assert!(recorder.sent.is_empty() && recorder.cleared.is_empty());
    assert!(cleared > 15, "only {cleared} operations clear anything");
}

#[test]
fn every_operation_reads_the_answers_that_clerk_gives() {
    let api = api();
    let (mut answers, sent) = (0, send_all("user_1").sent);
    for operation in api.operations() {
        let sent = &sent[&(operation.group.clone(), operation.name.clone())];
        assert_eq!(sent.id, operation.id);
        assert_eq!(
            sent.is_idempotent,
            operation.retry != Retry::No,
            "{}",
            sent.id
        );
        for (answer, read) in &sent.answers {
            assert!(read.is_ok(), "{read:?} of {answer}");
            answers += 1;
        }
    }
    assert!(answers > 249, "only {answers} answers were read");
}

#[test]
fn every_operations_page_says_after_what_it_is_sent_again() {
    let mut pages = 0;
    for file in clerk_codegen::generate(&api()).unwrap() {
        let lines = || file.text.lines().map(str::trim);
        let said = lines()
            .filter_map(|line| line.strip_prefix("/// Sent again "))
            .map(|rest| rest.starts_with("after every failure"));
        let are = lines()
            .filter_map(|line| line.strip_prefix("const IDEMPOTENT: bool = "))
            .map(|value| value == "true;");
        let (said, are): (Vec<bool>, Vec<bool>) = (said.collect(), are.collect());
        assert_eq!(said, are, "{}", file.path);
        pages += said.len();
    }
    assert_eq!(pages, 253);
}

#[test]
fn there_are_as_many_operations_as_clerk_describes_and_those_that_its_sdk_has_beside() {
    let api = api();
    assert_eq!((api.source.operations, api.source.added), (249, 4));
    assert_eq!(api.operations().count(), 253);
    assert_eq!(api.source.version, clerk_http::API_VERSION);
}

#[test]
fn values_that_would_change_the_route_are_refused() {
    let api = api();
    for id in ["", ".", "..", "a/../b", "%2e%2e"] {
        let sent = send_all(id).sent;
        for operation in api.operations() {
            let place = (operation.group.clone(), operation.name.clone());
            let outcome = &sent[&place].request;
            let takes_one = !operation.parameters.is_empty();
            assert_eq!(outcome.is_err(), takes_one, "{} with {id:?}", operation.id);
        }
    }
}

#[test]
fn no_secret_input_shows_in_debug() {
    let api = api();
    let mut secrets = 0;
    for (place, sent) in send_all("user_1").sent {
        let operation = api.operation(&place.0, &place.1).unwrap();
        for secret in expected::secrets(&api, operation) {
            secrets += 1;
            let debug = &sent.debug;
            assert!(
                !debug.contains(&secret),
                "{place:?} shows {secret}: {debug}"
            );
        }
    }
    assert!(secrets >= 20, "only {secrets} secrets were looked for");
}
