//! Clerk's HTTP APIs as values.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod base_url;
pub mod blocking;
mod call;
mod client;
mod closure;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod operation;
mod response;
mod retry;
mod runtime;
mod settings;
mod target;
mod trace;
mod transport;

pub use call::{AwaitingResponse, AwaitingRetry, Step};
pub use client::Client;
pub use closure::{blocking_transport_fn, transport_fn};
pub use error::{ApiError, Error, ErrorDetail};
pub use operation::{Authorization, BasePath, Operation};
pub use response::{json, success};
pub use retry::Retry;
pub use runtime::{BlockingRuntime, Runtime};
pub use settings::{API_VERSION, Build, Builder, InvalidSettings, Settings};
pub use target::RequestTarget;
pub use transport::{
    BlockingTransport, RequestTimeout, ResponseLimit, Transport, TransportError, TransportErrorKind,
};
