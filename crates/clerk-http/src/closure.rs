use std::{fmt, future::Future};

use bytes::Bytes;
use http::{Request, Response};

use crate::{BlockingTransport, Transport, TransportError};

/// Makes a transport of an async closure, for tests and for HTTP libraries without an adapter.
///
/// ```
/// use bytes::Bytes;
/// use clerk_http::{Transport, transport_fn};
/// use http::{Request, Response};
///
/// let teapot = transport_fn(|_request: Request<Bytes>| async {
///     Ok(Response::builder().status(418).body(Bytes::new()).expect("a status and no headers"))
/// });
/// # fn takes(_: impl Transport) {}
/// # takes(teapot);
/// ```
pub fn transport_fn<F, A>(send: F) -> impl Transport
where
    F: Fn(Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    Closure(send)
}

/// Makes a blocking transport of a closure.
///
/// ```
/// use clerk_http::{BlockingTransport, TransportError, TransportErrorKind, blocking_transport_fn};
///
/// let offline = blocking_transport_fn(|request| {
///     Err(TransportError::new(TransportErrorKind::Connect, &request))
/// });
/// # fn takes(_: impl BlockingTransport) {}
/// # takes(offline);
/// ```
pub fn blocking_transport_fn<F>(send: F) -> impl BlockingTransport
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync,
{
    Closure(send)
}

struct Closure<F>(F);

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<F>())
    }
}

#[async_trait::async_trait]
impl<F, A> Transport for Closure<F>
where
    F: Fn(Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (self.0)(request).await
    }
}

impl<F> BlockingTransport for Closure<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync,
{
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (self.0)(request)
    }
}
