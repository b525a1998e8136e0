use std::{error::Error as StdError, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_core::WithCauses;
use http::{Request, Response, Uri};

/// Sends one HTTP request and brings back its response, without deciding anything.
///
/// # Contract
///
/// Every implementation keeps these rules. With the feature `conformance`, the module
/// `conformance` checks whether it does.
///
/// - The request goes out once and as it is. No header is added but those the connection needs,
///   and what the library can read (`Accept`, `Accept-Encoding`).
/// - Redirects are never followed: a follow-up request would carry the secret key elsewhere.
/// - Every status is `Ok`. An `Err` means that there is no complete response.
/// - All response headers are kept, repeated ones too. No cookies are stored.
/// - The body is read to its end and no further than [`ResponseLimit`]. Where a content coding is
///   undone, `Content-Encoding` goes with it.
/// - The whole exchange, connecting included, ends within [`RequestTimeout`].
/// - A server is trusted because its certificate says so, never for less.
/// - An error is [`Connect`](TransportErrorKind::Connect) only where no connection was made, for then
///   anything may be sent again, also what must not happen twice; and
///   [`Untrusted`](TransportErrorKind::Untrusted) where that was for the certificate.
/// - Error texts name the host, never the path, the query, a header or the body.
#[async_trait::async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends `request`, whose URI is absolute.
    ///
    /// # Errors
    ///
    /// There was no complete response; [`TransportError::kind`] says at which point it ended.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

/// The blocking twin of [`Transport`], with the same contract.
pub trait BlockingTransport: fmt::Debug + Send + Sync {
    /// Sends `request`, whose URI is absolute.
    ///
    /// # Errors
    ///
    /// There was no complete response; [`TransportError::kind`] says at which point it ended.
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

// Written out: a future of its own around the other would be one more allocation.
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send<'life0, 'async_trait>(&'life0 self, request: Request<Bytes>) -> Sending<'async_trait>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        (**self).send(request)
    }
}

type Sending<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'a>>;

impl<T: BlockingTransport + ?Sized> BlockingTransport for Arc<T> {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request)
    }
}

/// A request extension: how long the whole exchange may take. Without it, 30 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestTimeout(pub Duration);

impl Default for RequestTimeout {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// A request extension: how long the whole call may take, all its attempts and the waits between
/// them. Without it, what [`Retry`](crate::Retry) and the timeouts of the attempts allow.
///
/// An operation that somebody waits for sets it in [`request`](crate::Operation::request); the
/// first attempt keeps to it, too. Transports need not look at it: the
/// [`RequestTimeout`] they are given is never longer than what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(pub Duration);

/// A request extension: how often the call may be sent, the first time included, if that is less often than
/// [`Retry`](crate::Retry) says. Zero means one. Transports need not look at it.
///
/// An operation that nobody waits for, and that is begun again anyway, sets it in
/// [`request`](crate::Operation::request).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts(pub u32);

/// A request extension: how long the wait before the second attempt is at the least, if that is longer than
/// [`Retry`](crate::Retry) says; each further one is twice as long. Transports need not look at it.
///
/// An operation that many programs begin at one moment sets it in [`request`](crate::Operation::request).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstDelay(pub Duration);

/// A request extension: how many bytes the response's body may have. Without it, 16 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseLimit(pub usize);

impl Default for ResponseLimit {
    fn default() -> Self {
        Self(16 * 1024 * 1024)
    }
}

/// An exchange that brought back no complete response.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    host: String,
    port: Option<u16>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind` while talking to the host that `request` is for.
    pub fn new<B>(kind: TransportErrorKind, request: &Request<B>) -> Self {
        Self::to(kind, request.uri())
    }

    /// An error of `kind` while talking to the host that `uri` names. A port that the URI names is
    /// in the text, too: whoever has the wrong one does not find it by the host.
    pub fn to(kind: TransportErrorKind, uri: &Uri) -> Self {
        Self {
            port: uri.port_u16(),
            ..Self::for_host(kind, uri.host().unwrap_or("a URI without a host"))
        }
    }

    /// An error of `kind` while talking to `host`.
    pub fn for_host(kind: TransportErrorKind, host: impl Into<String>) -> Self {
        Self {
            kind,
            host: host.into(),
            port: None,
            cause: None,
        }
    }

    /// The same error with the library's own error behind it, which the text then says as well.
    ///
    /// `cause` and what caused that must not repeat the URL's path or query, nor any header.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The library's own error, if it gave one. It is in the text already, and so no
    /// [`source`](StdError::source).
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// At which point the exchange ended.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The host the request was for.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        if let Some(cause) = self.cause.as_deref() {
            write!(f, ": {}", WithCauses(cause))?;
        }
        if self.kind == TransportErrorKind::Untrusted {
            f.write_str(
                "; if a private authority has signed it, such as a company's proxy has, hand the \
                 builder's `transport` one that is made of an HTTP client which trusts that \
                 authority: `ReqwestTransport::from_client`, or `UreqTransport::from_agent`",
            )?;
        }
        Ok(())
    }
}

impl StdError for TransportError {}

/// At which point an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: name resolution, TCP or TLS failed. The request was not sent.
    Connect,
    /// No connection, because the server's certificate is not trusted. The request was not sent,
    /// and asking again will not help.
    Untrusted,
    /// The time allowed for the exchange was over. The request may have been carried out.
    Timeout,
    /// The connection broke after the request was sent. It may have been carried out.
    Broken,
    /// The body is larger than the request allowed. Asking again will not help.
    TooLarge,
    /// The request cannot be sent at all, for instance because its URI has no host.
    Request,
    /// None of the above.
    Other,
}

impl TransportErrorKind {
    /// Whether the exchange ended before anything of the request was sent, so that nothing can have
    /// been carried out.
    pub const fn is_before_sending(self) -> bool {
        matches!(self, Self::Connect | Self::Untrusted | Self::Request)
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "could not connect to",
            Self::Untrusted => "could not trust the certificate of",
            Self::Timeout => "timed out while talking to",
            Self::Broken => "the connection broke while talking to",
            Self::TooLarge => "the response is larger than allowed from",
            Self::Request => "could not send the request to",
            Self::Other => "the exchange failed with",
        })
    }
}
