use std::fmt::Display;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header::CONTENT_TYPE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{Error, Multipart};

/// All but RFC 3986's unreserved characters. In a query that makes a space `%20` and a plus
/// `%2B`, which every parser of forms reads back as they were.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The path and query of an operation's request, put together from what the operation knows.
///
/// Whatever a caller gave is percent-encoded, so an id can name neither another route nor a
/// query. What cannot be used is remembered and reported once, by the method that ends the chain.
///
/// ```
/// use clerk_http::RequestTarget;
/// use http::Method;
///
/// let request = RequestTarget::new("DeleteUserThing", "/users")
///     .segment("user_id", "user_1")
///     .fixed("/things")
///     .segment("thing", "a/b?c")
///     .pair("reason", "1 + 1")
///     .request(Method::DELETE)?;
/// assert_eq!(request.uri(), "/users/user_1/things/a%2Fb%3Fc?reason=1%20%2B%201");
///
/// let error = RequestTarget::new("GetUser", "/users")
///     .segment("user_id", "")
///     .request(Method::GET)
///     .unwrap_err();
/// assert_eq!(error.to_string(), "GetUser was not sent: user_id is empty");
/// # Ok::<(), clerk_http::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a target is used by making a request of it"]
pub struct RequestTarget {
    operation: &'static str,
    text: String,
    has_query: bool,
    problem: Option<String>,
}

impl RequestTarget {
    /// A target that begins with `path`, taken as it is: `/users`.
    pub fn new(operation: &'static str, path: &'static str) -> Self {
        // Room for most ids and queries.
        let mut text = String::with_capacity(64);
        text.push_str(path);
        Self {
            operation,
            text,
            has_query: false,
            problem: None,
        }
    }

    /// Appends `path`, taken as it is: `/ban`.
    pub fn fixed(mut self, path: &'static str) -> Self {
        self.text.push_str(path);
        self
    }

    /// Appends a slash and `value` as one path segment. `name` is for the error text.
    ///
    /// An empty value, `.` and `..` are refused: they would change the route, and no encoding
    /// helps.
    pub fn segment(mut self, name: &str, value: &str) -> Self {
        if matches!(value, "" | "." | "..") {
            let what = if value.is_empty() {
                "empty".to_owned()
            } else {
                format!("`{value}`")
            };
            self.problem
                .get_or_insert_with(|| format!("{name} is {what}"));
        }
        self.text.push('/');
        self.text.extend(utf8_percent_encode(value, ESCAPED));
        self
    }

    /// Appends a query pair. Call it once for each value of a list.
    pub fn pair(mut self, name: &str, value: impl Display) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.extend(utf8_percent_encode(name, ESCAPED));
        self.text.push('=');
        self.text
            .extend(utf8_percent_encode(&value.to_string(), ESCAPED));
        self
    }

    /// A request without a body.
    ///
    /// # Errors
    ///
    /// [`Error::Build`]: a segment cannot be used, or the whole is too long for a URI.
    pub fn request(self, method: Method) -> Result<Request<Bytes>, Error> {
        self.body(method, Bytes::new())
    }

    /// A request with `body` as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Build`]: as for [`request`](Self::request), or `body` cannot be written as JSON.
    pub fn json<B: Serialize + ?Sized>(
        self,
        method: Method,
        body: &B,
    ) -> Result<Request<Bytes>, Error> {
        let operation = self.operation;
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::build(
                operation,
                format!("its body cannot be written as JSON: {error}"),
            )
        })?;
        let mut request = self.body(method, Bytes::from(body))?;
        request.headers_mut().insert(
            CONTENT_TYPE,
            const { HeaderValue::from_static("application/json") },
        );
        Ok(request)
    }

    /// A request with `form` as `multipart/form-data`.
    ///
    /// # Errors
    ///
    /// [`Error::Build`]: as for [`request`](Self::request), or a media type is none.
    pub fn multipart(self, method: Method, form: &Multipart) -> Result<Request<Bytes>, Error> {
        let encoded = form.encode();
        let (content_type, body) =
            encoded.map_err(|problem| Error::build(self.operation, problem))?;
        let mut request = self.body(method, body)?;
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        Ok(request)
    }

    fn body(self, method: Method, body: Bytes) -> Result<Request<Bytes>, Error> {
        if let Some(problem) = self.problem {
            return Err(Error::build(self.operation, problem));
        }
        Request::builder()
            .method(method)
            .uri(self.text)
            .body(body)
            .map_err(|error| Error::build(self.operation, error.to_string()))
    }
}
