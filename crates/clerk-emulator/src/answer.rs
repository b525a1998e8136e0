use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// What the emulator does with one request: what to send, and how.
///
/// The transport that carries it decides nothing: it waits for [`delay`](Self::delay), then does
/// what [`outcome`](Self::outcome) says.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// How long to hold the outcome back. Zero unless a [`Fault`](crate::Fault) says otherwise.
    pub delay: Duration,
    /// How long a transport may wait for something to change, and ask again: this answer says that nothing has.
    pub(crate) patience: Duration,
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
    patience: Duration,
}

#[derive(Debug)]
enum Content {
    None,
    Json(Value),
    Later(Later),
    Html(String),
    /// A file of this media type.
    File(&'static str, Bytes),
}

struct Later(Box<dyn FnOnce() -> Value + Send>);

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl Reply {
    fn new(status: StatusCode, content: Content) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content,
            patience: Duration::ZERO,
        }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, Content::Json(body))
    }

    /// JSON that takes long to make, and nothing but what `make` owns: nobody waits for it but who asked.
    pub(crate) fn later(make: impl FnOnce() -> Value + Send + 'static) -> Self {
        Self::new(StatusCode::OK, Content::Later(Later(Box::new(make))))
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

    /// A text of some media type, which whoever asks may want to keep as a file of this name.
    pub(crate) fn download(media_type: &'static str, name: &str, text: String) -> Self {
        let disposition = format!("inline; filename=\"{name}\"");
        Self::new(StatusCode::OK, Content::File(media_type, text.into()))
            .header(header::CONTENT_DISPOSITION, &disposition)
            .header(header::CACHE_CONTROL, "no-store")
    }

    /// A part of a page, or a picture.
    pub(crate) fn asset(media_type: &'static str, text: &'static str) -> Self {
        Self::new(StatusCode::OK, Content::File(media_type, text.into()))
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

    /// What holds only if nothing changes so soon.
    pub(crate) fn unless_changed(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Adds a field, where its value is one.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    /// Adds fields.
    pub(crate) fn fields(mut self, fields: Vec<(HeaderName, HeaderValue)>) -> Self {
        self.headers.extend(fields);
        self
    }

    /// As it goes over the wire.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let (media_type, body) = match self.content {
            Content::None => (None, Bytes::new()),
            // Exactly this: Clerk's Node SDK does not read the body of any other content type.
            Content::Json(body) => (Some("application/json"), body.to_string().into()),
            Content::Later(Later(make)) => (Some("application/json"), make().to_string().into()),
            Content::Html(html) => (Some("text/html; charset=utf-8"), html.into()),
            Content::File(media_type, content) => (Some(media_type), content),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(media_type) = media_type {
            let media_type = HeaderValue::from_static(media_type);
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, media_type);
        }
        response
    }
}
