use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
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
    status: StatusCode,
    headers: HeaderMap,
    content: Content,
}

#[derive(Debug)]
enum Content {
    None,
    Json(Value),
    Html(String),
    Svg(&'static str),
    /// A file of this media type.
    File(&'static str, Bytes),
}

impl Reply {
    fn new(status: StatusCode, content: Content) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content,
        }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, Content::Json(body))
    }

    pub(crate) fn with(status: StatusCode, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Content::None)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::new(StatusCode::CREATED, Content::Json(body))
    }

    pub(crate) fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Content::None)
    }

    /// A page for people. What it shows belongs to one browser, so nobody keeps it.
    pub(crate) fn page(html: String) -> Self {
        Self::new(StatusCode::OK, Content::Html(html)).header(header::CACHE_CONTROL, "no-store")
    }

    /// A picture.
    pub(crate) fn picture(svg: &'static str) -> Self {
        Self::new(StatusCode::OK, Content::Svg(svg))
    }

    /// A picture that somebody has sent, of the media type that its bytes have. No browser is to find another
    /// in them.
    pub(crate) fn uploaded(media_type: &'static str, content: Bytes) -> Self {
        Self::new(StatusCode::OK, Content::File(media_type, content))
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
    }

    /// A redirect that nobody keeps.
    pub(crate) fn redirect(status: StatusCode, location: &str) -> Self {
        Self::new(status, Content::None)
            .header(header::LOCATION, location)
            .header(header::CACHE_CONTROL, "no-store")
    }

    /// Adds a field, where its value is one.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }
}

/// Puts what an operation brought back into a response. Errors carry the trace id in the body,
/// everything carries it as a header, as Clerk's own answers do.
pub(crate) fn response(result: Result<Reply, Refusal>, trace_id: &str) -> Response<Bytes> {
    let reply = result.unwrap_or_else(|refusal| refusal.into_reply(trace_id));
    let reply = reply.header(HeaderName::from_static("clerk-trace-id"), trace_id);
    let (media_type, body) = match reply.content {
        Content::None => (None, Bytes::new()),
        // Exactly this: Clerk's Node SDK does not read the body of any other content type.
        Content::Json(body) => (Some("application/json"), body.to_string().into()),
        Content::Html(html) => (Some("text/html; charset=utf-8"), html.into()),
        Content::File(media_type, content) => (Some(media_type), content),
        Content::Svg(svg) => (Some("image/svg+xml"), Bytes::from_static(svg.as_bytes())),
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if let Some(media_type) = media_type {
        let media_type = HeaderValue::from_static(media_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
    }
    response
}
