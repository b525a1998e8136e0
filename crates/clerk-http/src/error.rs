use std::{error::Error as StdError, fmt, time::Duration};

use http::StatusCode;

use crate::TransportError;

/// Why an operation brought back no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operation's inputs, or the client's settings, make no request. Nothing was sent.
    #[error("{operation} was not sent: {problem}")]
    Build {
        /// The operation's `operationId`.
        operation: &'static str,
        /// What is wrong, and what to do about it.
        problem: String,
    },
    /// There was no complete response.
    #[error("{operation} failed")]
    Transport {
        /// The operation's `operationId`.
        operation: &'static str,
        /// At which point the exchange ended.
        #[source]
        source: TransportError,
    },
    /// Clerk answered with an error.
    #[error("{operation}: {error}", operation = .0.operation, error = .0)]
    Api(Box<ApiError>),
    /// Clerk answered with a body this version cannot read.
    #[error("{operation} was answered {status} with a body this version cannot read")]
    Decode {
        /// The operation's `operationId`.
        operation: &'static str,
        /// The status of the answer.
        status: StatusCode,
        /// What could not be read, and where.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

/// An error answer of Clerk's API.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiError {
    /// The operation's `operationId`.
    pub operation: &'static str,
    /// The status of the answer.
    pub status: StatusCode,
    /// The errors the answer lists; empty where the body was not in Clerk's error shape.
    pub errors: Vec<ErrorDetail>,
    /// What Clerk's support asks for: `clerk_trace_id` of the body, or the `cf-ray` header.
    pub trace_id: Option<String>,
    /// How long Clerk asks to wait (`Retry-After`), in whole seconds on the wire.
    pub retry_after: Option<Duration>,
}

/// One entry of an error answer.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Clerk's stable name of the error, for instance `resource_not_found`.
    #[serde(default)]
    pub code: String,
    /// A short text, for developers.
    #[serde(default)]
    pub message: String,
    /// A longer text, fit to be shown to users.
    #[serde(default)]
    pub long_message: Option<String>,
    /// What else Clerk says of it, for instance `param_name`.
    #[serde(default)]
    pub meta: Option<serde_json::Value>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clerk answered {}", self.status)?;
        if let Some(first) = self.errors.first() {
            write!(f, " {}: {}", first.code, first.message)?;
        }
        if let Some(trace_id) = &self.trace_id {
            write!(f, " (trace {trace_id})")?;
        }
        Ok(())
    }
}
