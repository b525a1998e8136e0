//! A key server on the loopback interface, for rows that insist on fetching their key.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Answers every request with `body` for as long as the process lives, and says where it listens.
pub(crate) fn start(body: String) -> String {
    let listener =
        TcpListener::bind("127.0.0.1:0").expect("the loopback interface has a free port");
    let address = listener.local_addr().expect("bound above");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that hangs up early asks again.
            let _ = answer(stream, &body);
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, body: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
