#!/usr/bin/env bash
# crate redis 1.2.2 (async ConnectionManager on tokio), seen on 2026-11-29
#
# One address stands for whichever server is the primary (a name, a virtual address, a proxy). At a failover it
# leads to another server. A connection that was there before stays with the old one, which is a replica now and
# answers writes with READONLY.
#
# Expected: a READONLY answer makes the manager open a new connection for the commands that follow, as an I/O error
#           does. The new connection leads to the new primary.
# Instead:  the manager keeps the connection, and writes fail until somebody cuts it. A new manager, made from the
#           same client, can write at once.
# Until then: replace the manager when a command fails with ServerErrorKind::ReadOnly.

set -euo pipefail

command -v cargo >/dev/null || { echo "skipped: cargo is not installed"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export CARGO_TARGET_DIR="$folder/target"

cat >Cargo.toml <<'END'
[package]
name = "probe"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
redis = { version = "=1.2.2", default-features = false, features = ["connection-manager", "tokio-comp"] }
tokio = { version = "=1.54.1", features = ["io-util", "macros", "net", "rt", "time"] }

[profile.dev]
debug = false
END

mkdir src
cat >src/main.rs <<'END'
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{Client, RedisResult};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the first connection does with a write; all later ones lead to a primary.
#[derive(Clone, Copy)]
enum First {
    Refuses,
    Closes,
}

async fn length(stream: &mut BufReader<TcpStream>) -> io::Result<usize> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let digits = line.trim_end().trim_start_matches(['*', '$']);
    digits.parse().map_err(|_| io::ErrorKind::InvalidData.into())
}

/// The name of the next command: an array of bulk strings, of which it is the first.
async fn command(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut words = Vec::new();
    for _ in 0..length(stream).await? {
        let mut word = vec![0; length(stream).await?];
        stream.read_exact(&mut word).await?;
        stream.read_exact(&mut [0; 2]).await?;
        words.push(word);
    }
    Ok(words.swap_remove(0))
}

async fn answer(stream: TcpStream, first: Option<First>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let is_write = command(&mut stream).await? == b"SET";
        let line: &[u8] = match first.filter(|_| is_write) {
            Some(First::Refuses) => b"-READONLY You can't write against a read only replica.\r\n",
            Some(First::Closes) => return Ok(()),
            None => b"+OK\r\n",
        };
        stream.write_all(line).await?;
    }
}

async fn serve(listener: TcpListener, first: First, accepted: Arc<AtomicUsize>) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let is_first = accepted.fetch_add(1, Ordering::SeqCst) == 0;
        tokio::spawn(answer(stream, is_first.then_some(first)));
    }
}

async fn set(manager: &mut ConnectionManager) -> &'static str {
    let outcome: RedisResult<()> = redis::cmd("SET").arg("key").arg("value").query_async(manager).await;
    match outcome {
        Ok(()) => "OK",
        Err(error) if error.code() == Some("READONLY") => "READONLY",
        Err(error) if error.is_io_error() => "I/O error",
        Err(_) => "another error",
    }
}

async fn scene(name: &str, first: First) -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = Client::open(format!("redis://{}", listener.local_addr()?))?;
    let accepted = Arc::new(AtomicUsize::new(0));
    tokio::spawn(serve(listener, first, accepted.clone()));

    println!("the first connection {name}");
    let mut manager = ConnectionManager::new(client.clone()).await?;
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(set(&mut manager).await);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    println!("  five SETs: {}", outcomes.join(", "));
    println!("  connections: {}", accepted.load(Ordering::SeqCst));
    let mut manager = ConnectionManager::new(client).await?;
    println!("  a SET of a new manager: {}", set(&mut manager).await);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    scene("answers READONLY", First::Refuses).await?;
    scene("is closed by the server", First::Closes).await
}
END

cat >expected <<'END'
the first connection answers READONLY
  five SETs: READONLY, READONLY, READONLY, READONLY, READONLY
  connections: 1
  a SET of a new manager: OK
the first connection is closed by the server
  five SETs: I/O error, OK, OK, OK, OK
  connections: 2
  a SET of a new manager: OK
END

cargo build --quiet >cargo.log 2>&1 ||
    { cat cargo.log >&2; echo "skipped: cargo cannot get and build the packages"; exit 77; }
"$CARGO_TARGET_DIR/debug/probe" >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: after READONLY, the ConnectionManager of redis 1.2.2 keeps its connection"
else
    cat difference
    echo "changed: the ConnectionManager of redis 1.2.2 no longer behaves as described"
    exit 1
fi
