//! A Redis of a test's own, and the async store as a blocking one.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim, ClaimDelivery, ClaimError, Claimant};
use clerk_webhooks_redis::{RedisDeliveries, redis};
use tokio::runtime::Runtime;

/// Where the server is. Once this is set, a test without one fails.
const SERVER_VARIABLE: &str = "CLERK_TEST_REDIS_SERVER";
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a free port of the loopback interface, which ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    port: u16,
    arguments: Vec<String>,
}

impl Server {
    /// `None` where this machine has no Redis, which is said.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Option<Self> {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        // Between finding a free port and listening there, somebody else may take it.
        for _ in 0..10 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            match listen(port, &arguments) {
                Ok(process) => {
                    return Some(Self {
                        process,
                        port,
                        arguments,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    assert!(
                        env::var_os(SERVER_VARIABLE).is_none(),
                        "{SERVER_VARIABLE} names no program"
                    );
                    skipped(&mut io::stderr());
                    return None;
                }
                Err(_) => {}
            }
        }
        panic!("redis-server does not start; see what it says when run by hand");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A connection to look at the server with.
    pub(crate) fn look(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).unwrap();
        let connection = client.get_connection_with_timeout(PATIENCE).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    /// Writes something, and waits until a replica has it. What is written before there is one counts
    /// as received once one asks for it; what is written then, once it has it, and all before.
    pub(crate) fn wait_for_replica(&self) {
        let mut look = self.look();
        let patience = (PATIENCE / 2).as_millis().to_string();
        for value in ["before", "since"] {
            let mut write = redis::cmd("SET");
            write.arg(&["written", value]).exec(&mut look).unwrap();
            let replicas = redis::cmd("WAIT").arg(&["1", &patience]).query(&mut look);
            assert_eq!(replicas, Ok(1));
        }
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// After [`Server::stop`]: empty, on the same port.
    pub(crate) fn start_again(&mut self) {
        self.process = listen(self.port, &self.arguments).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been stopped already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Past the capturing of the tests' output: who runs them should know.
fn skipped(to: &mut impl Write) {
    writeln!(to, "skipped: no redis-server on PATH").unwrap();
}

/// Starts the server, and waits until it says that it listens.
fn listen(port: u16, arguments: &[String]) -> io::Result<Child> {
    let program = env::var_os(SERVER_VARIABLE).unwrap_or("redis-server".into());
    let mut process = Command::new(program)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
        .args(["--dir", &env::temp_dir().display().to_string()])
        // Replicas are served at once, and not after five seconds.
        .args(["--repl-diskless-sync-delay", "0"])
        // Nor do they leave a file that the next server begins with.
        .args(["--rdb-del-sync-files", "yes"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let log = BufReader::new(process.stdout.take().unwrap());
    let (ready, is_ready) = mpsc::channel();
    // To the end, so that the server never waits for somebody to read.
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            if line.contains("Ready to accept connections") {
                let _ = ready.send(());
            }
        }
    });
    match is_ready.recv_timeout(PATIENCE) {
        Ok(()) => Ok(process),
        Err(_) => {
            let _ = process.kill();
            let _ = process.wait();
            Err(io::ErrorKind::AddrInUse.into())
        }
    }
}

/// The async store as a blocking one, so that one test asks both.
#[derive(Debug)]
pub(crate) struct OnTokio {
    pub(crate) runtime: Runtime,
    pub(crate) store: RedisDeliveries,
}

impl OnTokio {
    pub(crate) fn connect(url: &str) -> Self {
        Self::over(|| RedisDeliveries::connect(url))
    }

    pub(crate) fn over<F, E>(connect: impl FnOnce() -> F) -> Self
    where
        F: Future<Output = Result<RedisDeliveries, E>>,
        E: std::fmt::Debug,
    {
        let runtime = Runtime::new().unwrap();
        let store = runtime.block_on(async { connect().await }).unwrap();
        Self { runtime, store }
    }
}

impl BlockingClaimDelivery for OnTokio {
    fn claim(
        &self,
        id: &str,
        by: Claimant,
        lease: Duration,
        now: MonotonicTime,
    ) -> Result<Claim, ClaimError> {
        let claim = self.store.claim(id, by, lease, now);
        self.runtime.block_on(claim)
    }

    fn complete(&self, id: &str, keep: Duration, now: MonotonicTime) -> Result<(), ClaimError> {
        self.runtime.block_on(self.store.complete(id, keep, now))
    }

    fn release(&self, id: &str, by: Claimant) -> Result<(), ClaimError> {
        self.runtime.block_on(self.store.release(id, by))
    }
}

pub(crate) fn somebody() -> Claimant {
    Claimant::new().unwrap()
}
