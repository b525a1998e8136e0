//! An async transport for `clerk-http`: [`ReqwestTransport`] sends with reqwest, [`TokioRuntime`]
//! waits with tokio.
//!
//! It decides nothing: no retries, no redirects, no cookies, no proxies, no credentials. Those who
//! need a proxy, their own certificate authorities or a client certificate bring a
//! [client of their own](ReqwestTransport::from_client).
//!
//! ```no_run
//! use clerk_http::Client;
//! use clerk_http_reqwest::{ReqwestTransport, TokioRuntime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder(ReqwestTransport::new()?, TokioRuntime)
//!     .secret_key(std::env::var("CLERK_SECRET_KEY")?.parse()?)
//!     .build()?;
//! # drop(client);
//! # Ok(())
//! # }
//! ```
//!
//! Where it sits: beside `clerk-http`, below nothing but programs and the facade. It is one of
//! the crates of the lower layers that name an HTTP library; `clerk-http-ureq` and
//! `clerk-http-fetch` are the others.
//!
//! The feature `http2` (default) offers servers HTTP/2.
//!
//! TLS is rustls with ring, trusting the roots of `webpki-roots`. Nothing process-wide is set.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod origin;

use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use clerk_core::WithCauses;
use clerk_http::{
    RequestTimeout, ResponseLimit, Runtime, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response, Uri};
use reqwest::Url;

use self::origin::Origin;

pub use reqwest;

/// Sends with reqwest. Cheap to clone; clones share their connections.
///
/// Its futures run inside a tokio runtime with IO and time enabled.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// Where the first request went, and with it nearly always all others.
    origin: Arc<OnceLock<Origin>>,
}

impl ReqwestTransport {
    /// A transport that keeps the whole [contract](Transport#contract).
    ///
    /// The proxies of the environment (`HTTP_PROXY` and the like) are not used.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
        let mut tls = rustls::ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| SetupError(error.into()))?
            .with_root_certificates(roots.collect::<rustls::RootCertStore>())
            .with_no_client_auth();
        if cfg!(feature = "http2") {
            tls.alpn_protocols.push(b"h2".to_vec());
        }
        tls.alpn_protocols.push(b"http/1.1".to_vec());
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map(Self::from_client)
            .map_err(|error| SetupError(error.into()))
    }

    /// A transport over a client of your own, for a proxy or for other TLS settings.
    ///
    /// Part of the contract is then yours to keep. Build the client with
    /// `redirect(Policy::none())`, or the secret key may travel to wherever a response points, and
    /// leave its cookie store and its retries of responses off. Timeouts and limits come with each
    /// request.
    pub fn from_client(client: reqwest::Client) -> Self {
        Self {
            client,
            origin: Arc::default(),
        }
    }

    fn url(&self, uri: &Uri) -> reqwest::Result<Url> {
        if let Some(url) = self.origin.get().and_then(|origin| origin.url(uri)) {
            return Ok(url);
        }
        let url = origin::read(uri)?;
        if let Some(origin) = Origin::of(uri, &url) {
            let _ = self.origin.set(origin);
        }
        Ok(url)
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReqwestTransport")
            .field(&self.client)
            .finish()
    }
}

#[async_trait::async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let RequestTimeout(timeout) = extension(&request);
        let ResponseLimit(limit) = extension(&request);
        let (parts, body) = request.into_parts();
        let fails = |kind| TransportError::to(kind, &parts.uri);
        let breaks = |error: reqwest::Error| fails(kind_of(&error)).with_cause(error.without_url());

        let url = self.url(&parts.uri).map_err(breaks)?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.version_mut() = parts.version;
        *request.body_mut() = Some(body.into());
        *request.timeout_mut() = Some(timeout);
        let mut response = self.client.execute(request).await.map_err(breaks)?;
        let mut body = Bytes::new();
        while let Some(chunk) = response.chunk().await.map_err(breaks)? {
            if chunk.len() > limit - body.len() {
                return Err(fails(TransportErrorKind::TooLarge));
            }
            // Most bodies come in one piece, which is handed on as it is.
            body = match body.is_empty() {
                true => chunk,
                false => joined(body, &chunk),
            };
        }

        let mut answer = Response::new(body);
        *answer.status_mut() = response.status();
        *answer.version_mut() = response.version();
        std::mem::swap(answer.headers_mut(), response.headers_mut());
        Ok(answer)
    }
}

/// Without a copy of `body` where that is what this made before.
fn joined(body: Bytes, chunk: &[u8]) -> Bytes {
    let mut body = BytesMut::from(body);
    body.extend_from_slice(chunk);
    body.freeze()
}

fn extension<T: Copy + Default + Send + Sync + 'static>(request: &Request<Bytes>) -> T {
    request.extensions().get().copied().unwrap_or_default()
}

/// The order matters: a connection that timed out was not made, which says more.
fn kind_of(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_builder() {
        TransportErrorKind::Request
    } else if error.is_connect() && is_untrusted(error) {
        TransportErrorKind::Untrusted
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_request() || error.is_body() || error.is_decode() {
        TransportErrorKind::Broken
    } else {
        TransportErrorKind::Other
    }
}

/// Whether TLS failed for the server's certificate.
fn is_untrusted(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = tls(error) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The TLS error in an IO error. It may be in several, and the source of each is what is behind the
/// next one.
fn tls<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut error = error.downcast_ref::<io::Error>()?.get_ref()?;
    while let Some(inner) = error.downcast_ref::<io::Error>() {
        error = inner.get_ref()?;
    }
    error.downcast_ref()
}

/// Waits with tokio.
///
/// Sleeping needs a runtime with time enabled around it, as [`ReqwestTransport`] does. A task
/// that is spawned outside of any runtime is dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioRuntime;

#[async_trait::async_trait]
impl Runtime for TokioRuntime {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(task);
        }
    }
}

/// The HTTP client could not be set up.
#[derive(Debug)]
pub struct SetupError(Box<dyn StdError + Send + Sync>);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the HTTP client could not be set up: {}",
            WithCauses(&*self.0)
        )
    }
}

impl StdError for SetupError {}

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
