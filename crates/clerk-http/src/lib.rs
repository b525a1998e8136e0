//! Clerk's HTTP APIs as values: operations, the transports that carry them, retries and errors.
//!
//! It does not do IO and does not read the clock: transports and runtimes are handed in
//! (`clerk-http-reqwest`, `clerk-http-ureq` and `clerk-http-fetch` have them). It knows no endpoint either: `clerk-api`
//! has the whole Backend API, and `clerk-jwks` and `clerk-auth` bring the few operations they need.
//!
//! ```
//! use clerk_http::{Error, Operation, RequestTarget, blocking::Client, blocking_transport_fn, json};
//! # use {bytes::Bytes, http::{Method, Request, Response}};
//! # #[derive(Debug)]
//! # struct Threads;
//! # impl clerk_http::BlockingRuntime for Threads {
//! #     fn sleep(&self, _: std::time::Duration) {}
//! #     fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}
//! # }
//!
//! struct GetUser<'a>(&'a str);
//!
//! impl Operation for GetUser<'_> {
//!     type Output = serde_json::Value;
//!     const ID: &'static str = "GetUser";
//!     const IDEMPOTENT: bool = true;
//!
//!     fn request(&self) -> Result<Request<Bytes>, Error> {
//!         RequestTarget::new(Self::ID, "/users").segment("user_id", self.0).request(Method::GET)
//!     }
//!
//!     fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
//!         json(Self::ID, response)
//!     }
//! }
//!
//! // A transport is anything that answers requests; here, a closure.
//! let transport = blocking_transport_fn(|request| {
//!     assert_eq!(request.uri(), "https://api.clerk.com/v1/users/user_1");
//!     Ok(Response::new(Bytes::from(r#"{"id":"user_1"}"#)))
//! });
//! let client = Client::builder(transport, Threads)
//!     .secret_key("sk_test_abc".parse()?)
//!     .build()?;
//! assert_eq!(client.send(GetUser("user_1"))?["id"], "user_1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Client`] is the same for async programs, one `.await` apart. What both do is decided once, in
//! [`Step`]: a state machine that asks for requests to be sent and time to pass.
//!
//! Where it sits: on `clerk-core`, below everything that talks to Clerk.
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
mod edge;
mod error;
mod headers;
mod machine_key;
mod metrics;
mod multipart;
mod operation;
mod page;
mod pages;
mod response;
mod retry;
mod runtime;
mod settings;
#[cfg(feature = "stream")]
mod stream;
mod target;
mod trace;
mod transport;
mod unreadable;

pub use call::{AwaitingResponse, AwaitingRetry, Step};
pub use client::Client;
pub use closure::{blocking_transport_fn, transport_fn};
pub use error::{ApiError, Error, ErrorDetail, ErrorMeta};
pub use headers::API_VERSION;
pub use machine_key::{InvalidMachineSecretKey, MachineSecretKey};
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;
pub use multipart::{FilePart, Multipart};
pub use operation::{Authorization, BasePath, CallOptions, Operation, WithOptions};
pub use page::{Page, Paginate, Window};
pub use pages::{Items, Pages};
pub use response::{json, success};
pub use retry::Retry;
pub use runtime::{BlockingRuntime, Runtime};
pub use settings::{Build, Builder, InvalidSettings, Settings};
pub use target::RequestTarget;
pub use transport::{
    Attempts, BlockingTransport, Deadline, FirstDelay, RequestTimeout, ResponseLimit, Transport,
    TransportError, TransportErrorKind,
};

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
