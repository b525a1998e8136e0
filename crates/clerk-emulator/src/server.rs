mod courier;
mod port;
mod site;
#[cfg(feature = "tls")]
mod tls;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use clerk_core::{Clock, SystemClock};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{Builder, Emulator};
use port::Port;
use site::{Carrier, Site};

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
    #[cfg(feature = "tls")]
    Listen(std::net::TcpListener, Carrier, mpsc::Sender<io::Result<()>>),
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
        let listener = listen(address)?;
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
        };
        let thread = std::thread::Builder::new()
            .name("clerk-emulator".into())
            .spawn(move || runtime.block_on(run(site, listener, inbox)))?;
        Ok(Self {
            emulator,
            clock,
            address,
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    /// Serves over TLS, too, as the [development host](Builder::development_host), by the word of this
    /// authority: on an IPv4 loopback address, port 0 being any free one. Returns where. What is
    /// [paused](Self::pause), is paused there, too.
    ///
    /// # Errors
    ///
    /// The emulator has no development host, the authority is for another one, or the operating system
    /// gives no port. Most give 443, which browsers come to by themselves, to administrators alone.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    pub fn serve_tls(
        &self,
        address: SocketAddr,
        authority: &crate::Authority,
    ) -> io::Result<SocketAddr> {
        let host = self.emulator.development_host().ok_or_else(|| {
            let why = "there is no development host: give the builder one";
            io::Error::new(io::ErrorKind::InvalidInput, why)
        })?;
        // What browsers go by, whatever time it is for the instance.
        let acceptor = tls::acceptor(host, authority, SystemClock::new().now())?;
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        self.command(|reply| Command::Listen(listener, Carrier::Tls(acceptor), reply))?;
        Ok(address)
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

    fn command(
        &self,
        command: impl FnOnce(mpsc::Sender<io::Result<()>>) -> Command,
    ) -> io::Result<()> {
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

/// A port of this machine that no other machine reaches.
fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    if !address.is_ipv4() || !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the emulator listens on loopback only: use 127.0.0.1",
        ));
    }
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Obeys until nobody can give commands any more.
async fn run(site: Site, listener: std::net::TcpListener, mut inbox: UnboundedReceiver<Command>) {
    let (emulator, clock) = (site.emulator.clone(), Arc::clone(&site.clock));
    // It ends with the runtime.
    drop(tokio::spawn(courier::deliver(emulator, clock)));
    let mut ports = vec![Port::open(listener, Carrier::Plain, site.clone())];
    while let Some(command) = inbox.recv().await {
        let (result, reply) = match command {
            Command::Pause(reply) => (port::hold(&mut ports).await, reply),
            Command::Resume(reply) => (port::reopen(&mut ports).await, reply),
            #[cfg(feature = "tls")]
            Command::Listen(listener, carrier, reply) => {
                let mut port = Port::open(listener, carrier, site.clone());
                let result = match ports.iter().any(Port::is_held) {
                    true => port.hold().await,
                    false => Ok(()),
                };
                ports.push(port);
                (result, reply)
            }
        };
        // Whoever gave the command may not be waiting any more.
        drop(reply.send(result));
    }
}
