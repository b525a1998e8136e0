//! Clerk for Rocket: a fairing that finds out who a request comes from, and request guards that
//! tell handlers.
//!
//! ```
//! use clerk_rocket::{Allowed, ClerkFairing, Guard, MaybeSignedIn, Requirement, SignedIn};
//! use rocket::{Build, Rocket, get, post, routes};
//!
//! #[get("/me")]
//! fn me(session: SignedIn) -> String {
//!     session.user_id().to_owned()
//! }
//!
//! #[get("/")]
//! fn home(session: MaybeSignedIn) -> String {
//!     match session.0 {
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
//! #[post("/pay")]
//! fn pay(payer: Allowed<Payer>) -> String {
//!     format!("{} pays", payer.user_id())
//! }
//!
//! fn application(authenticator: clerk_auth::Authenticator) -> Rocket<Build> {
//!     rocket::build()
//!         .attach(ClerkFairing::new(authenticator))
//!         .mount("/", routes![home, me, pay])
//! }
//! # let _ = application;
//! ```
//!
//! What a handler takes is what protects it: there is no list of paths to keep in step with the
//! routes. Where the fairing is not attached, Rocket refuses to launch an application whose
//! handlers take one of these guards; one that asks by `Request::guard` answers 500.
//!
//! | guard | who gets through | everybody else |
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
//! and 500 where the fairing is missing, which operators are told by the event `layer-missing`. None
//! takes any of that for "nobody is signed in".
//!
//! **Take [`MaybeSignedIn`], not `Option<SignedIn>`.** Rocket itself makes an `Option` of any
//! guard, with `None` for whatever went wrong: an outage would look like a stranger.
//!
//! # How redirects happen
//!
//! A fairing can neither answer a request nor keep it from a handler; routes can. So the fairing
//! mounts one route on every path, before all others. It sends browsers away that have to go
//! elsewhere first, and forwards everybody else to the routes of the application. No handler sees
//! the request of a browser that is sent away, whether it takes a guard or not.
//!
//! # How rejections are answered
//!
//! A guard that refuses leads to the catcher of its status. The fairing registers [`catchers`] at
//! `/` that answer with the [`Rejection`], unless the application has catchers of its own for these
//! statuses, or a default one. Those find out by [`Rejection::of`] what was refused. Whichever
//! catcher answers, the fairing adds the rejection's headers where they are missing.
//!
//! # Guards of your own
//!
//! A guard that asks one of these passes its refusal on, with `try_outcome!`. What it refuses by
//! itself it refuses with [`Rejection::refuse`]. Either way the answer has the status, the headers
//! (`WWW-Authenticate`, `Retry-After`, `Cache-Control`) and the body of the [`Rejection`].
//!
//! ```
//! use clerk_rocket::{Rejection, Requirement, SignedIn};
//! use rocket::{
//!     Ignite, Request, Rocket, Sentinel, async_trait,
//!     outcome::try_outcome,
//!     request::{FromRequest, Outcome},
//! };
//!
//! /// Whoever may read the bills of their organization.
//! struct Accountant(SignedIn);
//!
//! #[async_trait]
//! impl<'r> FromRequest<'r> for Accountant {
//!     type Error = Rejection;
//!
//!     async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Rejection> {
//!         let session = try_outcome!(request.guard::<SignedIn>().await);
//!         match session.require(&Requirement::new().permission("org:bills:read")) {
//!             Ok(()) => Outcome::Success(Self(session)),
//!             Err(denied) => Rejection::from(denied).refuse(request),
//!         }
//!     }
//! }
//!
//! /// Without the fairing, the application does not launch.
//! impl Sentinel for Accountant {
//!     fn abort(rocket: &Rocket<Ignite>) -> bool {
//!         SignedIn::abort(rocket)
//!     }
//! }
//!
//! #[rocket::get("/bills")]
//! fn bills(accountant: Accountant) -> String {
//!     format!("{} reads bills", accountant.0.user_id())
//! }
//! # let _ = rocket::routes![bills];
//! ```
//!
//! A guard with an error type of its own makes it of the rejection, and keeps the status:
//! `outcome.map_error(|(status, rejection)| (status, Error::from(rejection)))`.
//!
//! # Headers that are no text
//!
//! Rocket drops request headers that are not UTF-8 before anybody sees them. A token in such a
//! header is a token that is not there: the request is still signed out, for another reason.
//!
//! The machines' guards need an authenticator whose settings
//! [accept](clerk_auth::Builder::accepts) their tokens.
//!
//! The feature `webhooks` adds a data guard for what Clerk sends.
//!
//! Where it sits: between `clerk-auth`, which decides everything, and Rocket; it translates. It
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

mod admission;
mod fairing;
mod gate;
mod guards;
mod headers;
mod rejection;
mod sign_out;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use clerk_auth::{Guard, RequestAuth, Requirement};
pub use fairing::ClerkFairing;
pub use guards::{
    Allowed, ApiKey, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects, SignOut, SignedIn,
};
pub use rejection::{Rejection, catchers};
pub use sign_out::SignOutResponse;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
