//! Clerk for axum: a layer that finds out who a request comes from, and extractors that tell
//! handlers.
//!
//! ```
//! use axum::{Router, routing::get};
//! use clerk_axum::{Allowed, ClerkLayer, Guard, MaybeSignedIn, Requirement, SignedIn};
//!
//! async fn me(session: SignedIn) -> String {
//!     session.user_id().to_owned()
//! }
//!
//! async fn home(MaybeSignedIn(session): MaybeSignedIn) -> String {
//!     match session {
//!         Some(session) => format!("Hello {}", session.user_id()),
//!         None => "Hello stranger".to_owned(),
//!     }
//! }
//!
//! struct Payer;
//!
//! impl Guard for Payer {
//!     fn requirement() -> Requirement {
//!         Requirement::new().permission("org:invoices:pay")
//!     }
//! }
//!
//! async fn pay(payer: Allowed<Payer>) -> String {
//!     format!("{} pays", payer.user_id())
//! }
//!
//! fn application(authenticator: clerk_auth::Authenticator) -> Router {
//!     Router::new()
//!         .route("/", get(home))
//!         .route("/me", get(me))
//!         .route("/pay", get(pay))
//!         .layer(ClerkLayer::new(authenticator))
//! }
//! # let _ = application;
//! ```
//!
//! The layer goes around the outermost router, once; see
//! [where to put the layer](clerk_tower#where-to-put-the-layer). axum's `.layer` is around the routes
//! that are there already, so it comes after the last of them. What a handler takes is what protects
//! it: there is no list of paths to keep in step with the routes.
//!
//! | extractor | who gets through | everybody else |
//! |---|---|---|
//! | [`SignedIn`] | users with a session | 401 |
//! | [`MaybeSignedIn`] | everybody; it holds the session of those who have one | |
//! | [`CurrentAuth`] | everybody; it holds who they are, be it a user, a machine or nobody | |
//! | [`Allowed<G>`](Allowed) | users with a session that meets `G`'s requirement | 401, 403 |
//! | [`Machine`] | machines with a token of any type | 401 |
//! | [`ApiKey`], [`M2m`], [`OAuth`] | machines with a token of this type | 401 |
//! | [`SignOut`] | everybody, by `POST` from the application's own pages | 403, 405 |
//! | [`Redirects`] | everybody; it says where to sign in, and to come back from | |
//!
//! Each of them answers 503 where Clerk cannot be asked, 500 where this service is set up wrongly,
//! and 500 where the layer is missing, which operators are told by the event `layer-missing`. None
//! takes any of that for "nobody is signed in".
//!
//! The machines' extractors need an authenticator whose settings
//! [accept](clerk_auth::Builder::accepts) their tokens.
//!
//! The feature `webhooks` adds an extractor for what Clerk sends.
//!
//! Where it sits: on `clerk-tower`, whose layers it shows again. Unofficial: not affiliated with
//! Clerk.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod extract;
mod not_authenticated;
mod rejection;
mod require;
mod sign_out;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use clerk_auth::{Guard, Requirement};
pub use clerk_tower::{ClerkLayer, frontend_api};
pub use extract::{
    Allowed, ApiKey, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects, SignOut, SignedIn,
};
pub use rejection::Rejection;
pub use require::RequireLayer;
pub use sign_out::SignOutResponse;

/// Has `cargo test` compile and run the guide's snippets.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/protect-routes.md")]
mod guide {}

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
