//! A server on the loopback interface that has one answer and keeps connections open.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Answers every request with `body` for as long as the process lives, and says where it listens.
pub(crate) fn start(body: &str) -> String {
    let listener =
        TcpListener::bind("127.0.0.1:0").expect("the loopback interface has a free port");
    let address = listener.local_addr().expect("bound above");
    let length = body.len();
    let answer: Arc<str> = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A client that hangs up early asks again.
            thread::spawn(move || serve(stream, &answer));
        }
    });
    format!("http://{address}")
}

/// Allocates nothing once the first request was read, so that what is counted is the client's.
/// Requests have no body here.
fn serve(mut stream: TcpStream, answer: &str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            stream.write_all(answer.as_bytes())?;
        }
    }
}
