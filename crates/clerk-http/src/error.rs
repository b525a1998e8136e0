mod meta;

use std::{
    error::Error as StdError,
    fmt::{self, Write as _},
    time::Duration,
};

use bytes::Bytes;
use clerk_core::Redacted;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::{TransportError, TransportErrorKind, retry, unreadable::what_else};
pub use meta::ErrorMeta;

/// Why an operation brought back no result.
#[derive(thiserror::Error)]
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
    #[error("{operation} failed: {cause}{}", whether_it_is_the_host(cause))]
    Transport {
        /// The operation's `operationId`.
        operation: &'static str,
        /// At which point the exchange ended, and why.
        cause: TransportError,
    },
    /// Clerk answered with an error.
    #[error("{operation}: {error}", operation = .0.operation, error = .0)]
    Api(Box<ApiError>),
    /// Clerk answered with a body this version cannot read.
    #[error("{operation} was answered {status} with a body this version cannot read: {cause}")]
    Decode {
        /// The operation's `operationId`.
        operation: &'static str,
        /// The status of the answer.
        status: StatusCode,
        /// What could not be read, and where.
        cause: Box<dyn StdError + Send + Sync>,
    },
}

/// Where nobody goes by mistake.
const CLERKS_HOST: &str = "api.clerk.com";

fn whether_it_is_the_host(error: &TransportError) -> &'static str {
    let is_about_the_host = matches!(
        error.kind(),
        TransportErrorKind::Connect | TransportErrorKind::Untrusted
    );
    if is_about_the_host && error.host() != CLERKS_HOST {
        "; if that is not the host that you mean, correct the API's URL (CLERK_API_URL; Clerk's is \
         https://api.clerk.com) or, where keys come by it, the publishable key"
    } else {
        ""
    }
}

impl Error {
    /// An operation that could not be made into a request, and what to do about it.
    pub fn build(operation: &'static str, problem: impl Into<String>) -> Self {
        Self::Build {
            operation,
            problem: problem.into(),
        }
    }

    /// A success whose body cannot be read, and why. Of a body that is no JSON at all, such as a page,
    /// what it is says more, and takes the place of `cause`.
    pub fn decode(
        operation: &'static str,
        response: &Response<Bytes>,
        cause: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let otherwise = std::str::from_utf8(response.body())
            .ok()
            .and_then(what_else);
        Self::Decode {
            operation,
            status: response.status(),
            cause: otherwise.map_or_else(|| cause.into(), Into::into),
        }
    }

    /// The `operationId` of the operation that failed.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::Build { operation, .. }
            | Self::Transport { operation, .. }
            | Self::Decode { operation, .. } => operation,
            Self::Api(error) => error.operation,
        }
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Build { .. } | Self::Transport { .. } => None,
            Self::Api(error) => Some(error.status),
            Self::Decode { status, .. } => Some(*status),
        }
    }

    /// What Clerk answered, if it answered with an error.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the same operation may succeed later: there was no response, or Clerk was too
    /// busy (429) or failed (5xx).
    ///
    /// It does not say that sending it again is harmless: an operation that is not
    /// [idempotent](crate::Operation::IDEMPOTENT) may have been carried out, unless
    /// [`was_not_carried_out`](Self::was_not_carried_out) says otherwise.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Build { .. } | Self::Decode { .. } => false,
            Self::Transport { cause, .. } => retry::is_transient_kind(cause.kind()),
            Self::Api(error) => retry::is_transient_status(error.status),
        }
    }

    /// Whether the operation certainly had no effect because nobody looked into it: there was no
    /// request or no connection, or Clerk turned it away for its rate (429).
    ///
    /// Where it says no, nothing is known: a write that timed out may have been carried out.
    pub fn was_not_carried_out(&self) -> bool {
        match self {
            Self::Build { .. } => true,
            Self::Transport { cause, .. } => cause.kind().is_before_sending(),
            Self::Api(error) => retry::turns_away(error.status),
            Self::Decode { .. } => false,
        }
    }

    /// How long Clerk asks to wait before the next request, if its answer said so (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
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
    /// The body as it came, for what is not read above. It may contain what a request sent.
    pub body: Redacted<Bytes>,
}

impl ApiError {
    /// Reads an answer that is no success, whatever its body looks like.
    pub(crate) fn read(operation: &'static str, response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let mut json: Value = serde_json::from_slice(&body).unwrap_or_default();
        let errors = match json.get_mut("errors").map(Value::take) {
            Some(Value::Array(errors)) => errors,
            _ => Vec::new(),
        };
        let ray = || head.headers.get("cf-ray")?.to_str().ok().map(str::to_owned);
        Self {
            operation,
            status: head.status,
            errors: errors.into_iter().filter_map(ErrorDetail::read).collect(),
            trace_id: text(json.get_mut("clerk_trace_id")).or_else(ray),
            retry_after: retry::retry_after(&head.headers),
            body: Redacted::new(body),
        }
    }

    /// Whether the answer looks like another server's. In an outage anything may answer.
    fn is_of_another_server(&self) -> bool {
        let is_outage = self.status.is_server_error() || retry::turns_away(self.status);
        self.errors.is_empty() && !is_outage
    }

    /// Whether one of the listed errors has `code`, for instance `resource_not_found`.
    pub fn has_code(&self, code: &str) -> bool {
        self.errors.iter().any(|error| error.code == code)
    }
}

fn text(value: Option<&mut Value>) -> Option<String> {
    match value.map(Value::take) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// One entry of an error answer.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Clerk's stable name of the error, for instance `resource_not_found`.
    pub code: String,
    /// A short text, for developers.
    pub message: String,
    /// A longer text, fit to be shown to users.
    pub long_message: Option<String>,
    /// What else Clerk says of it, for instance which parameter is to blame.
    pub meta: ErrorMeta,
}

impl ErrorDetail {
    fn read(mut value: Value) -> Option<Self> {
        value.is_object().then(|| Self {
            code: text(value.get_mut("code")).unwrap_or_default(),
            message: text(value.get_mut("message")).unwrap_or_default(),
            long_message: text(value.get_mut("long_message")),
            meta: ErrorMeta::read(value.get_mut("meta").map(Value::take)),
        })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clerk answered {}", self.status)?;
        if let Some(first) = self.errors.first() {
            write!(f, ": {} ({})", Line(&first.message), Line(&first.code))?;
        } else if self.is_of_another_server() {
            f.write_str(
                ", and not with an error of its own; is the URL right, CLERK_API_URL or the host in \
                 the publishable key?",
            )?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, "; ask again in {} s", wait.as_secs())?;
        }
        if let Some(trace_id) = &self.trace_id {
            write!(f, " (trace {})", Line(trace_id))?;
        }
        Ok(())
    }
}

/// A text of somebody else, as it may stand in a line of a log: it ends no line, and has an end.
struct Line<'t>(&'t str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 300;
        for character in self.0.chars().take(LONGEST) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        match self.0.chars().nth(LONGEST) {
            Some(_) => f.write_char('…'),
            None => Ok(()),
        }
    }
}
