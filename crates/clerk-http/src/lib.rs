//! Clerk's HTTP APIs as values.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod operation;
mod runtime;
mod transport;

pub use error::{ApiError, Error, ErrorDetail};
pub use operation::{Authorization, BasePath, Operation};
pub use runtime::{BlockingRuntime, Runtime};
pub use transport::{
    BlockingTransport, RequestTimeout, ResponseLimit, Transport, TransportError,
    TransportErrorKind,
};
