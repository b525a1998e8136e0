//! A blocking transport for `clerk-http`: [`UreqTransport`] sends with ureq, [`Threads`] waits.
//!
//! It decides nothing: no retries, no redirects, no cookies, no proxies, no credentials. Those who
//! need a proxy, their own certificate authorities or a client certificate bring an
//! [agent of their own](UreqTransport::from_agent).
//!
//! ```no_run
//! use clerk_http::blocking::Client;
//! use clerk_http_ureq::{Threads, UreqTransport};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder(UreqTransport::new(), Threads)
//!     .secret_key(std::env::var("CLERK_SECRET_KEY")?.parse()?)
//!     .build()?;
//! # drop(client);
//! # Ok(())
//! # }
//! ```
//!
//! Where it sits: beside `clerk-http`, below nothing but programs and the facade. It is one of
//! the two crates of the lower layers that name an HTTP library; `clerk-http-reqwest` is the
//! other.
//!
//! TLS is rustls with ring, trusting the roots of `webpki-roots`. Nothing process-wide is set.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;

use std::{
    io::{self, Read as _},
    thread,
    time::Duration,
};

use bytes::Bytes;
use clerk_http::{
    BlockingRuntime, BlockingTransport, RequestTimeout, ResponseLimit, TransportError,
    TransportErrorKind,
};
use http::{Request, Response, Uri};

pub use ureq;

/// ureq panics where the end of a timeout lies beyond what the system's clock can express.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Sends with ureq. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct UreqTransport(ureq::Agent);

impl UreqTransport {
    /// A transport that keeps the whole [contract](clerk_http::Transport#contract).
    ///
    /// The proxies of the environment (`HTTP_PROXY` and the like) are not used. Hosts are looked up
    /// when a connection is opened; ureq's own agents do it before each request.
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder().proxy(None).build();
        Self::from_agent(connect::agent(config))
    }

    /// A transport over an agent of your own, for a proxy or for other TLS settings.
    ///
    /// What the contract asks for is set anew on each request: no redirects, every status is a
    /// response, timeouts and limits. Leave the agent's middleware from adding more than that.
    pub fn from_agent(agent: ureq::Agent) -> Self {
        Self(agent)
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockingTransport for UreqTransport {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let RequestTimeout(timeout) = extension(&request);
        let ResponseLimit(limit) = extension(&request);
        let uri = request.uri().clone();
        let fails = |error| failure(&uri, error);

        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.as_ref());
        let request = self
            .0
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(timeout.min(LONGEST_TIMEOUT)))
            .build();
        let (head, mut body) = self.0.run(request).map_err(fails)?.into_parts();
        match read(body.as_reader(), limit).map_err(|error| fails(error.into()))? {
            Some(body) => Ok(Response::from_parts(head, Bytes::from(body))),
            None => Err(TransportError::to(TransportErrorKind::TooLarge, &uri)),
        }
    }
}

/// All there is, or `None` where that is more than `limit` bytes. ureq has limits too, but its
/// versions differ about a body of just that length.
fn read(body: impl io::Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let enough_to_tell = (limit as u64).saturating_add(1);
    body.take(enough_to_tell).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

fn extension<T: Copy + Default + Send + Sync + 'static>(request: &Request<Bytes>) -> T {
    request.extensions().get().copied().unwrap_or_default()
}

fn failure(uri: &Uri, error: ureq::Error) -> TransportError {
    use io::ErrorKind as Io;
    use ureq::{Error, Timeout};

    let error = match error {
        Error::Other(other) => match other.downcast::<connect::LookUpFailed>() {
            Ok(failed) => {
                let kind = TransportErrorKind::Connect;
                return TransportError::to(kind, uri).with_cause(failed);
            }
            Err(other) => Error::Other(other),
        },
        error => error,
    };
    let kind = match &error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => TransportErrorKind::Connect,
        Error::Io(error) if is_untrusted(error) => TransportErrorKind::Untrusted,
        Error::Io(error) if is_incompatible(error) => TransportErrorKind::Connect,
        Error::Io(error) => match error.kind() {
            // What only connecting ends in. That a host is unreachable can also be the last word
            // on a request that was sent.
            Io::ConnectionRefused | Io::AddrNotAvailable => TransportErrorKind::Connect,
            Io::TimedOut => TransportErrorKind::Timeout,
            _ => TransportErrorKind::Broken,
        },
        Error::Timeout(_) => TransportErrorKind::Timeout,
        Error::Protocol(_) => TransportErrorKind::Broken,
        Error::BadUri(_) | Error::Http(_) | Error::RequireHttpsOnly(_) => {
            // Their texts repeat the URI.
            return TransportError::to(TransportErrorKind::Request, uri);
        }
        _ => TransportErrorKind::Other,
    };
    TransportError::to(kind, uri).with_cause(error)
}

/// Whether TLS failed before the request could be sent, for the server's certificate.
fn is_untrusted(error: &io::Error) -> bool {
    matches!(tls(error), Some(rustls::Error::InvalidCertificate(_)))
}

/// Whether TLS failed before the request could be sent, since the two ends have nothing in common.
/// Other TLS errors may come at any time.
fn is_incompatible(error: &io::Error) -> bool {
    matches!(tls(error), Some(rustls::Error::PeerIncompatible(_)))
}

fn tls(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Waits by putting the thread to sleep, and runs tasks on threads of their own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Threads;

impl BlockingRuntime for Threads {
    #[allow(clippy::disallowed_methods, reason = "this is the adapter that waits")]
    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        // Where the system has no thread left, the task is dropped, as the trait says.
        let _ = thread::Builder::new().name("clerk".into()).spawn(task);
    }
}

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
