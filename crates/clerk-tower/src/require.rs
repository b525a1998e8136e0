use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_auth::{Rejection, RequestAuth, Requirement};
use http::{HeaderMap, Request, Response};
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
#[derive(Clone, Debug)]
pub struct RequireLayer {
    requirement: Option<Requirement>,
}

impl RequireLayer {
    /// Asks for a session that meets `requirement`.
    pub const fn new(requirement: Requirement) -> Self {
        Self {
            requirement: Some(requirement),
        }
    }

    /// Asks for a session, and for nothing of it.
    pub const fn signed_in() -> Self {
        Self { requirement: None }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Require {
            inner,
            requirement: self.requirement.clone(),
        }
    }
}

/// A service behind a [`RequireLayer`].
#[derive(Clone, Debug)]
pub struct Require<S> {
    inner: S,
    requirement: Option<Requirement>,
}

impl<S> Require<S> {
    fn check(&self, auth: Result<&RequestAuth, Rejection>) -> Result<(), Rejection> {
        let auth = auth?;
        match &self.requirement {
            Some(requirement) => auth.require(requirement),
            None => auth.session(),
        }
        .map(drop)
    }
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
        match self.check(RequestAuth::of(request.extensions())) {
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
