use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;

use crate::{ApiError, Error, unreadable::Unreadable};

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
