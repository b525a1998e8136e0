use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::refusal::Refusal;

/// What the emulator does with one request: what to send, and how.
///
/// The transport that carries it decides nothing: it waits for [`delay`](Self::delay), then does
/// what [`outcome`](Self::outcome) says.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// How long to hold the outcome back. Zero unless a [`Fault`](crate::Fault) says otherwise.
    pub delay: Duration,
    /// What then happens on the connection.
    pub outcome: Outcome,
}

/// What happens on the connection that brought a request.
#[derive(Debug)]
pub enum Outcome {
    /// The response is sent.
    Respond(Response<Bytes>),
    /// The connection is closed without a response.
    Drop,
}

impl Answer {
    pub(crate) fn respond(response: Response<Bytes>) -> Self {
        Self {
            delay: Duration::ZERO,
            outcome: Outcome::Respond(response),
        }
    }

    /// The response, where there is one.
    pub fn into_response(self) -> Option<Response<Bytes>> {
        match self.outcome {
            Outcome::Respond(response) => Some(response),
            Outcome::Drop => None,
        }
    }
}

/// What an operation brings back where it succeeds.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
        }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self {
            status: StatusCode::CREATED,
            body: Some(body),
        }
    }

    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
        }
    }
}

/// Puts what an operation brought back into a response. Errors carry the trace id in the body,
/// everything carries it as a header, as Clerk's own answers do.
pub(crate) fn response(result: Result<Reply, Refusal>, trace_id: &str) -> Response<Bytes> {
    let (status, body, retry_after) = match result {
        Ok(reply) => (reply.status, reply.body, None),
        Err(refusal) => (
            refusal.status(),
            Some(refusal.body(trace_id)),
            refusal.retry_after(),
        ),
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(trace_id) = HeaderValue::from_str(trace_id) {
        headers.insert("clerk-trace-id", trace_id);
    }
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(body) = body {
        // Exactly this: Clerk's Node SDK does not read the body of any other content type.
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        *response.body_mut() = Bytes::from(body.to_string());
    }
    response
}
