use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_auth::{Rejection, RequestAuth, Requirement};
use http::{Extensions, HeaderMap, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{ResponseBody, grpc};

/// Lets requests through that come from a session that meets a requirement.
///
/// Put it around the route or the routes it is for, inside of a [`ClerkLayer`](crate::ClerkLayer).
/// In axum that is `route_layer`, which leaves alone what is not routed.
///
/// ```
/// use clerk_tower::{RequireLayer, Requirement};
///
/// let admins = RequireLayer::new(Requirement::new().role("org:admin"));
/// let anybody_signed_in = RequireLayer::signed_in();
/// # let _ = (admins, anybody_signed_in);
/// ```
#[derive(Clone)]
pub struct RequireLayer {
    requirement: Option<Requirement>,
    not_authenticated: NotAuthenticated,
}

type NotAuthenticated = fn(&Extensions) -> Rejection;

impl RequireLayer {
    /// Asks for a session that meets `requirement`.
    pub const fn new(requirement: Requirement) -> Self {
        Self {
            requirement: Some(requirement),
            not_authenticated,
        }
    }

    /// Asks for a session, and for nothing of it.
    pub const fn signed_in() -> Self {
        Self {
            requirement: None,
            not_authenticated,
        }
    }

    /// Says what to answer where no [`ClerkLayer`](crate::ClerkLayer) is around this one: a
    /// [`Rejection::not_authenticated`] that knows the route's pattern, where a router has left it
    /// among the request's extensions.
    #[must_use]
    pub const fn not_authenticated(mut self, reject: fn(&Extensions) -> Rejection) -> Self {
        self.not_authenticated = reject;
        self
    }

    fn check(&self, extensions: &Extensions) -> Result<(), Rejection> {
        let auth = extensions.get::<RequestAuth>();
        let auth = auth.ok_or_else(|| (self.not_authenticated)(extensions))?;
        match &self.requirement {
            Some(requirement) => auth.require(requirement),
            None => auth.session(),
        }
        .map(drop)
    }
}

fn not_authenticated(_: &Extensions) -> Rejection {
    let remedy = "put a `ClerkLayer` around the service, outside of the `RequireLayer`";
    Rejection::not_authenticated(remedy, None)
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Require {
            inner,
            layer: self.clone(),
        }
    }
}

impl fmt::Debug for RequireLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireLayer")
            .field("requirement", &self.requirement)
            .finish_non_exhaustive()
    }
}

/// A service behind a [`RequireLayer`].
#[derive(Clone, Debug)]
pub struct Require<S> {
    inner: S,
    layer: RequireLayer,
}

impl<S, B, R> Service<Request<B>> for Require<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.check(request.extensions()) {
            Ok(()) => Answer::Inner {
                future: self.inner.call(request),
            },
            Err(rejection) => Answer::Rejected {
                response: Some(response_to(request.headers(), rejection)),
            },
        }
    }
}

fn response_to(headers: &HeaderMap, rejection: Rejection) -> Response<Bytes> {
    if grpc::is_call(headers) {
        grpc::response(&rejection)
    } else {
        rejection.into_response()
    }
}

pin_project! {
    /// The future of [`Require`].
    #[derive(Debug)]
    #[project = Projected]
    pub enum Answer<F> {
        #[doc(hidden)]
        Inner {
            #[pin]
            future: F,
        },
        #[doc(hidden)]
        Rejected { response: Option<Response<Bytes>> },
    }
}

impl<F, R, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projected::Inner { future } => future
                .poll(cx)
                .map(|answered| Ok(answered?.map(ResponseBody::inner))),
            Projected::Rejected { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response.map(ResponseBody::own))),
                // Polled after it was ready.
                None => Poll::Pending,
            },
        }
    }
}
