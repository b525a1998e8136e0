//! In process, async and blocking, and over a socket: the same answers.

mod support;

use std::{
    io::{self, Read as _},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use clerk_core::{Clock, ManualClock};
use clerk_emulator::{BuildError, Emulator, Fault, InProcess, Server};
use clerk_http::{
    BlockingTransport, RequestTimeout, ResponseLimit, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response};
use serde_json::{Value, json};
use support::{NOW, exchange, request};

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(NOW))
}

fn description() -> clerk_emulator::Builder {
    Emulator::builder()
        .deterministic(3)
        .issuer("https://clerk.example.com")
}

fn in_process() -> InProcess {
    InProcess::new(description().build().unwrap(), clock())
}

fn server() -> Server {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::start_at(any_port, description(), clock()).unwrap()
}

/// The same request, to wherever the emulator is.
fn absolute(request: &Request<Bytes>, origin: &str) -> Request<Bytes> {
    let mut request = request.clone();
    *request.uri_mut() = format!("{origin}{}", request.uri()).parse().unwrap();
    request
}

/// What the transports have to agree on: not the headers that the connection brings.
fn essence(response: &Response<Bytes>) -> (u16, Vec<(String, String)>, String) {
    let headers = response
        .headers()
        .iter()
        .filter(|(name, _)| !["date", "connection", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), headers, body)
}

fn script() -> Vec<Request<Bytes>> {
    let user = json!({ "email_address": ["eve@example.com"], "public_metadata": { "ü": "€" } });
    let large = json!({ "username": "x".repeat(2 * 1024 * 1024) });
    let fault = json!({ "status": 503, "retry_after": 2, "count": 1 });
    let session = json!({ "user_id": "user_0adaLovelaceExample00000000" });
    vec![
        request("GET", "/v1/jwks", None),
        request("GET", "/.well-known/jwks.json", None),
        request("POST", "/v1/users", Some(&user)),
        request("POST", "/v1/users", Some(&user)),
        request("GET", "/v1/users?limit=1&query=eve%40", None),
        request("POST", "/v1/users", Some(&large)),
        request("POST", "/v1/sessions", Some(&session)),
        request(
            "POST",
            "/_emulator/mint",
            Some(&json!({ "organization": "acme" })),
        ),
        request("POST", "/_emulator/faults", Some(&fault)),
        request("GET", "/v1/jwks", None),
        request("GET", "/v1/jwks", None),
        request("GET", "/nowhere", None),
        request("DELETE", "/v1/users/user_0bobExampleMemberOfAcme0000", None),
        request("GET", "/_emulator/requests", None),
    ]
}

#[tokio::test]
async fn every_transport_brings_the_same_answers() {
    let (asynchronous, blocking, server) = (in_process(), in_process(), server());
    let function = description().build().unwrap();
    let emulator_url = "http://127.0.0.1:4010";
    for request in script() {
        let place = format!("{} {}", request.method(), request.uri());
        let expected = function.handle(request.clone(), NOW).into_response();
        let expected = essence(&expected.unwrap());

        let local = absolute(&request, emulator_url);
        let answer = Transport::send(&asynchronous, local.clone()).await.unwrap();
        assert_eq!(essence(&answer), expected, "async {place}");
        let answer = BlockingTransport::send(&blocking, local).unwrap();
        assert_eq!(essence(&answer), expected, "blocking {place}");
        let answer = exchange(server.address(), &request).unwrap();
        let (status, headers, body) = essence(&answer);
        let body = body.replace(server.url(), emulator_url);
        assert_eq!((status, headers, body), expected, "server {place}");
    }
}

fn outcome(transport: &InProcess, request: Request<Bytes>) -> Result<u16, TransportErrorKind> {
    let response = BlockingTransport::send(transport, request);
    response
        .map(|response| response.status().as_u16())
        .map_err(|error: TransportError| error.kind())
}

#[test]
fn in_process_no_time_passes() {
    let transport = in_process();
    let emulator = transport.emulator();
    let jwks = || absolute(&request("GET", "/v1/jwks", None), emulator.url());
    emulator.add_fault(Fault::delay(Duration::from_secs(29)).times(1));
    assert_eq!(outcome(&transport, jwks()), Ok(200));
    emulator.add_fault(Fault::delay(Duration::from_secs(30)).times(1));
    assert_eq!(
        outcome(&transport, jwks()),
        Err(TransportErrorKind::Timeout)
    );

    let mut hurried = jwks();
    hurried
        .extensions_mut()
        .insert(RequestTimeout(Duration::from_secs(1)));
    emulator.add_fault(Fault::delay(Duration::from_secs(2)).times(1));
    assert_eq!(
        outcome(&transport, hurried),
        Err(TransportErrorKind::Timeout)
    );

    let length = BlockingTransport::send(&transport, jwks())
        .unwrap()
        .body()
        .len();
    for (limit, expected) in [
        (length, Ok(200)),
        (length - 1, Err(TransportErrorKind::TooLarge)),
    ] {
        let mut modest = jwks();
        modest.extensions_mut().insert(ResponseLimit(limit));
        assert_eq!(outcome(&transport, modest), expected, "{limit} bytes");
    }

    emulator.add_fault(Fault::drop_connection().times(1));
    assert_eq!(outcome(&transport, jwks()), Err(TransportErrorKind::Broken));
    assert_eq!(outcome(&transport, jwks()), Ok(200));

    transport.pause();
    assert_eq!(
        outcome(&transport, jwks()),
        Err(TransportErrorKind::Connect)
    );
    transport.resume();
    assert_eq!(outcome(&transport, jwks()), Ok(200));
}

