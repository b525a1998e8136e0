//! Who waits for something has it as soon as it is there.

mod support;

use std::{
    net::SocketAddr,
    thread::{self, JoinHandle},
    time::Duration,
};

use clerk_core::{Clock as _, SystemClock};
use clerk_emulator::{Emulator, Server};
use serde_json::{Value, json};
use support::{
    ADA, emulator, exchange, fine, get, page::ScriptedPage, post, refusal, request, session_of,
};

/// Longer than everything that is waited for, and no longer than a test may hang.
const LONG: Duration = Duration::from_secs(20);

fn server() -> Server {
    Server::start(Emulator::builder().deterministic(1)).unwrap()
}

/// Waits beside the test, from when the emulator has its question.
fn wait(address: SocketAddr, what: &str) -> JoinHandle<(u16, Value)> {
    let path = format!("/_emulator/wait/{what}&timeout_ms=20000");
    let waiting = thread::spawn(move || {
        let response = exchange(address, &request("GET", &path, None)).unwrap();
        let body = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body)
    });
    // Whether it asks before or after what it waits for, it gets it; here it is to be before.
    assert!(!waiting.is_finished());
    waiting
}

fn say(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) {
    exchange(address, &request(method, path, body)).unwrap();
}

#[test]
fn a_request_is_waited_for_by_its_path_or_that_of_its_operation() {
    let server = server();
    let address = server.address();
    let waiting = wait(
        address,
        "request?method=GET&path=/v1/users/{user_id}&count=2",
    );
    say(address, "GET", &format!("/v1/users/{ADA}"), None);
    say(address, "GET", "/v1/jwks", None);
    say(address, "GET", "/v1/users/user_nobody", None);
    let found = fine(waiting.join().unwrap());
    let second = json!({ "method": "GET", "path": "/v1/users/user_nobody", "operation": "GetUser", "status": 404 });
    assert_eq!(found, json!({ "request": second }));
    let refused = fine(get(server.emulator(), "/_emulator/wait/request?status=404"));
    assert_eq!(refused["request"], second);
    // Looking leaves no trace, and is no request.
    assert_eq!(server.emulator().requests().len(), 3);
}

#[test]
fn a_message_and_a_webhook_are_waited_for() {
    let server = server();
    let address = server.address();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks", nobody.local_addr().unwrap());
    drop(nobody);
    server.emulator().add_webhook(url).unwrap();
    let message = wait(address, "message?to=bob@example.com&slug=verification_code");
    let webhook = wait(address, "webhook?type=session.created&outcome=failed");
    let page = ScriptedPage::open(server.emulator());
    let identifier = [
        ("identifier", "bob@example.com"),
        ("strategy", "email_code"),
    ];
    page.ok("POST", "/v1/client/sign_ins", &identifier);
    say(
        address,
        "POST",
        "/v1/sessions",
        Some(&json!({ "user_id": ADA })),
    );
    let message = fine(message.join().unwrap());
    assert_eq!(message["message"]["to"], "bob@example.com");
    let webhook = fine(webhook.join().unwrap());
    assert_eq!(webhook["webhook"]["type"], "session.created");
    assert_eq!(webhook["webhook"]["attempts"][0]["status"], Value::Null);

    let emulator = server.emulator();
    let found = emulator.wait_for_message("BOB@example.com", Duration::ZERO);
    assert_eq!(found.unwrap().slug, "verification_code");
    assert!(emulator.wait_for_webhook("session.created", LONG).is_some());
    assert!(
        emulator
            .wait_for_webhook("user.created", Duration::ZERO)
            .is_none()
    );
}

#[test]
fn a_thread_waits_for_what_another_does() {
    let emulator = emulator();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| emulator.wait_for_request("POST", "/v1/sessions", LONG));
        session_of(&emulator, ADA);
        let found = waiting.join().unwrap().expect("the request");
        assert_eq!(found.operation, Some("createSession"));
    });
    let nothing = emulator.wait_for_request("POST", "/v1/users", Duration::from_millis(5));
    assert_eq!(nothing, None);
}

#[test]
fn what_does_not_happen_is_said_when_the_time_is_over() {
    let server = server();
    let clock = SystemClock::new();
    let path = "/_emulator/wait/request?method=POST&path=/v1/users&timeout_ms=150";
    let response = exchange(server.address(), &request("GET", path, None)).unwrap();
    assert!(clock.monotonic().since_start() >= Duration::from_millis(150));
    assert_eq!(response.status(), 408);
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    let error = &body["errors"][0];
    assert_eq!(error["code"], "wait_timed_out");
    let told = "Within 150 ms: 0 of 1 requests with method=POST path=/v1/users.";
    assert_eq!(error["long_message"], told);
}

#[test]
fn whoever_waits_holds_up_nobody_and_changes_nothing() {
    let twin = emulator();
    let emulator = emulator();
    for _ in 0..3 {
        let (status, _) = get(&emulator, "/_emulator/wait/message?timeout_ms=600000");
        assert_eq!(status, 408);
    }
    assert_eq!(session_of(&emulator, ADA), session_of(&twin, ADA));
    let server = server();
    let waiting: Vec<_> = (0..8)
        .map(|_| wait(server.address(), "request?path=/v1/jwks"))
        .collect();
    for _ in 0..20 {
        say(server.address(), "GET", "/v1/users", None);
    }
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    say(server.address(), "GET", "/v1/jwks", None);
    for waiting in waiting {
        fine(waiting.join().unwrap());
    }
}

#[test]
fn what_cannot_be_waited_for_is_refused() {
    let emulator = emulator();
    for query in [
        "request?colour=red",
        "request?status=ok",
        "message?count=0",
        "message?timeout_ms=-1",
        "webhook?timeout_ms=600001",
        "webhook?outcome=lost",
    ] {
        let (status, _, _) = refusal(get(&emulator, &format!("/_emulator/wait/{query}")));
        assert_eq!(status, 422, "{query}");
    }
    let (status, _) = post(&emulator, "/_emulator/wait/request", json!({}));
    assert_eq!(status, 404);
}
