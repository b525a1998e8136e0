mod courier;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use bytes::Bytes;
use clerk_core::{Clock, SystemClock};
use http::{Request, Response, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    task::JoinSet,
};

use crate::{Answer, Builder, Emulator, Outcome, emulator::MAX_BODY};

/// An [`Emulator`] as an HTTP server on this machine.
///
/// It runs on threads of its own, so blocking and async tests use it alike. It listens on
/// loopback only. Dropping it stops it and closes its connections.
///
/// It sends [webhooks](crate::WebhookEndpoint) as they become due, one after the other, and follows
/// no redirects. An endpoint has 15 seconds for its answer.
///
/// ```
/// use clerk_emulator::{Emulator, Server};
///
/// let server = Server::start(Emulator::builder())?;
/// println!("CLERK_API_URL={}", server.url());
/// println!("CLERK_SECRET_KEY={}", server.emulator().secret_key().expose());
/// println!("CLERK_PUBLISHABLE_KEY={}", server.emulator().publishable_key());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    emulator: Emulator,
    clock: Arc<dyn Clock>,
    address: SocketAddr,
    commands: Option<UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Command {
    Pause(mpsc::Sender<io::Result<()>>),
    Resume(mpsc::Sender<io::Result<()>>),
}

impl Server {
    /// Serves on a free port, by the system's clock.
    ///
    /// # Errors
    ///
    /// The description does not fit together ([`BuildError`](crate::BuildError), inside an error
    /// of kind `InvalidInput`), or the operating system gives no port or no thread.
    pub fn start(emulator: Builder) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(address, emulator, Arc::new(SystemClock::new()))
    }

    /// Serves on an IPv4 loopback address, port 0 being any free one, where it is always
    /// `clock`'s time.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start). An address that other machines can reach is refused: the
    /// emulator gives tokens to everybody who asks.
    pub fn start_at(
        address: SocketAddr,
        emulator: Builder,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        if !address.is_ipv4() || !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the emulator listens on loopback only: use 127.0.0.1",
            ));
        }
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let emulator = emulator
            .default_origin(format!("http://{address}"))
            .build()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers())
            .thread_name("clerk-emulator")
            .enable_all()
            .build()?;
        let (commands, inbox) = unbounded_channel();
        let site = Site {
            emulator: emulator.clone(),
            clock: Arc::clone(&clock),
            address,
        };
        let thread = std::thread::Builder::new()
            .name("clerk-emulator".into())
            .spawn(move || runtime.block_on(site.run(listener, inbox)))?;
        Ok(Self {
            emulator,
            clock,
            address,
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    /// The emulator behind it.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The emulator's origin, without a trailing slash.
    pub fn url(&self) -> &str {
        self.emulator.url()
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all connections and refuses new ones, as a server that is down does. The port stays
    /// taken, and webhooks are sent all the same: at Clerk, another service does that. Pausing twice is pausing once.
    ///
    /// # Errors
    ///
    /// The operating system did not let the port be kept.
    pub fn pause(&self) -> io::Result<()> {
        self.command(Command::Pause)
    }

    /// Answers again, on the same port, with the state there was.
    ///
    /// # Errors
    ///
    /// The operating system did not let the port be listened on.
    pub fn resume(&self) -> io::Result<()> {
        self.command(Command::Resume)
    }

    /// Says that the clock was moved: webhooks that have become due by it are sent now. A clock that
    /// runs by itself needs nothing of the kind, and every request does it, too.
    pub fn clock_moved(&self) {
        self.emulator.bell().ring();
    }

    /// Waits until every webhook that is due was sent and answered, or has failed for now. `false`
    /// if it takes longer than this.
    ///
    /// It blocks: an endpoint that is served by the calling thread does not get to answer.
    ///
    /// ```
    /// # use clerk_emulator::{Emulator, Server};
    /// # use std::time::Duration;
    /// # let nobody = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    /// # let endpoint = format!("http://{nobody}/webhooks");
    /// let clerk = Server::start(Emulator::builder().webhook(endpoint))?;
    /// // … the test has something happen …
    /// assert!(clerk.settle_webhooks(Duration::from_secs(10)));
    /// for webhook in clerk.emulator().webhooks() {
    ///     assert!(webhook.is_delivered(), "{webhook:?}");
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn settle_webhooks(&self, within: Duration) -> bool {
        self.clock_moved();
        self.emulator.wait_while_due(within, || self.clock.now())
    }

    /// Stops, and waits until the port is free again.
    pub fn shutdown(self) {
        drop(self);
    }

    fn command(&self, command: fn(mpsc::Sender<io::Result<()>>) -> Command) -> io::Result<()> {
        let gone = || io::Error::other("the emulator's thread has ended");
        let (reply, result) = mpsc::channel();
        self.commands
            .as_ref()
            .and_then(|commands| commands.send(command(reply)).ok())
            .ok_or_else(gone)?;
        result.recv().map_err(|_| gone())?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The thread ends when nobody can send it commands any more.
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// As many threads as there are cores, and no more than signing and writing in turns keep busy.
fn workers() -> usize {
    let cores = std::thread::available_parallelism();
    cores.map_or(1, |cores| cores.get().min(4))
}

/// What every connection needs to know.
#[derive(Clone)]
struct Site {
    emulator: Emulator,
    clock: Arc<dyn Clock>,
    address: SocketAddr,
}

/// The port, open or held.
enum Port {
    Open {
        accepting: tokio::task::JoinHandle<()>,
        stop: oneshot::Sender<()>,
    },
    /// Bound but not listening: connections are refused, and nobody else gets the port.
    Held(TcpSocket),
    /// An error has left nothing.
    Lost,
}

/// A second and more, where starting a program takes a millisecond.
const MOST_BINDS: u32 = 1000;

impl Site {
    async fn run(self, listener: std::net::TcpListener, mut inbox: UnboundedReceiver<Command>) {
        let (emulator, clock) = (self.emulator.clone(), Arc::clone(&self.clock));
        // It ends with the runtime.
        drop(tokio::spawn(courier::deliver(emulator, clock)));
        let mut port = match TcpListener::from_std(listener) {
            Ok(listener) => self.open(listener),
            Err(_) => Port::Lost,
        };
        while let Some(command) = inbox.recv().await {
            let (next, result, reply) = match command {
                Command::Pause(reply) => {
                    let (next, result) = self.hold(port).await;
                    (next, result, reply)
                }
                Command::Resume(reply) => {
                    let (next, result) = self.reopen(port).await;
                    (next, result, reply)
                }
            };
            port = next;
            // Whoever gave the command may not be waiting any more.
            drop(reply.send(result));
        }
    }

    fn open(&self, listener: TcpListener) -> Port {
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, self.clone(), stopped));
        Port::Open { accepting, stop }
    }

    async fn hold(&self, port: Port) -> (Port, io::Result<()>) {
        if let Port::Open { accepting, stop } = port {
            drop(stop);
            // Only when it has ended are the listener and the connections closed.
            drop(accepting.await);
        } else if let Port::Held(_) = port {
            return (port, Ok(()));
        }
        match self.bind_again().await {
            Ok(socket) => (Port::Held(socket), Ok(())),
            Err(error) => (Port::Lost, Err(error)),
        }
    }

    /// A program that this process is just starting has the listener, too, until it runs.
    async fn bind_again(&self) -> io::Result<TcpSocket> {
        for _ in 0..MOST_BINDS {
            match self.bind() {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                outcome => return outcome,
            }
        }
        self.bind()
    }

    async fn reopen(&self, port: Port) -> (Port, io::Result<()>) {
        let socket = match port {
            Port::Open { .. } => return (port, Ok(())),
            Port::Held(socket) => Ok(socket),
            Port::Lost => self.bind_again().await,
        };
        match socket.and_then(|socket| socket.listen(1024)) {
            Ok(listener) => (self.open(listener), Ok(())),
            Err(error) => (Port::Lost, Err(error)),
        }
    }

    fn bind(&self) -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        // Elsewhere than on Unix it would let another program take the port as well.
        if cfg!(unix) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(self.address)?;
        Ok(socket)
    }

    /// The answer, once there is no more waiting for another.
    async fn settled(&self, parts: &Parts, body: Option<Bytes>) -> Answer {
        let ask = || {
            let now = self.clock.now();
            self.emulator.handle_parts(parts, body.clone(), now)
        };
        let answer = ask();
        if answer.patience.is_zero() {
            return answer;
        }
        let mut end = pin!(tokio::time::sleep(answer.patience));
        loop {
            let mut change = pin!(self.emulator.bell().change());
            // Whatever happens while the question is asked is not missed.
            change.as_mut().enable();
            let answer = ask();
            if answer.patience.is_zero() {
                return answer;
            }
            tokio::select! {
                () = change => {}
                () = &mut end => return answer,
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
        let (parts, body) = request.into_parts();
        let body = read(body).await.map_err(|_| Dropped)?;
        let answer = self.settled(&parts, body).await;
        if !answer.delay.is_zero() {
            tokio::time::sleep(answer.delay).await;
        }
        match answer.outcome {
            Outcome::Respond(response) => Ok(response.map(Full::new)),
            Outcome::Drop => Err(Dropped),
        }
    }
}

/// The whole body; `None` where it is larger than the emulator takes. What is too much is read all
/// the same and thrown away: a connection that closes earlier may lose the answer.
async fn read(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let mut kept = Some(Vec::new());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            kept = kept.filter(|kept| kept.len() + data.len() <= MAX_BODY);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&data);
            }
        }
    }
    Ok(kept.map(Bytes::from))
}

/// Ends a connection without a response: hyper closes it when its service fails.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
struct Dropped;

/// Serves until nobody can say `stopped` any more, then closes every connection.
async fn accept(listener: TcpListener, site: Site, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => accepted,
        };
        if let Ok((stream, _)) = accepted {
            connections.spawn(serve(stream, site.clone()));
        } else {
            // Out of file descriptors, say: connections have to end before the next attempt.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    // Other threads may be serving them: they are closed when those have let go of them.
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, site: Site) {
    let service = service_fn(|request| site.answer(request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // How a connection ends is the client's business.
    drop(connection.await);
}
