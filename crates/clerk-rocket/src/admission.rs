//! What is found out about a request, once for all who ask.

use clerk_auth::{Admission, Authenticator, RequestHead};
use rocket::Request;

/// What the fairing has found out about the request; `None` where it is not attached.
pub(crate) fn admission<'r>(request: &'r Request<'_>) -> Option<&'r Admission> {
    request.local_cache(|| None::<Admission>).as_ref()
}

pub(crate) async fn admit(authenticator: &Authenticator, request: &Request<'_>) -> Admission {
    let target = request.uri().to_string();
    let mut head = RequestHead::new(request.method().as_str(), &target);
    if request.rocket().config().tls_enabled() {
        head = head.scheme("https");
    }
    let headers: Vec<_> = request.headers().iter().collect();
    for header in &headers {
        head = head.header(header.name().as_str(), header.value().as_bytes());
    }
    // In HTTP/2 the host is no header, and Rocket does not keep it in the URI.
    let host = request.host().map(ToString::to_string);
    if let (Some(host), None) = (&host, request.headers().get_one("host")) {
        head = head.header("host", host.as_bytes());
    }
    authenticator.admit(&head).await
}
