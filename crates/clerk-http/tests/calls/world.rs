//! A scripted network and a clock that only moves when something takes time: both drivers run in
//! it to the same transcript, or show where they differ.

use std::{
    collections::VecDeque,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use clerk_core::{Clock, ManualClock, UnixTime};
use clerk_http::{
    Authorization, BlockingRuntime, BlockingTransport, Client, Deadline, Error, Operation,
    RequestTimeout, Retry, Runtime, Transport, TransportError, TransportErrorKind, blocking,
};
use http::{Request, Response};

/// How one exchange ends, if the time it is given suffices.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) takes: Duration,
    pub(crate) outcome: Outcome,
    /// How much longer than asked a wait after this exchange lasts.
    pub(crate) oversleep: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Answer {
        status: u16,
        retry_after: Option<u64>,
    },
    Failure(TransportErrorKind),
}

impl From<Outcome> for Exchange {
    fn from(outcome: Outcome) -> Self {
        Self {
            takes: Duration::ZERO,
            outcome,
            oversleep: Duration::ZERO,
        }
    }
}

/// What a driver did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Sent { timeout: Duration },
    Took(Duration),
    Got(Outcome),
    Slept(Duration),
}

#[derive(Debug)]
pub(crate) struct World {
    clock: ManualClock,
    script: Mutex<VecDeque<Exchange>>,
    oversleep: Mutex<Duration>,
    transcript: Mutex<Vec<Entry>>,
}

impl World {
    pub(crate) fn new(script: &[Exchange]) -> Arc<Self> {
        Arc::new(Self {
            clock: ManualClock::at(UnixTime::from_secs(1_800_000_000)),
            script: Mutex::new(script.iter().cloned().collect()),
            oversleep: Mutex::new(Duration::ZERO),
            transcript: Mutex::new(Vec::new()),
        })
    }

    fn log(&self, entry: Entry) {
        self.transcript.lock().unwrap().push(entry);
    }

    fn exchange(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let RequestTimeout(timeout) = *request.extensions().get().expect("every request has one");
        self.log(Entry::Sent { timeout });
        let mut exchange = self
            .script
            .lock()
            .unwrap()
            .pop_front()
            .expect("the script covers the most attempts");
        if exchange.takes > timeout {
            exchange.takes = timeout;
            exchange.outcome = Outcome::Failure(TransportErrorKind::Timeout);
        }
        self.clock.advance(exchange.takes);
        self.log(Entry::Took(exchange.takes));
        *self.oversleep.lock().unwrap() = exchange.oversleep;
        self.log(Entry::Got(exchange.outcome.clone()));
        match exchange.outcome {
            Outcome::Answer {
                status,
                retry_after,
            } => {
                let mut response = Response::builder().status(status);
                if let Some(seconds) = retry_after {
                    response = response.header("retry-after", seconds);
                }
                Ok(response.body(Bytes::new()).unwrap())
            }
            Outcome::Failure(kind) => Err(TransportError::new(kind, request)),
        }
    }

    fn pass(&self, duration: Duration) {
        self.log(Entry::Slept(duration));
        self.clock.advance(duration);
        self.clock.advance(*self.oversleep.lock().unwrap());
    }
}

/// The world seen from one driver. (A newtype, because the orphan rule covers `Arc<World>`.)
#[derive(Clone, Debug)]
struct Seen(Arc<World>);

#[async_trait::async_trait]
impl Transport for Seen {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        YieldOnce::default().await;
        self.0.exchange(&request)
    }
}

impl BlockingTransport for Seen {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.exchange(&request)
    }
}

#[async_trait::async_trait]
impl Runtime for Seen {
    async fn sleep(&self, duration: Duration) {
        YieldOnce::default().await;
        self.0.pass(duration);
    }

    fn spawn(&self, _task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        unreachable!("a call needs no task beside it")
    }
}

impl BlockingRuntime for Seen {
    fn sleep(&self, duration: Duration) {
        self.0.pass(duration);
    }

    fn spawn(&self, _task: Box<dyn FnOnce() + Send>) {
        unreachable!("a call needs no task beside it")
    }
}

impl Clock for Seen {
    fn now(&self) -> UnixTime {
        self.0.clock.now()
    }

    fn monotonic(&self) -> clerk_core::MonotonicTime {
        self.0.clock.monotonic()
    }
}

/// Pending once, so that a future which is dropped or polled early would be noticed.
#[derive(Default)]
struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

pub(crate) fn block_on<F: Future + Send>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// An operation that says how it ended.
#[derive(Debug)]
pub(crate) struct Probe<const IDEMPOTENT: bool>;

impl<const IDEMPOTENT: bool> Operation for Probe<IDEMPOTENT> {
    type Output = u16;

    const ID: &'static str = "Probe";
    const IDEMPOTENT: bool = IDEMPOTENT;
    const AUTHORIZATION: Authorization = Authorization::Public;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        clerk_http::RequestTarget::new(Self::ID, "/probe").request(http::Method::POST)
    }

    fn response(&self, response: Response<Bytes>) -> Result<u16, Error> {
        Ok(response.status().as_u16())
    }
}

/// An operation with a request extension.
pub(crate) struct Extended<O, E>(pub(crate) O, pub(crate) E);

/// An operation that has this long in all.
pub(crate) const fn within<O>(operation: O, deadline: Duration) -> Extended<O, Deadline> {
    Extended(operation, Deadline(deadline))
}

impl<O: Operation, E: Clone + Send + Sync + 'static> Operation for Extended<O, E> {
    type Output = O::Output;

    const ID: &'static str = O::ID;
    const IDEMPOTENT: bool = O::IDEMPOTENT;
    const AUTHORIZATION: Authorization = O::AUTHORIZATION;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let mut request = self.0.request()?;
        request.extensions_mut().insert(self.1.clone());
        Ok(request)
    }

    fn response(&self, response: Response<Bytes>) -> Result<O::Output, Error> {
        self.0.response(response)
    }
}

/// Runs one call and returns its transcript and its end.
pub(crate) type Run = (Vec<Entry>, Result<u16, TransportErrorKind>);

fn end(result: Result<u16, Error>) -> Result<u16, TransportErrorKind> {
    result.map_err(|error| match error {
        Error::Transport { cause, .. } => cause.kind(),
        other => panic!("nothing else can fail here: {other}"),
    })
}

pub(crate) fn run_async<O: Operation<Output = u16> + Sync>(
    operation: &O,
    script: &[Exchange],
    retry: &Retry,
    timeout: Duration,
) -> Run {
    let world = World::new(script);
    let client = Client::builder(Seen(world.clone()), Seen(world.clone()))
        .clock(Seen(world.clone()))
        .retry(retry.clone())
        .timeout(timeout)
        .build()
        .unwrap();
    let result = block_on(client.send(operation));
    let transcript = world.transcript.lock().unwrap().clone();
    (transcript, end(result))
}

pub(crate) fn run_blocking<O: Operation<Output = u16>>(
    operation: &O,
    script: &[Exchange],
    retry: &Retry,
    timeout: Duration,
) -> Run {
    let world = World::new(script);
    let client = blocking::Client::builder(Seen(world.clone()), Seen(world.clone()))
        .clock(Seen(world.clone()))
        .retry(retry.clone())
        .timeout(timeout)
        .build()
        .unwrap();
    let result = client.send(operation);
    let transcript = world.transcript.lock().unwrap().clone();
    (transcript, end(result))
}
