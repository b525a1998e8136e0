//! A service on one thread.

use std::io;
use std::thread;

use peers::{Fixture, SERVICES};
use serde_json::json;
use tokio::net::TcpListener;

pub(super) fn serve(name: &str) {
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
