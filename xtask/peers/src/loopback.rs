//! A server on the loopback interface that has one answer and keeps connections open.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener as Listener, TcpStream};

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
    thread::spawn(move || accept(listener, &answer));
    format!("http://{address}")
}

/// All connections on one thread: how far from the client's the system runs it decides half of what
/// a request takes, and so it does for every row alike.
fn accept(listener: TcpListener, answer: &Arc<str>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    runtime.expect("a runtime of one thread").block_on(async {
        listener.set_nonblocking(true).expect("a socket");
        let listener = Listener::from_std(listener).expect("a listening socket");
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_all(stream, Arc::clone(answer)));
        }
    });
}

/// Allocates nothing after the connection is made, so that what is counted is the client's.
/// Requests have no body here, and come one after the other.
async fn answer_all(mut stream: TcpStream, answer: Arc<str>) -> std::io::Result<()> {
    const END: &[u8] = b"\r\n\r\n";
    stream.set_nodelay(true)?;
    let mut request = [0; 4096];
    let mut length = 0;
    loop {
        let read = stream.read(&mut request[length..]).await?;
        if read == 0 {
            return Ok(());
        }
        length += read;
        if request[..length].ends_with(END) {
            stream.write_all(answer.as_bytes()).await?;
            length = 0;
        }
    }
}
