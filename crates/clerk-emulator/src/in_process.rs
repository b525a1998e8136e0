use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use clerk_core::Clock;
use clerk_http::{
    BlockingTransport, RequestTimeout, ResponseLimit, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response, Uri};

use crate::{Emulator, Outcome};

/// An [`Emulator`] as a client's transport, async and blocking, without a socket.
///
/// No time passes in it. A fault's delay that is longer than the request's
/// [`RequestTimeout`] ends the exchange as a timeout, at once; a shorter one is not waited for.
///
/// ```
/// use bytes::Bytes;
/// use clerk_core::SystemClock;
/// use clerk_emulator::{Emulator, InProcess};
/// use clerk_http::BlockingTransport;
/// use std::sync::Arc;
///
/// let emulator = Emulator::builder().build()?;
/// let transport: Arc<dyn BlockingTransport> =
///     Arc::new(InProcess::new(emulator.clone(), Arc::new(SystemClock::new())));
///
/// let url = format!("{}/.well-known/jwks.json", emulator.url());
/// let response = transport.send(http::Request::get(url).body(Bytes::new())?)?;
/// assert_eq!(response.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct InProcess {
    emulator: Emulator,
    clock: Arc<dyn Clock>,
    paused: Arc<AtomicBool>,
}

impl InProcess {
    /// A transport to `emulator`, where it is always `clock`'s time.
    pub fn new(emulator: Emulator, clock: Arc<dyn Clock>) -> Self {
        Self {
            emulator,
            clock,
            paused: Arc::new(AtomicBool::new(false)),
        }
    }

    /// The emulator behind it.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Refuses connections from now on, as [`Server::pause`](crate::Server::pause) does.
    pub fn pause(&self) {
        self.paused.store(true, Ordering::Relaxed);
    }

    /// Takes connections again.
    pub fn resume(&self) {
        self.paused.store(false, Ordering::Relaxed);
    }

    fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let Some(host) = request.uri().host().map(str::to_owned) else {
            return Err(TransportError::new(TransportErrorKind::Request, &request));
        };
        let error = |kind| Err(TransportError::for_host(kind, host.as_str()));
        if self.paused.load(Ordering::Relaxed) || !self.serves(request.uri()) {
            return error(TransportErrorKind::Connect);
        }
        let RequestTimeout(timeout) = extension(&request);
        let ResponseLimit(limit) = extension(&request);
        let answer = self.emulator.handle(request, self.clock.now());
        if answer.delay >= timeout {
            return error(TransportErrorKind::Timeout);
        }
        match answer.outcome {
            Outcome::Drop => error(TransportErrorKind::Broken),
            Outcome::Respond(response) if response.body().len() > limit => {
                error(TransportErrorKind::TooLarge)
            }
            Outcome::Respond(response) => Ok(response),
        }
    }

    /// Nobody else can be reached: a request for another host is a mistake of the program.
    fn serves(&self, uri: &Uri) -> bool {
        let origin = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map(|a| a.as_str()).unwrap_or_default()
        );
        origin == self.emulator.url()
    }
}

fn extension<E: Clone + Default + Send + Sync + 'static>(request: &Request<Bytes>) -> E {
    request.extensions().get::<E>().cloned().unwrap_or_default()
}

#[async_trait::async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(request)
    }
}

impl BlockingTransport for InProcess {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(request)
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess")
            .field("emulator", &self.emulator)
            .finish_non_exhaustive()
    }
}
