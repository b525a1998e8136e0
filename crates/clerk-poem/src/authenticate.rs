use clerk_auth::{Admission, Authenticator, RequestHead};
use poem::{
    Endpoint, Middleware, Request, Response,
    http::{Uri, uri::Scheme},
};

/// Finds out who each request comes from; see the [crate's documentation](crate) for where to put
/// it.
///
/// The extractors find a [`RequestAuth`](crate::RequestAuth) among the request's extensions. A
/// browser that has to go elsewhere first is sent there without asking the handler.
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

impl<E: Endpoint> Middleware<E> for ClerkMiddleware {
    type Output = Authenticate<E>;

    fn transform(&self, inner: E) -> Authenticate<E> {
        Authenticate {
            inner,
            authenticator: self.authenticator.clone(),
        }
    }
}

/// An endpoint behind a [`ClerkMiddleware`].
#[derive(Clone, Debug)]
pub struct Authenticate<E> {
    inner: E,
    authenticator: Authenticator,
}

impl<E: Endpoint> Endpoint for Authenticate<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let auth = match admit(&self.authenticator, &request).await {
            Admission::Redirect(headers) => {
                let mut response = Response::default();
                response.set_status(Admission::REDIRECT_STATUS);
                *response.headers_mut() = headers;
                return Ok(response);
            }
            Admission::Proceed(auth) => auth,
        };
        request.set_data(auth.clone());
        let mut response = self.inner.get_response(request).await;
        auth.apply_to(response.headers_mut());
        Ok(response)
    }
}

async fn admit(authenticator: &Authenticator, request: &Request) -> Admission {
    // `uri` is short of what outer routes have matched. Requests that did not come from a server,
    // as tests make them, have no original one, which is as if it were `/`.
    let original = Some(request.original_uri()).filter(|uri| **uri != Uri::default());
    let target = original.unwrap_or_else(|| request.uri()).to_string();
    let mut head = RequestHead::new(request.method().as_str(), &target);
    if *request.scheme() == Scheme::HTTPS {
        head = head.scheme("https");
    }
    for (name, value) in request.headers() {
        head = head.header(name.as_str(), value.as_bytes());
    }
    authenticator.admit(&head).await
}
