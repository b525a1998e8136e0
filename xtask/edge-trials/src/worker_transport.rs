//! The Worker's transport, as if it were here: each request is described to the Worker, which sends it.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use clerk_http::{
    BlockingTransport, RequestTimeout, ResponseLimit, TransportError, TransportErrorKind as Kind,
};
use http::{HeaderName, HeaderValue, Request, Response};
use serde_json::{Value, json};

use crate::edge::Edge;

/// More than any request may take that the Worker sends.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct WorkerTransport<'e>(pub(crate) &'e Edge);

impl BlockingTransport for WorkerTransport<'_> {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let report = self.report(&request).map_err(|problem| {
            // `Untrusted` is what no rule expects of a server without a certificate.
            TransportError::new(Kind::Untrusted, &request).with_cause(problem)
        })?;
        response(&report).unwrap_or_else(|| {
            let text = |name| report.get(name).and_then(Value::as_str).unwrap_or_default();
            let error = TransportError::for_host(kind(text("kind")), text("host"));
            Err(error.with_cause(text("texts")))
        })
    }
}

impl WorkerTransport<'_> {
    fn report(&self, request: &Request<Bytes>) -> Result<Value, String> {
        let RequestTimeout(timeout) = request.extensions().get().copied().unwrap_or_default();
        let ResponseLimit(limit) = request.extensions().get().copied().unwrap_or_default();
        let headers = request.headers().iter();
        let order = json!({
            "method": request.method().as_str(),
            "uri": request.uri().to_string(),
            "headers": headers
                .map(|(name, value)| (name.as_str(), BASE64_STANDARD.encode(value)))
                .collect::<Vec<_>>(),
            "body": BASE64_STANDARD.encode(request.body()),
            "timeout": (timeout.as_secs(), timeout.subsec_nanos()),
            "limit": limit,
        });
        let order = Request::post(self.0.url("/transport"))
            .header("content-type", "application/json")
            .extension(RequestTimeout(PATIENCE))
            .body(Bytes::from(order.to_string()))
            .map_err(|error| error.to_string())?;
        let answer = self.0.send(order).map_err(|error| error.to_string())?;
        serde_json::from_slice(answer.body())
            .map_err(|error| format!("the Worker answered {answer:?}: {error}"))
    }
}

/// `None` where the Worker tells of an error.
fn response(report: &Value) -> Option<Result<Response<Bytes>, TransportError>> {
    let decoded = |value: &Value| BASE64_STANDARD.decode(value.as_str()?).ok();
    let mut response = Response::new(decoded(report.get("body")?)?.into());
    let status = u16::try_from(report.get("status")?.as_u64()?).ok()?;
    *response.status_mut() = http::StatusCode::from_u16(status).ok()?;
    for header in report.get("headers")?.as_array()? {
        let name: HeaderName = header.get(0)?.as_str()?.parse().ok()?;
        let value = HeaderValue::from_bytes(&decoded(header.get(1)?)?).ok()?;
        response.headers_mut().append(name, value);
    }
    Some(Ok(response))
}

fn kind(name: &str) -> Kind {
    match name {
        "Connect" => Kind::Connect,
        "Timeout" => Kind::Timeout,
        "Broken" => Kind::Broken,
        "TooLarge" => Kind::TooLarge,
        "Request" => Kind::Request,
        "Other" => Kind::Other,
        _ => Kind::Untrusted,
    }
}
