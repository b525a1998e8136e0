//! A server posts webhooks to an endpoint of this machine.

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use clerk_core::{Clock as _, ManualClock, UnixTime};
use clerk_emulator::{Emulator, LoggedWebhook, Server};
use clerk_webhooks::{SigningSecrets, Verifier, events::EventData};
use http::{HeaderMap, HeaderName, Request, StatusCode};
use serde_json::{Value, json};
use support::{NOW, exchange, request};

/// Longer than anything takes here; a test that fails does not hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// An endpoint that answers as it is told to, and hands on what came.
struct Endpoint {
    address: SocketAddr,
    received: Receiver<Request<Vec<u8>>>,
}

impl Endpoint {
    /// Answers with these, in this order, and then with nothing any more.
    fn answering<A: AsRef<[u8]>>(answers: impl IntoIterator<Item = A> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read(&stream);
                // Of an answer that is too long the rest is not read.
                drop(stream.write_all(answer.as_ref()));
                drop(stream);
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { address, received }
    }

    fn url(&self) -> String {
        format!("http://{}/webhooks?from=clerk", self.address)
    }

    fn next(&self) -> Request<Vec<u8>> {
        self.received.recv_timeout(PATIENCE).expect("a webhook")
    }
}

fn read(stream: &TcpStream) -> Request<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut words = lines[0].split(' ');
    let mut request = Request::new(Vec::new());
    *request.method_mut() = words.next().unwrap().parse().unwrap();
    *request.uri_mut() = words.next().unwrap().parse().unwrap();
    for line in &lines[1..] {
        let (name, value) = line.split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let length: usize = text(request.headers(), "content-length").parse().unwrap();
    request.body_mut().resize(length, 0);
    reader.read_exact(request.body_mut()).unwrap();
    request
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers[name].to_str().unwrap()
}

fn serve(clock: &Arc<ManualClock>, endpoint: &Endpoint) -> Server {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let emulator = Emulator::builder().webhook(endpoint.url());
    Server::start_at(any_port, emulator, clock.clone()).unwrap()
}

fn create_user(server: &Server, address: &str) -> Value {
    let user = json!({ "email_address": [address] });
    let request = request("POST", "/v1/users", Some(&user));
    let response = exchange(server.address(), &request).unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body()).unwrap()
}

/// The log, once the endpoint's last answer is in it.
fn log(server: &Server) -> Vec<LoggedWebhook> {
    assert!(server.settle_webhooks(PATIENCE));
    server.emulator().webhooks()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BROKEN: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
const ELSEWHERE: &str =
    "HTTP/1.1 307 Temporary Redirect\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n";

#[test]
fn what_the_api_answered_is_posted_and_verifies() {
    let endpoint = Endpoint::answering([OK]);
    let clock = Arc::new(ManualClock::at(NOW));
    let server = serve(&clock, &endpoint);
    let created = create_user(&server, "grace@example.com");

    let posted = endpoint.next();
    assert_eq!(posted.method(), "POST");
    assert_eq!(posted.uri(), "/webhooks?from=clerk");
    assert_eq!(text(posted.headers(), "host"), endpoint.address.to_string());
    let secret = server.emulator().webhook_secret();
    let verifier = Verifier::new(SigningSecrets::new(secret).unwrap());
    let verified = verifier.verify(posted.headers(), posted.body(), NOW);
    let event = verified.unwrap().event().unwrap();
    let EventData::UserCreated(user) = event.data() else {
        panic!("another event: {event:?}");
    };
    assert_eq!(user.id, created["id"].as_str().unwrap());
    let body: Value = serde_json::from_slice(posted.body()).unwrap();
    assert_eq!(body["data"], created);
}

#[test]
fn what_fails_is_sent_again_when_the_clock_says_so() {
    let endpoint = Endpoint::answering([BROKEN, ELSEWHERE, "", OK]);
    let clock = Arc::new(ManualClock::at(NOW));
    let server = serve(&clock, &endpoint);
    create_user(&server, "grace@example.com");
    let first = endpoint.next();
    let mut ids = vec![text(first.headers(), "svix-id").to_owned()];
    for seconds in [5, 300, 1800] {
        let failed = log(&server);
        let due = clock.now().saturating_add(Duration::from_secs(seconds));
        assert_eq!(failed[0].next_attempt, Some(due));
        clock.advance(Duration::from_secs(seconds));
        server.clock_moved();
        let again = endpoint.next();
        let signed: i64 = text(again.headers(), "svix-timestamp").parse().unwrap();
        assert_eq!(UnixTime::from_secs(signed), clock.now());
        ids.push(text(again.headers(), "svix-id").to_owned());
    }
    let log = log(&server);
    ids.dedup();
    assert_eq!(ids, [log[0].id.as_str()]);
    let statuses: Vec<Option<u16>> = log[0]
        .attempts
        .iter()
        .map(|attempt| attempt.status.map(|status| status.as_u16()))
        .collect();
    assert_eq!(statuses, [Some(500), Some(307), None, Some(200)]);
    assert!(log[0].is_delivered());
}

#[test]
fn what_an_endpoint_says_of_a_webhook_is_kept() {
    let long = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 70000\r\n\r\n{}",
        "é".repeat(35_000)
    );
    let endpoint = Endpoint::answering(vec![OK.to_owned(), BROKEN.to_owned(), long]);
    let server = serve(&Arc::new(ManualClock::at(NOW)), &endpoint);
    for address in ["grace@example.com", "joan@example.com", "mary@example.com"] {
        create_user(&server, address);
    }
    let log = log(&server);
    let answers: Vec<Option<&str>> = log
        .iter()
        .map(|webhook| webhook.attempts[0].answer.as_deref())
        .collect();
    assert_eq!(answers, [Some("ok"), None, Some(&*"é".repeat(250))]);
}

#[test]
fn the_order_of_what_happened_is_the_order_of_webhooks() {
    let endpoint = Endpoint::answering([OK; 3]);
    let server = serve(&Arc::new(ManualClock::at(NOW)), &endpoint);
    let addresses = ["grace@example.com", "joan@example.com", "mary@example.com"];
    for address in addresses {
        create_user(&server, address);
    }
    for address in addresses {
        let body: Value = serde_json::from_slice(endpoint.next().body()).unwrap();
        assert_eq!(body["data"]["email_addresses"][0]["email_address"], address);
    }
}

#[test]
fn replays_and_new_endpoints_need_no_request() {
    let endpoint = Endpoint::answering([OK, OK]);
    let clock = Arc::new(ManualClock::at(NOW));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start_at(any_port, Emulator::builder(), clock).unwrap();
    let url = endpoint.url();
    server.emulator().add_webhook(&url).unwrap();
    create_user(&server, "grace@example.com");
    let first = endpoint.next();
    let id = text(first.headers(), "svix-id");
    assert!(server.emulator().replay_webhook(id));
    let again = endpoint.next();
    assert_eq!(text(again.headers(), "svix-id"), id);
    assert_eq!(again.body(), first.body());
    assert!(log(&server).iter().all(|webhook| webhook.url == url));
}

#[test]
fn a_server_stops_while_an_endpoint_keeps_it_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = Server::start(Emulator::builder().webhook(url)).unwrap();
    let emulator = server.emulator().clone();
    create_user(&server, "grace@example.com");
    let (stream, _) = listener.accept().unwrap();
    read(&stream);
    server.shutdown();
    // The endpoint learns of it, too.
    assert_eq!((&stream).read(&mut [0]).unwrap_or(0), 0);
    let log = emulator.webhooks();
    assert_eq!(log[0].attempts[0].status, None::<StatusCode>);
}
