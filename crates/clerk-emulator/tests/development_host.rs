//! The instance as a development host of Clerk's, over TLS.
#![cfg(feature = "tls")]

mod support;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use clerk_core::{Clock as _, SystemClock};
use clerk_emulator::{Authority, BuildError, Builder, DEVELOPMENT_HOST, Emulator, Server};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn description() -> Builder {
    Emulator::builder().development_host(DEVELOPMENT_HOST)
}

fn authority(host: &str) -> Authority {
    Authority::new(host, SystemClock::new().now()).unwrap()
}

/// What a client gets that trusts the authority and takes this machine for `host`.
fn get(address: SocketAddr, host: &str, path: &str, trusted: &Authority) -> io::Result<String> {
    let mut roots = RootCertStore::empty();
    let certificate = trusted.certificate_pem();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    match stream.read_to_string(&mut answer) {
        // The end of the connection is the end of what was asked for.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(answer),
    }
}

#[test]
fn browsers_that_trust_the_authority_find_the_instance_by_its_key() {
    let server = Server::start(description()).unwrap();
    let emulator = server.emulator();
    let authority = authority(DEVELOPMENT_HOST);
    let address = server.serve_tls(ANY_PORT, &authority).unwrap();
    let host = emulator.publishable_key().frontend_api();
    assert_eq!(host, "emulator.lcl.dev");
    let answer = get(address, host, "/v1/environment", &authority).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        answer.contains("https://emulator.lcl.dev/sign-in"),
        "{answer}"
    );

    // Programs go where they went.
    assert_eq!(server.url(), format!("http://{}", server.address()));
    assert_eq!(emulator.issuer(), "https://emulator.lcl.dev");
}

#[test]
fn nobody_else_is_believed_and_the_authority_is_for_one_host_alone() {
    let server = Server::start(description()).unwrap();
    let (ours, theirs) = (authority(DEVELOPMENT_HOST), authority(DEVELOPMENT_HOST));
    let address = server.serve_tls(ANY_PORT, &ours).unwrap();
    let why = |error: io::Error| error.to_string();
    let stranger = get(address, DEVELOPMENT_HOST, "/", &theirs).unwrap_err();
    assert!(why(stranger).contains("invalid peer certificate"));
    let other = get(address, "emulator.accounts.dev", "/", &ours).unwrap_err();
    assert!(why(other).contains("not valid for name"));

    let others = authority("other.lcl.dev");
    let refused = server.serve_tls(ANY_PORT, &others).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    assert!(
        refused.to_string().contains("NameConstraintViolation"),
        "{refused}"
    );
}

#[test]
fn an_authority_is_the_same_after_it_was_written_and_read() {
    let server = Server::start(description()).unwrap();
    let made = authority(DEVELOPMENT_HOST);
    let read = Authority::from_pem(&made.certificate_pem(), &made.private_key_pem()).unwrap();
    assert_eq!(read.key_hash(), made.key_hash());
    let address = server.serve_tls(ANY_PORT, &read).unwrap();
    let answer = get(address, DEVELOPMENT_HOST, "/v1/environment", &made).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let nothing = Authority::from_pem("", &made.private_key_pem()).unwrap_err();
    assert_eq!(nothing.to_string(), "there is no certificate in PEM");
    let twice = Authority::from_pem(&made.certificate_pem(), &made.certificate_pem()).unwrap_err();
    assert!(twice.to_string().contains("no private key"));
}

#[test]
fn what_is_paused_is_paused_over_tls_too() {
    let server = Server::start(description()).unwrap();
    let authority = authority(DEVELOPMENT_HOST);
    let address = server.serve_tls(ANY_PORT, &authority).unwrap();
    server.pause().unwrap();
    let later = server.serve_tls(ANY_PORT, &authority).unwrap();
    for address in [address, later] {
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
    server.resume().unwrap();
    for address in [address, later] {
        let answer = get(address, DEVELOPMENT_HOST, "/v1/environment", &authority).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}

#[test]
fn a_host_that_clerks_script_takes_for_no_development_host_is_refused() {
    for host in [
        "",
        "localhost",
        "lcl.dev",
        "clerk.example.com",
        "emulator.lcl.dev:443",
        "https://emulator.lcl.dev",
    ] {
        let refused = Emulator::builder()
            .development_host(host)
            .build()
            .unwrap_err();
        assert_eq!(refused, BuildError::DevelopmentHost(host.to_owned()));
    }
    let production = description().production("example.com").build().unwrap_err();
    assert!(matches!(production, BuildError::DevelopmentHost(_)));

    let plain = Server::start(Emulator::builder()).unwrap();
    let refused = plain
        .serve_tls(ANY_PORT, &authority(DEVELOPMENT_HOST))
        .unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    let everywhere = ([0, 0, 0, 0], 0).into();
    let server = Server::start(description()).unwrap();
    let refused = server
        .serve_tls(everywhere, &authority(DEVELOPMENT_HOST))
        .unwrap_err();
    assert!(refused.to_string().contains("loopback only"));
}

#[test]
fn clerks_scripts_come_from_where_they_are_installed_and_from_nowhere_else() {
    let directory =
        std::env::temp_dir().join(format!("clerk-emulator-scripts-{}", std::process::id()));
    let dist = directory.join("@clerk/clerk-js/dist");
    fs::create_dir_all(&dist).unwrap();
    fs::write(dist.join("clerk.browser.js"), "window.Clerk = {}").unwrap();
    fs::write(dist.join("secret.txt"), "hidden").unwrap();
    fs::write(directory.join("outside.js"), "hidden").unwrap();
    let emulator = Emulator::builder().scripts(&directory).build().unwrap();
    let without = Emulator::builder().build().unwrap();
    let get = |emulator: &Emulator, path: &str| {
        let request = http::Request::get(format!("/npm/@clerk/{path}"))
            .header("origin", "http://localhost:3000")
            .body(bytes::Bytes::new())
            .unwrap();
        emulator
            .handle(request, support::NOW)
            .into_response()
            .unwrap()
    };
    let script = "clerk-js@6.40.0/dist/clerk.browser.js";
    let found = get(&emulator, script);
    assert_eq!(found.body(), "window.Clerk = {}");
    let header = |name: &str| found.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(
        header("access-control-allow-origin"),
        "http://localhost:3000"
    );
    for path in [
        "clerk-js/dist/absent.js",
        "clerk-js/dist/secret.txt",
        "clerk-js/dist/..%2F..%2F..%2Foutside.js",
        "clerk-js/dist/..",
        "..%2F@clerk%2Fclerk-js/dist/clerk.browser.js",
        "react@6/dist/clerk.browser.js",
    ] {
        assert_eq!(get(&emulator, path).status(), 404, "{path}");
    }
    let missing = get(&without, script);
    assert_eq!(missing.status(), 404);
    assert!(String::from_utf8_lossy(missing.body()).contains("--scripts node_modules"));
    fs::remove_dir_all(directory).unwrap();
}
