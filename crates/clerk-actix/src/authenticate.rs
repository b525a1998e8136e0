use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    error::InternalError,
    http::header::{HeaderMap, HeaderValue},
};
use clerk_auth::{Admission, Authenticator, RequestAuth, RequestHead};

use crate::{headers, rejection};

/// Finds out who each request comes from; see the [crate's documentation](crate) for where to put
/// it.
///
/// The extractors find a [`RequestAuth`] among the request's extensions. A browser that has to go
/// elsewhere first is sent there without asking the handler.
#[derive(Clone, Debug)]
pub struct ClerkMiddleware {
    authenticator: Authenticator,
}

impl ClerkMiddleware {
    /// Middleware that asks `authenticator`.
    pub const fn new(authenticator: Authenticator) -> Self {
        Self { authenticator }
    }
}

impl<S, B> Transform<S, ServiceRequest> for ClerkMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Authenticate<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Authenticate {
            inner: Rc::new(inner),
            authenticator: self.authenticator.clone(),
        }))
    }
}

/// A service behind a [`ClerkMiddleware`].
#[derive(Debug)]
pub struct Authenticate<S> {
    inner: Rc<S>,
    authenticator: Authenticator,
}

impl<S, B> Service<ServiceRequest> for Authenticate<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let inner = Rc::clone(&self.inner);
        let authenticator = self.authenticator.clone();
        Box::pin(async move {
            let auth = match admit(&authenticator, &request).await {
                Admission::Redirect(headers) => {
                    let status = rejection::status(Admission::REDIRECT_STATUS);
                    let mut response = HttpResponse::new(status);
                    headers::append(&headers, response.headers_mut());
                    return Ok(request.into_response(response).map_into_right_body());
                }
                Admission::Proceed(auth) => auth,
            };
            request.extensions_mut().insert(auth.clone());
            match inner.call(request).await {
                Ok(mut response) => {
                    apply(&auth, response.headers_mut());
                    Ok(response.map_into_left_body())
                }
                // Middleware further inside has refused. Cookies are due all the same.
                Err(error) => {
                    let mut response = error.error_response();
                    apply(&auth, response.headers_mut());
                    Err(InternalError::from_response(error, response).into())
                }
            }
        })
    }
}

async fn admit(authenticator: &Authenticator, request: &ServiceRequest) -> Admission {
    let target = request.uri().to_string();
    let mut head = RequestHead::new(request.method().as_str(), &target);
    if request.app_config().secure() {
        head = head.scheme("https");
    }
    for (name, value) in request.headers() {
        head = head.header(name.as_str(), value.as_bytes());
    }
    authenticator.admit(&head).await
}

fn apply(auth: &RequestAuth, to: &mut HeaderMap) {
    let existing = |name: &http::HeaderName| to.get_all(name.as_str()).cloned().collect();
    let edits = auth.header_edits::<HeaderValue>(existing);
    headers::edit(&edits, to);
}
