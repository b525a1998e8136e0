use std::{
    convert::Infallible,
    error::Error,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_http::Transport;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use tower_service::Service;

use super::{Proxy, ProxyError};

/// Answers with what the Frontend API answers.
///
/// Bodies are read to their end before they are passed on, in both directions: requests up to
/// [`MAX_BODY`](Self::MAX_BODY), responses up to the transport's
/// [`ResponseLimit`](clerk_http::ResponseLimit). The Frontend API's are small, profile images
/// aside.
#[derive(Clone, Debug)]
pub struct ProxyService {
    proxy: Arc<Proxy>,
    transport: Arc<dyn Transport>,
}

impl ProxyService {
    /// How many bytes of a request's body are read.
    pub const MAX_BODY: usize = 16 * 1024 * 1024;

    /// A service that sends what `proxy` says through `transport`.
    pub fn new(proxy: Proxy, transport: impl Transport + 'static) -> Self {
        Self {
            proxy: Arc::new(proxy),
            transport: Arc::new(transport),
        }
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
        let body = Limited::new(body, Self::MAX_BODY).collect().await;
        let body = body.map_err(|error| match error.downcast_ref() {
            Some(LengthLimitError { .. }) => ProxyError::TooLarge,
            None => ProxyError::Body,
        })?;
        let outgoing = exchange.request(body.to_bytes());
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
