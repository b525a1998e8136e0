use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use clerk_auth::{Admission, Authenticator, RequestHead};
use http::{Extensions, Request, Response, Uri, request::Parts};
use tower_layer::Layer;
use tower_service::Service;

use crate::ResponseBody;

/// Finds out who each request comes from; see the [crate's documentation](crate) for where to put
/// it.
///
/// The inner service finds a [`RequestAuth`](crate::RequestAuth) among the request's extensions.
/// A browser that has to go elsewhere first is sent there without asking the inner service.
#[derive(Clone)]
pub struct ClerkLayer {
    authenticator: Authenticator,
    original_uri: OriginalUri,
}

type OriginalUri = fn(&Extensions) -> Option<&Uri>;

impl ClerkLayer {
    /// A layer that asks `authenticator`.
    pub fn new(authenticator: Authenticator) -> Self {
        Self {
            authenticator,
            original_uri: |_| None,
        }
    }

    /// Says where an outer router keeps the URL as it was before it took something off. Where
    /// `find` finds none, the request's own counts.
    ///
    /// In axum: `.original_uri(|extensions| Some(&extensions.get::<OriginalUri>()?.0))`.
    #[must_use]
    pub fn original_uri(mut self, find: fn(&Extensions) -> Option<&Uri>) -> Self {
        self.original_uri = find;
        self
    }
}

impl<S> Layer<S> for ClerkLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate {
            inner,
            layer: self.clone(),
        }
    }
}

impl fmt::Debug for ClerkLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClerkLayer")
            .field("authenticator", &self.authenticator)
            .finish_non_exhaustive()
    }
}

/// A service behind a [`ClerkLayer`].
#[derive(Clone, Debug)]
pub struct Authenticate<S> {
    inner: S,
    layer: ClerkLayer,
}

impl<S, B, R> Service<Request<B>> for Authenticate<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled is the one that is ready; a clone of it may not be.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let auth = match layer.admit(&parts).await {
                Admission::Redirect(headers) => {
                    let mut response = Response::new(ResponseBody::default());
                    *response.status_mut() = Admission::REDIRECT_STATUS;
                    *response.headers_mut() = headers;
                    return Ok(response);
                }
                Admission::Proceed(auth) => auth,
            };
            parts.extensions.insert(auth.clone());
            let response = inner.call(Request::from_parts(parts, body)).await?;
            Ok(auth.applied_to(response).map(ResponseBody::inner))
        })
    }
}

impl ClerkLayer {
    async fn admit(&self, parts: &Parts) -> Admission {
        let Some(original) = (self.original_uri)(&parts.extensions) else {
            return self.authenticator.admit(&RequestHead::from(parts)).await;
        };
        let target = original.to_string();
        let headers = parts.headers.iter();
        let head = RequestHead::new(parts.method.as_str(), &target);
        let head = headers.fold(head, |head, (name, value)| {
            head.header(name.as_str(), value.as_bytes())
        });
        self.authenticator.admit(&head).await
    }
}
