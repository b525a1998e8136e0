//! One address behind which servers change, and a server that says what a test has it say.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    thread,
};

/// Leads new connections to the server that it was told last. Those that are open stay where they
/// lead, as with a load balancer, or a name that stands for another machine by now.
#[derive(Debug)]
pub(crate) struct Address {
    port: u16,
    target: Arc<AtomicU16>,
}

impl Address {
    pub(crate) fn leading_to(port: u16) -> Self {
        let target = Arc::new(AtomicU16::new(port));
        let port = serve({
            let target = Arc::clone(&target);
            move |client| forward(client, target.load(Ordering::SeqCst))
        });
        Self { port, target }
    }

    pub(crate) fn lead_to(&self, port: u16) {
        self.target.store(port, Ordering::SeqCst);
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

/// What a [`Scripted`] server does with a claim.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// These bytes of RESP.
    Bytes(&'static str),
    /// Nothing, for as long as anybody waits.
    Nothing,
    /// Closes the connection.
    Goodbye,
}

impl Says {
    /// The claim is the first.
    pub(crate) const FIRST: Self = Self::Bytes("$-1\r\n");
}

/// A server that answers every claim in one way.
#[derive(Debug)]
pub(crate) struct Scripted {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// To whatever is no claim: passwords, and what clients say of themselves.
    welcome: Says,
    says: Mutex<Says>,
    asked: AtomicUsize,
    /// How many claims have to be there before the first is answered.
    together: Mutex<usize>,
    arrived: Condvar,
}

impl Scripted {
    pub(crate) fn saying(says: Says) -> Self {
        Self::start(Says::Bytes("+OK\r\n"), says)
    }

    /// Answers with this to whoever says a password, or anything else.
    pub(crate) fn refusing(refusal: Says) -> Self {
        Self::start(refusal, refusal)
    }

    fn start(welcome: Says, says: Says) -> Self {
        let shared = Arc::new(Shared {
            welcome,
            says: Mutex::new(says),
            asked: AtomicUsize::new(0),
            together: Mutex::new(0),
            arrived: Condvar::new(),
        });
        let port = serve({
            let shared = Arc::clone(&shared);
            move |client| shared.answer(&client)
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn say(&self, says: Says) {
        *self.shared.says.lock().unwrap() = says;
    }

    /// Answers the next `count` claims when all of them are there: each then has a connection of its
    /// own, if it is one that does not share.
    pub(crate) fn hold(&self, count: usize) {
        *self.shared.together.lock().unwrap() = count;
    }

    /// How many claims it was asked about.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn answer(&self, client: &TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(client);
        while let Some(command) = command(&mut lines)? {
            let says = match command.as_str() {
                "EVAL" => self.claim(),
                _ => self.welcome,
            };
            match says {
                Says::Bytes(bytes) => (&mut &*client).write_all(bytes.as_bytes())?,
                Says::Nothing => {}
                Says::Goodbye => return client.shutdown(Shutdown::Both),
            }
        }
        Ok(())
    }

    fn claim(&self) -> Says {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut together = self.together.lock().unwrap();
        *together = together.saturating_sub(1);
        self.arrived.notify_all();
        drop(self.arrived.wait_while(together, |missing| *missing > 0));
        *self.says.lock().unwrap()
    }
}

/// The name of the next command; `None` once the client has gone.
fn command(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let Some(count) = number(lines)? else {
        return Ok(None);
    };
    let mut words = Vec::new();
    for _ in 0..count {
        let length = number(lines)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut word = vec![0; length + 2];
        lines.read_exact(&mut word)?;
        word.truncate(length);
        words.push(String::from_utf8_lossy(&word).into_owned());
    }
    Ok(words.into_iter().next())
}

/// What stands behind the type in a line such as `*3` or `$4`.
fn number(lines: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut line = String::new();
    if lines.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let number = line.trim_end().get(1..).and_then(|text| text.parse().ok());
    number.map(Some).ok_or(io::ErrorKind::InvalidData.into())
}

/// Serves each connection on a thread of its own; these end with the test's process.
fn serve<F>(serve_one: F) -> u16
where
    F: Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let serve_one = serve_one.clone();
            // How a connection ends is its client's business.
            thread::spawn(move || drop(serve_one(client)));
        }
    });
    port
}

fn forward(client: TcpStream, port: u16) -> io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || pipe(from_client, to_server));
    pipe(server, client);
    Ok(())
}

/// From one to the other, until one of them ends; then both do.
fn pipe(mut from: TcpStream, mut to: TcpStream) {
    drop(io::copy(&mut from, &mut to));
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
