//! Serves one of the services on one thread, for a load generator, and ends with its own input.
//!
//! `service NAME` prints a line of JSON first: where it listens, and the token to bring.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::io;
use std::thread;

use peers::{Fixture, SERVICES};
use serde_json::json;
use tokio::net::TcpListener;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let service = SERVICES.iter().find(|service| service.name == name);
    let service = service.unwrap_or_else(|| panic!("no service is called `{name}`"));
    let fixture = Fixture::new();
    thread::spawn(|| {
        let ended = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(i32::from(ended.is_err()));
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime of one thread").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("the loopback interface has a free port");
        let address = listener.local_addr().expect("bound above");
        println!(
            "{}",
            json!({ "url": format!("http://{address}/"), "token": fixture.token })
        );
        let router = (service.router)(&fixture);
        axum::serve(listener, router).await.expect("a server");
    });
}
