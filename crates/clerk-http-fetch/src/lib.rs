//! A transport, a runtime and a clock for `clerk-http` in JavaScript engines: [`FetchTransport`] sends with the
//! engine's `fetch`, [`JsRuntime`] waits with its timers, [`JsClock`] reads its clocks.
//!
//! It is for WebAssembly that runs in Cloudflare Workers, Vercel's edge runtime, Node and the like, on
//! `wasm32-unknown-unknown`. It decides nothing: no retries, no redirects, no cookies, no credentials. It is not
//! for browsers, where a secret key has no place and redirects hide where they lead. Elsewhere it compiles, so
//! that a workspace can be checked as a whole, and panics where it would call the engine.
//!
//! ```no_run
//! use clerk_http::Client;
//! use clerk_http_fetch::{FetchTransport, JsClock, JsRuntime};
//!
//! fn client(secret_key: &str) -> Result<Client, Box<dyn std::error::Error>> {
//!     Ok(Client::builder(FetchTransport, JsRuntime::new())
//!         .clock(JsClock::new())
//!         .secret_key(secret_key.parse()?)
//!         .build()?)
//! }
//! ```
//!
//! Where it sits: beside `clerk-http`, below nothing but programs, like `clerk-http-reqwest` and
//! `clerk-http-ureq`.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod clock;
mod engine;
mod message;
mod runtime;
mod transport;

pub use clock::JsClock;
pub use js_sys;
pub use runtime::JsRuntime;
pub use transport::FetchTransport;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
