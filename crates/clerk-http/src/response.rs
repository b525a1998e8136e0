use std::{error::Error as StdError, fmt};

use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{ApiError, Error};

/// Reads a success's JSON body, and anything else as Clerk's error.
///
/// For [`Operation::response`](crate::Operation::response). Every 2xx status is a success. The
/// body is read as JSON whatever media type is said of it.
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
///
/// let response = Response::new(Bytes::from(r#"{"total_count":3}"#));
/// let count: serde_json::Value = clerk_http::json("GetUsersCount", response)?;
/// assert_eq!(count["total_count"], 3);
/// # Ok::<(), clerk_http::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Api`] for a status that is no success, [`Error::Decode`] for a body that is no `T`.
/// Its text says where in the body, and repeats no value from it.
pub fn json<T: DeserializeOwned>(
    operation: &'static str,
    response: Response<Bytes>,
) -> Result<T, Error> {
    let response = success(operation, response)?;
    let body = response.body();
    // Checking the whole body at once is much faster than string by string.
    let read = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text).map_err(|error| Unreadable::new::<T>(text, &error)),
        Err(error) => Err(Unreadable::not_utf8(&body[..error.valid_up_to()])),
    };
    read.map_err(|unreadable| Error::Decode {
        operation,
        status: response.status(),
        cause: Box::new(unreadable),
    })
}

/// Passes a success on, and reads anything else as Clerk's error.
///
/// For operations whose answer has no body, or one that is not JSON.
///
/// # Errors
///
/// [`Error::Api`] for a status that is no success.
pub fn success(
    operation: &'static str,
    response: Response<Bytes>,
) -> Result<Response<Bytes>, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(Error::Api(Box::new(ApiError::read(operation, response))))
}

/// Why and where a body did not fit.
///
/// serde_json's own text repeats the value it stumbled over, and that may be a token.
#[derive(Debug)]
struct Unreadable {
    what: String,
    path: Option<String>,
    line: usize,
    column: usize,
}

impl Unreadable {
    fn new<T: DeserializeOwned>(body: &str, error: &serde_json::Error) -> Self {
        // Keeping track of the path costs time, so only a body that failed is read that way.
        let mut reader = serde_json::Deserializer::from_str(body);
        let path = serde_path_to_error::deserialize::<_, T>(&mut reader)
            .err()
            .map(|error| error.path().to_string())
            .filter(|path| error.classify() == Category::Data && path != ".");
        Self {
            what: what_else(body).map_or_else(|| without_values(error), str::to_owned),
            path,
            line: error.line(),
            column: error.column(),
        }
    }
}

impl Unreadable {
    fn not_utf8(readable: &[u8]) -> Self {
        let mut lines = readable.split(|byte| *byte == b'\n');
        Self {
            what: "the body is not UTF-8".to_owned(),
            path: None,
            line: lines.clone().count(),
            column: lines.next_back().map_or(0, <[u8]>::len),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(path) = &self.path {
            write!(f, " at `{path}`")?;
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

impl StdError for Unreadable {}

/// What a body is that is no JSON at all, where that says more than the first wrong character.
pub(crate) fn what_else(body: &str) -> Option<&'static str> {
    let body = body.trim_start();
    if body.is_empty() {
        return Some("the body is empty");
    }
    body.starts_with('<')
        .then_some("the body is HTML, not JSON; check where the API's URL leads")
}

/// serde's description of `error`, as far as it is made of our field names and of types alone.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let names_no_value = ["missing field ", "duplicate field ", "invalid length "]
        .iter()
        .any(|start| text.starts_with(start));
    if names_no_value || error.classify() != Category::Data {
        return text.to_owned();
    }
    if let (true, Some((found, expected))) = (
        text.starts_with("invalid "),
        text.rsplit_once(", expected "),
    ) {
        let found = found
            .split(['`', '"'])
            .next()
            .unwrap_or_default()
            .trim_end();
        return format!("{found}, expected {expected}");
    }
    "a value has an unexpected form".to_owned()
}
