//! Whom the transport trusts.

use std::{
    net::TcpListener,
    sync::Arc,
    thread::{self, JoinHandle},
};

use bytes::Bytes;
use clerk_http::{Transport, TransportErrorKind};
use clerk_http_reqwest::ReqwestTransport;
use http::Request;
use rustls::{
    ServerConfig, ServerConnection, crypto::ring, pki_types::PrivatePkcs8KeyDer, server::Acceptor,
};

/// A server that calls itself `localhost` with a certificate of its own making. It says
/// whether its first handshake was completed.
fn start_impostor() -> (u16, JoinHandle<bool>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return false;
            }
        }
        true
    };
    (port, thread::spawn(serve))
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    let (port, server) = start_impostor();
    let request = Request::post(format!("https://localhost:{port}/v1/users"))
        .header("authorization", "Bearer planted")
        .body(Bytes::from("planted"))
        .unwrap();
    let transport = ReqwestTransport::new().unwrap();
    let error = transport.send(request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Untrusted);
    let text = error.to_string();
    let start = format!("could not trust the certificate of localhost:{port}: ");
    assert!(text.starts_with(&start), "{text}");
    let (cause, advice) = (
        "UnknownIssuer",
        "`ReqwestTransport::from_client`, or `UreqTransport::from_agent`",
    );
    assert!(text.contains(cause) && text.ends_with(advice), "{text}");
    let completed = server.join().unwrap();
    assert!(!completed);
}

/// Takes one connection, and says which protocols it was offered (RFC 7301), the preferred one first.
fn listen_to_the_offer() -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            acceptor.read_tls(&mut stream).unwrap();
            if let Some(accepted) = acceptor.accept().unwrap() {
                break accepted;
            }
        };
        let hello = accepted.client_hello();
        let offered = hello.alpn().into_iter().flatten();
        offered
            .map(|protocol| String::from_utf8(protocol.to_vec()).unwrap())
            .collect()
    };
    (port, thread::spawn(serve))
}

/// A server that was offered what this cannot speak would choose it.
#[tokio::test]
async fn servers_are_offered_the_protocols_that_are_compiled() {
    let (port, server) = listen_to_the_offer();
    let request = Request::get(format!("https://localhost:{port}/v1/jwks"));
    let transport = ReqwestTransport::new().unwrap();
    let request = request.body(Bytes::new()).unwrap();
    transport.send(request).await.unwrap_err();
    let both: &[&str] = &["h2", "http/1.1"];
    let expected = if cfg!(feature = "http2") {
        both
    } else {
        &both[1..]
    };
    assert_eq!(server.join().unwrap(), expected);
}
