//! What a subscriber is told about a call, and what it is not.

#![cfg(feature = "tracing")]

use std::{
    fmt::{self, Write as _},
    future::{Future, ready},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use clerk_http::{
    BlockingRuntime, Build, Builder, Client, Error, Operation, RequestTarget, Retry, Runtime,
    TransportError, TransportErrorKind, blocking, blocking_transport_fn, success, transport_fn,
};
use http::{Method, Request, Response};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Writes everything down, one line each.
#[derive(Clone, Default)]
struct Scribe {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Scribe {
    fn write(&self, start: String, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(start);
        record(&mut fields);
        self.lines.lock().unwrap().push(fields.0);
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let start = format!("{} span {}", metadata.target(), metadata.name());
        self.write(start, |fields| span.record(fields));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("record".into(), |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let start = format!("{} event", event.metadata().target());
        self.write(start, |fields| event.record(fields));
    }

    fn enter(&self, span: &Id) {
        self.write(format!("enter {}", span.into_u64()), |_| {});
    }

    fn exit(&self, span: &Id) {
        self.write(format!("exit {}", span.into_u64()), |_| {});
    }
}

struct BanUser;

impl Operation for BanUser {
    type Output = ();

    const ID: &'static str = "BanUser";
    const IDEMPOTENT: bool = true;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        RequestTarget::new(Self::ID, "/users")
            .segment("user_id", "planted")
            .pair("token", "planted")
            .json(Method::POST, "planted")
    }

    fn response(&self, response: Response<Bytes>) -> Result<(), Error> {
        success(Self::ID, response).map(drop)
    }
}

#[derive(Debug)]
struct NoWaiting;

impl BlockingRuntime for NoWaiting {
    fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Box<dyn FnOnce() + Send>) {}
}

#[async_trait::async_trait]
impl Runtime for NoWaiting {
    async fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

/// A connection that breaks once, and then a success.
fn exchanges() -> impl Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync {
    let attempts = AtomicU64::new(0);
    move |request| {
        tracing::info!(target: "transport", "inside");
        let response = Response::builder().header("set-cookie", "planted");
        match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => Err(TransportError::new(TransportErrorKind::Broken, &request)),
            _ => Ok(response.body(Bytes::from("planted")).unwrap()),
        }
    }
}

fn settle<T: Build>(builder: Builder<T>) -> T {
    let builder = builder.secret_key("sk_test_planted".parse().unwrap());
    let retry = Retry::default().first_delay(Duration::ZERO);
    builder.retry(retry).build().unwrap()
}

fn traced(call: impl FnOnce() -> Result<(), Error>) -> Vec<String> {
    let scribe = Scribe::default();
    tracing::subscriber::with_default(scribe.clone(), call).unwrap();
    let lines = scribe.lines.lock().unwrap();
    lines.clone()
}

#[test]
fn a_call_is_a_span_with_its_attempts_and_their_ends() {
    let transport = blocking_transport_fn(exchanges());
    let client = settle(blocking::Client::builder(transport, NoWaiting));
    assert_eq!(
        traced(|| client.send(BanUser)),
        [
            "clerk::http span call operation=\"BanUser\"",
            "record attempt=1",
            "enter 1",
            "transport event message=inside",
            "exit 1",
            "record failure=Broken",
            "clerk::http event message=sending again wait=0ns",
            "record attempt=2",
            "enter 1",
            "transport event message=inside",
            "exit 1",
            "record status=200",
        ]
    );
}

#[test]
fn the_async_client_traces_the_same() {
    let blocking = settle(blocking::Client::builder(
        blocking_transport_fn(exchanges()),
        NoWaiting,
    ));
    let exchange = exchanges();
    let transport = transport_fn(move |request| ready(exchange(request)));
    let client = settle(Client::builder(transport, NoWaiting));
    let future = || {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(client.send(BanUser)).poll(&mut context) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("nothing here has to wait"),
        }
    };
    // A span is entered once more where an instrumented future is dropped.
    let without_spans = |lines: Vec<String>| -> Vec<String> {
        let moves = |line: &String| line.starts_with("enter") || line.starts_with("exit");
        lines.into_iter().filter(|line| !moves(line)).collect()
    };
    let lines = traced(future);
    let inside = lines.iter().position(|line| line.starts_with("transport"));
    assert_eq!(lines[inside.unwrap() - 1], "enter 1");
    assert_eq!(
        without_spans(lines),
        without_spans(traced(|| blocking.send(BanUser)))
    );
}
