use std::collections::VecDeque;

use http::{Method, StatusCode};
use serde_json::{Value, json};

/// How many requests are remembered.
const CAPACITY: usize = 1000;

/// A request that the emulator had. It has neither headers nor query nor body, which is where
/// credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The `operationId`, where the emulator has the operation.
    pub operation: Option<&'static str>,
    /// The path as the operation has it, `/v1/users/{user_id}`.
    pub template: Option<&'static str>,
    /// The answer's status; `None` where the connection was dropped.
    pub status: Option<StatusCode>,
}

impl LoggedRequest {
    /// Whether this is its path, or its operation's.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path || self.template == Some(path)
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "method": self.method.as_str(),
            "path": self.path,
            "operation": self.operation,
            "status": self.status.map(|status| status.as_u16()),
        })
    }
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<LoggedRequest>,
}

impl RequestLog {
    pub(crate) fn push(&mut self, entry: LoggedRequest) {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &LoggedRequest> {
        self.entries.iter()
    }
}
