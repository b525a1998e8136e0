//! A key server that fails as it is told, and a clock that moves where somebody would have to wait.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use bytes::Bytes;
use clerk_core::{Clock, ManualClock};
use clerk_emulator::Emulator;
use clerk_http::{
    BlockingRuntime, BlockingTransport, Client, RequestTimeout, Runtime, Transport, TransportError,
    TransportErrorKind, blocking,
};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys, Verifier, blocking as b};
use clerk_jwt::{Policy, UserClaims};
use http::{Request, Response};

use crate::support::{NOW, say};

/// How the key server answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Server {
    Well,
    WellAfter(Duration),
    Hangs,
    Refuses,
    Busy { asks_to_wait: u64 },
    FailsAfter(Duration),
    SendsSlowly,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Async,
    Blocking,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) emulator: Emulator,
    network: Mutex<Network>,
}

pub(crate) struct Network {
    pub(crate) server: Server,
    pub(crate) asked: usize,
    /// What an async caller has left to be run beside.
    tasks: Vec<Task>,
    /// What a blocking one has, where nobody is to wait for it.
    threads: Option<Vec<(mpsc::Sender<()>, thread::JoinHandle<()>)>>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

impl World {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            clock: ManualClock::at(NOW),
            emulator: Emulator::builder().deterministic(1).build().unwrap(),
            network: Mutex::new(Network {
                server: Server::Well,
                asked: 0,
                tasks: Vec::new(),
                threads: None,
            }),
        })
    }

    pub(crate) fn network(&self) -> std::sync::MutexGuard<'_, Network> {
        self.network.lock().unwrap()
    }

    pub(crate) fn token(&self) -> String {
        self.emulator.token().sign(self.clock.now())
    }

    fn exchange(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let RequestTimeout(timeout) = *request.extensions().get().unwrap();
        let server = {
            let mut network = self.network();
            network.asked += 1;
            network.server
        };
        let takes = match server {
            Server::Hangs => Duration::MAX,
            Server::SendsSlowly => Duration::from_secs(90),
            Server::WellAfter(takes) | Server::FailsAfter(takes) => takes,
            Server::Well | Server::Refuses | Server::Busy { .. } => Duration::ZERO,
        };
        self.clock.advance(takes.min(timeout));
        if takes > timeout {
            return Err(TransportError::new(TransportErrorKind::Timeout, request));
        }
        let response = Response::builder();
        match server {
            Server::Refuses => {
                return Err(TransportError::new(TransportErrorKind::Connect, request));
            }
            Server::Busy { asks_to_wait } => response
                .status(503)
                .header("retry-after", asks_to_wait)
                .body(Bytes::new()),
            Server::FailsAfter(_) => response.status(500).body(Bytes::new()),
            _ => response.body(Bytes::from(self.emulator.jwks_json().to_string())),
        }
        .map_err(|error| panic!("{error}"))
    }

    /// Runs what was left to be run beside.
    pub(crate) fn run_beside(&self) {
        let tasks = std::mem::take(&mut self.network().tasks);
        for mut task in tasks {
            assert!(poll(&mut task).is_ready(), "nothing here waits for others");
        }
        let threads = self.network().threads.take().unwrap_or_default();
        for (go, thread) in threads {
            let _ = go.send(());
            thread.join().unwrap();
        }
    }
}

pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[derive(Clone, Debug)]
pub(crate) struct Edge(pub(crate) Arc<World>);

#[async_trait::async_trait]
impl Transport for Edge {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.exchange(&request)
    }
}

impl BlockingTransport for Edge {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.exchange(&request)
    }
}

#[async_trait::async_trait]
impl Runtime for Edge {
    async fn sleep(&self, duration: Duration) {
        self.0.clock.advance(duration);
    }

    fn spawn(&self, task: Task) {
        self.0.network().tasks.push(task);
    }
}

impl BlockingRuntime for Edge {
    fn sleep(&self, duration: Duration) {
        self.0.clock.advance(duration);
    }

    /// What nobody is to wait for is begun once the caller has its answer. A caller who waits for
    /// it all the same finds that after a while, instead of never.
    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let mut network = self.0.network();
        match &mut network.threads {
            None => {
                drop(network);
                task();
            }
            Some(threads) => {
                let (go, begin) = mpsc::channel();
                let thread = thread::spawn(move || {
                    let _ = begin.recv_timeout(PATIENCE);
                    task();
                });
                threads.push((go, thread));
            }
        }
    }
}

impl Clock for Edge {
    fn now(&self) -> clerk_core::UnixTime {
        self.0.clock.now()
    }

    fn monotonic(&self) -> clerk_core::MonotonicTime {
        self.0.clock.monotonic()
    }
}

/// A verifier of one of the modes, with the retries that clients have unless told otherwise.
pub(crate) enum Caller {
    Async(Verifier),
    Blocking(b::Verifier),
}

impl Caller {
    pub(crate) fn new(world: &Arc<World>, mode: Mode) -> Self {
        let (edge, policy) = (|| Edge(Arc::clone(world)), Policy::default);
        let cache = CachePolicy::default();
        let url = "http://127.0.0.1:4010";
        match mode {
            Mode::Async => {
                let client = Client::builder(edge(), edge()).base_url(url).clock(edge());
                let client = client.build().unwrap();
                let keys = RemoteKeys::new(client, KeySource::FrontendApi, cache);
                Self::Async(Verifier::new(keys, policy(), edge()))
            }
            Mode::Blocking => {
                let client = blocking::Client::builder(edge(), edge());
                let client = client.base_url(url).clock(edge()).build().unwrap();
                let keys = b::RemoteKeys::new(client, KeySource::FrontendApi, cache);
                Self::Blocking(b::Verifier::new(keys, policy(), edge()))
            }
        }
    }

    /// The answer, how long it took, and how often the key server was asked until then.
    ///
    /// `waits` says whether a blocking caller is expected to.
    pub(crate) fn verify(
        &self,
        world: &World,
        token: &str,
        waits: bool,
    ) -> (String, Duration, usize) {
        let (started, asked) = (world.clock.monotonic(), world.network().asked);
        let answer = match self {
            Self::Async(verifier) => {
                let mut verifying = pin!(verifier.verify::<UserClaims>(token));
                loop {
                    match poll(&mut verifying) {
                        Poll::Ready(answer) => break answer,
                        Poll::Pending => world.run_beside(),
                    }
                }
            }
            Self::Blocking(verifier) => {
                world.network().threads = (!waits).then(Vec::new);
                verifier.verify::<UserClaims>(token)
            }
        };
        let waited = world.clock.monotonic().saturating_duration_since(started);
        let asked = world.network().asked - asked;
        (say(answer.err()), waited, asked)
    }
}
