use std::{
    convert::Infallible,
    error::Error,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use clerk_http::{RequestTimeout, Runtime, Transport};
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::{Proxy, ProxyError, body::Limits};

/// Answers with what the Frontend API answers.
///
/// Bodies are read to their end before they are passed on, in both directions: requests up to
/// [`max_body`](Self::max_body) or [`max_file`](Self::max_file) and for no longer than
/// [`body_timeout`](Self::body_timeout), responses up to the transport's
/// [`ResponseLimit`](clerk_http::ResponseLimit). Anybody may call the Frontend API, so how many
/// requests are in flight at once is for the server or a layer around this to bound.
#[derive(Clone, Debug)]
pub struct ProxyService {
    proxy: Arc<Proxy>,
    transport: Arc<dyn Transport>,
    runtime: Arc<dyn Runtime>,
    limits: Limits,
    timeout: RequestTimeout,
}

impl ProxyService {
    /// How many bytes of a request's body are read if nothing is set: far more than a form has, a
    /// SAML response included.
    pub const DEFAULT_MAX_BODY: usize = 256 * 1024;

    /// How many bytes of a file are read if nothing is set: the 10 MB that Clerk takes of an
    /// image, and the form around it.
    pub const DEFAULT_MAX_FILE: usize = 10 * 1024 * 1024 + 64 * 1024;

    /// For how long a request's body is read if nothing is set.
    pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(60);

    /// A service that sends what `proxy` says through `transport`, and waits for bodies with
    /// `runtime`.
    pub fn new(
        proxy: Proxy,
        transport: impl Transport + 'static,
        runtime: impl Runtime + 'static,
    ) -> Self {
        Self {
            proxy: Arc::new(proxy),
            transport: Arc::new(transport),
            runtime: Arc::new(runtime),
            limits: Limits {
                body: Self::DEFAULT_MAX_BODY,
                file: Self::DEFAULT_MAX_FILE,
                timeout: Self::DEFAULT_BODY_TIMEOUT,
            },
            timeout: RequestTimeout::default(),
        }
    }

    /// How many bytes a request's body may have; the answer to more is 413.
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How many bytes it may have where it may be a file, such as a profile image: where its type
    /// is `multipart/form-data`, `application/octet-stream` or `image/…`.
    pub const fn max_file(mut self, bytes: usize) -> Self {
        self.limits.file = bytes;
        self
    }

    /// How long a request's body may take to arrive, in all; the answer to a slower one is 408.
    pub const fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long the Frontend API may take, in all, before the answer is 502; 30 seconds if not
    /// said. The transport sees to it, as its [contract](Transport#contract) says.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = RequestTimeout(timeout);
        self
    }

    async fn exchange<B>(&self, request: Request<B>) -> Result<Response<Bytes>, ProxyError>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        // Whether the request is for the proxy at all is known before its body is read.
        let exchange = self.proxy.forward(&parts)?;
        let reading = self.limits.read(&parts.headers, body, &*self.runtime);
        let mut outgoing = exchange.request(reading.await?);
        outgoing.extensions_mut().insert(self.timeout);
        let response = self.transport.send(outgoing).await;
        let response = response.map_err(|error| ProxyError::Unreachable(error.kind()))?;
        Ok(exchange.answer(response))
    }
}

impl<B> Service<Request<B>> for ProxyService
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            Ok(match service.exchange(request).await {
                Ok(response) => response.map(Full::new),
                Err(error) => error.into_response(),
            })
        })
    }
}
