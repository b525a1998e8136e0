//! Clerk for poem: middleware that finds out who a request comes from, and extractors that
//! tell handlers.
//!
//! ```
//! use clerk_poem::{Allowed, ClerkMiddleware, Guard, MaybeSignedIn, Requirement, SignedIn};
//! use poem::{Endpoint, EndpointExt, Route, get, handler, post};
//!
//! #[handler]
//! fn me(session: SignedIn) -> String {
//!     session.user_id().to_owned()
//! }
//!
//! #[handler]
//! fn home(MaybeSignedIn(session): MaybeSignedIn) -> String {
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
//! #[handler]
//! fn pay(payer: Allowed<Payer>) -> String {
//!     format!("{} pays", payer.user_id())
//! }
//!
//! fn application(authenticator: clerk_auth::Authenticator) -> impl Endpoint {
//!     Route::new()
//!         .at("/", get(home))
//!         .at("/me", get(me))
//!         .at("/pay", post(pay))
//!         .with(ClerkMiddleware::new(authenticator))
//! }
//! # let _ = application;
//! ```
//!
//! The middleware goes around the whole application, once. It protects nothing by itself: what a
//! handler takes is what protects it, so there is no list of paths to keep in step with the routes.
//!
//! poem passes errors outwards until something makes an answer of them. The middleware does,
//! because errors too are due the headers it adds. So what is to catch errors, be it the
//! application's or a [`Rejection`], goes further inside: `catch_error` before `with`.
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
//! and 500 where the middleware is missing, which operators are told by the event `layer-missing`.
//! None takes any of that for "nobody is signed in".
//!
//! **Take [`MaybeSignedIn`], not `Option<SignedIn>`.** poem itself makes an `Option` of any
//! extractor, with `None` for whatever went wrong: an outage would look like a stranger.
//!
//! The machines' extractors need an authenticator whose settings
//! [accept](clerk_auth::Builder::accepts) their tokens.
//!
//! The feature `webhooks` adds an extractor for what Clerk sends.
//!
//! Where it sits: between `clerk-auth`, which decides everything, and poem; it translates. It
//! does not make an [`Authenticator`](clerk_auth::Authenticator): the facade's `Clerk` does.
//! Unofficial: not affiliated with Clerk.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod extract;
mod rejection;
mod sign_out;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use authenticate::{Authenticate, ClerkMiddleware};
pub use clerk_auth::{Guard, RequestAuth, Requirement};
pub use extract::{
    Allowed, ApiKey, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects, SignOut, SignedIn,
};
pub use rejection::Rejection;
pub use sign_out::SignOutResponse;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
