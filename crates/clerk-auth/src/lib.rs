//! Tell who an HTTP request comes from, and what they may do: Clerk's sessions in headers and
//! cookies, handshakes, satellites, machine tokens, roles, permissions, plans and reverification.
//!
//! It does not answer requests and knows no framework (`clerk-axum` and its siblings do), and it
//! sends nothing itself: what has to be fetched goes through a `clerk_http::Client`.
//!
//! ```
//! # use bytes::Bytes;
//! # use clerk_core::{ManualClock, UnixTime};
//! # use clerk_http::{blocking::Client, blocking_transport_fn};
//! use clerk_auth::{RequestHead, Requirement, Settings, blocking::Authenticator};
//! use clerk_jwks::StaticKeys;
//!
//! # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
//! # let token = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
//! # #[derive(Debug)]
//! # struct Threads;
//! # impl clerk_http::BlockingRuntime for Threads {
//! #     fn sleep(&self, _: std::time::Duration) {}
//! #     fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}
//! # }
//! # let transport = blocking_transport_fn(|_| Ok(http::Response::new(Bytes::new())));
//! # let clock = ManualClock::at(UnixTime::from_secs(1_800_000_000));
//! # let client = Client::builder(transport, Threads).clock(clock).build()?;
//! # let authorization = format!("Bearer {token}");
//! let settings = Settings::builder()
//!     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?)
//!     .build()?;
//! let authenticator = Authenticator::new(settings, StaticKeys::from_pem(pem)?, client);
//!
//! let head = RequestHead::new("GET", "https://example.com/invoices")
//!     .header("authorization", authorization.as_bytes());
//! let state = authenticator.authenticate(&head)?;
//! assert_eq!(state.status(), "signed-in");
//!
//! let auth = state.to_auth(Default::default()).unwrap_or_default();
//! assert_eq!(auth.user_id(), Some("user_2abc"));
//! assert!(!auth.has(&Requirement::new().permission("org:invoices:burn")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it is found out
//!
//! [`Step`] decides, without IO: it asks for keys, for requests to be sent, and for time to pass.
//! Two drivers carry that out, [`Authenticator`] and [`blocking::Authenticator`]. The answer is a [`RequestState`]:
//! signed in, signed out for an [`AuthReason`], or a [`Handshake`] that the browser has to take
//! first. That it cannot be found out is an [`Error`], and never "signed out".
//!
//! - A token in the `Authorization` header has precedence; cookies are for browsers.
//! - Rules and reasons are those of Clerk's Node SDK. Where we decided otherwise is listed in
//!   `docs/divergences.md`.
//! - [`Evidence`] shows what a request says, for people who wonder.
//!
//! # What follows from it
//!
//! [`Auth`] is what handlers deal with: a [`SessionAuth`], a [`MachineAuth`], or nobody.
//! [`Requirement`] asks for roles, permissions, features, plans and fresh factors; what cannot be
//! read grants nothing. [`Admission`], [`RequestAuth`] and [`Rejection`] are what framework
//! adapters carry out, so that all of them answer the same. [`Redirects`] says where to send
//! strangers, and [`SignOut`] signs out whoever wants to leave.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default) | keys from PEM that verify with ring; without it, no cryptography is linked |
//! | `metrics` | what is counted of requests, for the recorder of the program |
//! | `tracing` | an event at the target `clerk::security` for every refusal |
//! | `wasm-js` | ring on `wasm32-unknown-unknown` in a JavaScript engine, as [`clerk_jwt`] says |
//!
//! # Where it sits
//!
//! On `clerk-jwks` and `clerk-http`; below the framework adapters and the facade, which calls it
//! `clerk::auth`. It does not depend on `clerk-api`: it has the few calls that it makes itself.
//!
//! Unofficial: not affiliated with Clerk.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod admission;
mod auth;
mod auth_headers;
mod authentication;
mod authenticator;
pub mod blocking;
mod cookies;
mod debug_state;
mod error;
mod events;
mod extractors;
mod frontend_api;
mod guard;
pub mod interstitial;
mod machine_tokens;
mod metrics;
mod organization_sync;
mod origin_check;
mod public_address;
mod query;
mod reason;
mod redirects;
mod rejection;
mod request_head;
mod request_url;
mod requirement;
mod resource_metadata;
mod response_headers;
mod settings;
mod sign_out;
#[cfg(test)]
mod specimen;
mod state;
mod text;
mod token_type;
mod visit;

pub use admission::{Admission, RequestAuth};
pub use auth::{
    Auth, AuthView, MachineAuth, PendingSessions, SessionAuth, SessionToken, SignedOutAuth,
    UnexpectedClaims,
};
pub use authentication::{
    AwaitingKey, AwaitingResponse, AwaitingRetry, AwaitingSignature, BrowserEvidence, Evidence,
    HandshakeEvidence, Moment, NoRedirect, Place, Step, TokenEvidence,
};
pub use authenticator::Authenticator;
pub use debug_state::DebugRequestState;
pub use error::Error;
pub use extractors::FromRequestAuth;
pub use guard::Guard;
pub use machine_tokens::{MachineTokenError, MachineTokenErrorCode};
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;
pub use organization_sync::{InvalidPattern, OrganizationSync, OrganizationTarget};
pub use public_address::PublicAddress;
pub use reason::{AuthReason, RefreshFailure};
pub use redirects::{InvalidRedirect, Redirects};
pub use rejection::Rejection;
pub use request_head::RequestHead;
pub use requirement::{Denied, FactorLevel, InvalidReverification, Requirement, Reverification};
pub use response_headers::HeaderEdits;
pub use settings::{Builder, InvalidSettings, List, Settings};
pub use sign_out::{SignOut, SignOutResponse};
pub use state::{Handshake, RequestState, SignedIn, SignedOut};
pub use token_type::{AcceptedTokens, MachineTokenType, TokenType};

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