#[test]
fn in_process_reaches_the_emulator_and_nobody_else() {
    let transport = in_process();
    let jwks = request("GET", "/v1/jwks", None);
    for origin in [
        "https://api.clerk.com",
        "https://127.0.0.1:4010",
        "http://127.0.0.1:4011",
    ] {
        let found = outcome(&transport, absolute(&jwks, origin));
        assert_eq!(found, Err(TransportErrorKind::Connect), "{origin}");
    }
    assert_eq!(outcome(&transport, jwks), Err(TransportErrorKind::Request));
}

#[test]
fn a_server_can_be_down_for_a_while() {
    let server = server();
    let jwks = request("GET", "/v1/jwks", None);
    let status = || exchange(server.address(), &jwks).map(|answer| answer.status().as_u16());
    assert_eq!(status().unwrap(), 200);
    server.pause().unwrap();
    server.pause().unwrap();
    assert_eq!(
        status().unwrap_err().kind(),
        io::ErrorKind::ConnectionRefused
    );
    server.resume().unwrap();
    server.resume().unwrap();
    assert_eq!(status().unwrap(), 200);
    assert_eq!(server.emulator().count_requests("GET", "/v1/jwks"), 2);
}

/// For a moment, a program that is being started has what this one has open, the port included.
#[test]
fn a_server_goes_down_while_programs_are_started() {
    let server = server();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                drop(Command::new("true").status());
            }
        });
        let outcomes: Vec<io::Result<()>> = (0..200)
            .map(|_| server.pause().and_then(|()| server.resume()))
            .collect();
        is_over.store(true, Ordering::Relaxed);
        for outcome in outcomes {
            outcome.unwrap();
        }
    });
}

/// A connection that the server has accepted: it accepts in order, and has answered a later one.
fn idle_connection(server: &Server) -> TcpStream {
    let idle = TcpStream::connect(server.address()).unwrap();
    exchange(server.address(), &request("GET", "/v1/jwks", None)).unwrap();
    idle
}

fn assert_closed(mut connection: TcpStream) {
    let end = connection.read(&mut [0; 1]);
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

#[test]
fn a_paused_server_closes_the_connections_it_has() {
    let server = server();
    let idle = idle_connection(&server);
    server.pause().unwrap();
    assert_closed(idle);
}

#[test]
fn a_dropped_connection_brings_no_byte() {
    let server = server();
    server
        .emulator()
        .add_fault(Fault::drop_connection().times(1));
    let jwks = request("GET", "/v1/jwks", None);
    assert!(exchange(server.address(), &jwks).is_err());
    assert_eq!(exchange(server.address(), &jwks).unwrap().status(), 200);
}

#[test]
fn a_delayed_answer_arrives() {
    let server = server();
    let jwks = request("GET", "/v1/jwks", None);
    let delay = Fault::delay(Duration::from_millis(1));
    server.emulator().add_fault(delay);
    assert_eq!(exchange(server.address(), &jwks).unwrap().status(), 200);
}

#[test]
fn a_server_that_is_shut_down_closes_the_connections_it_has() {
    let server = server();
    let idle = idle_connection(&server);
    server.shutdown();
    assert_closed(idle);
}

#[tokio::test]
async fn a_server_can_be_started_and_stopped_inside_of_a_runtime() {
    let server = server();
    assert_eq!(
        exchange(server.address(), &request("GET", "/v1/jwks", None))
            .unwrap()
            .status(),
        200
    );
    drop(server);
}

#[test]
fn a_server_names_its_own_origin() {
    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    assert_eq!(server.url(), format!("http://{}", server.address()));
    assert_eq!(emulator.publishable_key().frontend_api_url(), server.url());
    let answer = exchange(server.address(), &request("POST", "/_emulator/mint", None)).unwrap();
    let token: Value = serde_json::from_slice(answer.body()).unwrap();
    let claims = support::decode(token["jwt"].as_str().unwrap()).claims;
    assert_eq!(claims["iss"], server.url());
}

#[test]
fn other_machines_are_not_served() {
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::1]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let error = Server::start_at(address, description(), clock()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{address}");
    }
    let error = Server::start(Emulator::builder().secret_key("sk_live_x")).unwrap_err();
    let inner = error.get_ref().unwrap().downcast_ref::<BuildError>();
    assert_eq!(inner, Some(&BuildError::LiveSecretKey));
}
