use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use http::Request;

pub(super) const HOST: &str = "127.0.0.1";

/// Longer than every timeout of the rules, and still short for a transport that ignores them.
const PATIENCE: Duration = Duration::from_secs(5);
const DRIP: Duration = Duration::from_millis(20);

/// What the server does with one request it has read.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) bytes: Vec<u8>,
    pub(super) then: Then,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// Reads the next request from the same connection.
    KeepOpen,
    /// Ends the connection.
    Close,
    /// Ends the connection that was made, instead of reading the request.
    CloseUnread,
    /// Says nothing more for longer than any timeout of the rules.
    FallSilent,
    /// Sends one more byte now and then, so that no single read takes long.
    Drip,
    /// Sends as much as the other side takes, up to this many bytes.
    Flood(usize),
}

/// How many bytes [`Then::Drip`] sends if nobody hangs up.
pub(super) const DRIPS: usize = (PATIENCE.as_millis() / DRIP.as_millis()) as usize;

/// A server on a loopback port that answers the n-th request with the n-th answer, and any
/// further one with the last. Without answers there is only a port that nobody listens on.
pub(super) struct Server {
    address: SocketAddr,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

struct State {
    answers: Vec<Answer>,
    progress: Mutex<Progress>,
    stopped: Condvar,
}

#[derive(Default)]
struct Progress {
    received: Vec<Request<Bytes>>,
    connections: Vec<TcpStream>,
    stop: bool,
}

impl Server {
    pub(super) fn start(answers: Vec<Answer>) -> io::Result<Self> {
        let listener = TcpListener::bind((HOST, 0))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            answers,
            progress: Mutex::default(),
            stopped: Condvar::new(),
        });
        let accepting = if state.answers.is_empty() {
            None
        } else {
            let state = Arc::clone(&state);
            let accept = move || accept(&listener, &state);
            Some(thread::Builder::new().spawn(accept)?)
        };
        Ok(Self {
            address,
            state,
            accepting,
        })
    }

    /// Host and port.
    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The requests read so far, in order.
    pub(super) fn received(&self) -> Vec<Request<Bytes>> {
        self.state.progress().received.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut progress = self.state.progress();
        progress.stop = true;
        for connection in &progress.connections {
            // One that the other side has closed already is as good as shut down.
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(progress);
        self.state.stopped.notify_all();
        if let Some(accepting) = self.accepting.take() {
            // The thread waits for a connection; this one tells it to look whether to stop.
            drop(TcpStream::connect(self.address));
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        let mut progress = state.progress();
        let Ok(stream) = stream else { continue };
        if progress.stop {
            return;
        }
        progress.connections.extend(stream.try_clone());
        drop(progress);
        let state = Arc::clone(state);
        // The thread ends with its connection, at the latest when the server is dropped.
        let serve = move || drop(state.serve(&stream));
        if thread::Builder::new().spawn(serve).is_err() {
            return;
        }
    }
}

impl State {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Some(Then::CloseUnread) = self.answers.first().map(|answer| answer.then) {
            return stream.shutdown(Shutdown::Both);
        }
        let mut reader = BufReader::new(stream);
        let mut writer = stream;
        while let Some(request) = read_request(&mut reader)? {
            let mut progress = self.progress();
            let number = progress.received.len().min(self.answers.len() - 1);
            progress.received.push(request);
            drop(progress);

            let answer = &self.answers[number];
            writer.write_all(&answer.bytes)?;
            match answer.then {
                Then::KeepOpen => continue,
                Then::Close | Then::CloseUnread => {}
                Then::FallSilent => {
                    self.stops_within(PATIENCE);
                }
                Then::Drip => {
                    for _ in 0..DRIPS {
                        if self.stops_within(DRIP) {
                            break;
                        }
                        writer.write_all(b"a")?;
                    }
                }
                Then::Flood(most) => {
                    let block = [b'a'; 16 * 1024];
                    for _ in 0..most / block.len() {
                        writer.write_all(&block)?;
                    }
                }
            }
            stream.shutdown(Shutdown::Both)?;
            break;
        }
        Ok(())
    }

    /// Lets `duration` pass, or less if the server is to stop; says whether it is.
    fn stops_within(&self, duration: Duration) -> bool {
        let progress = self.progress();
        self.stopped
            .wait_timeout_while(progress, duration, |progress| !progress.stop)
            .map_or(true, |(progress, _)| progress.stop)
    }
}

/// The next request of a connection; `None` where it ends or is not HTTP/1.1.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request<Bytes>>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = Request::builder().method(method).uri(target);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(request.body(Bytes::from(body)).ok())
}
