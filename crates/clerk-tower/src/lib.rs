//! Clerk for tower services: axum, tonic, and whatever else is made of `http` requests.
//!
//! [`ClerkLayer`] finds out who each request comes from and puts a [`RequestAuth`] beside it.
//! Whoever handles the request asks that; [`RequireLayer`] asks it for a whole route.
//!
//! ```
//! use bytes::Bytes;
//! use clerk_tower::{ClerkLayer, RequestAuth};
//! use http::{Request, Response};
//! use tower::{Layer, service_fn};
//!
//! async fn greet(request: Request<Bytes>) -> Result<Response<Bytes>, std::convert::Infallible> {
//!     let auth = RequestAuth::of(request.extensions());
//!     Ok(match auth.and_then(RequestAuth::session) {
//!         Ok(session) => Response::new(format!("Hello {}", session.user_id()).into()),
//!         Err(rejection) => rejection.into_response(),
//!     })
//! }
//!
//! fn service(authenticator: clerk_auth::Authenticator) -> impl tower::Service<Request<Bytes>> {
//!     ClerkLayer::new(authenticator).layer(service_fn(greet))
//! }
//! # let _ = service;
//! ```
//!
//! # Where to put the layer
//!
//! Around everything, and once: outside of the routers. It protects nothing by itself and has no
//! list of paths, because a list that is matched a second time, beside the router, is matched
//! differently some day. What a handler asks for protects the handler, wherever it is mounted; and
//! a handler that asks where no layer has been answers 500, not as if nobody were signed in.
//! Operators are told by the event `layer-missing`.
//!
//! Other layers may be outside or inside, whatever their bodies are: traces, limits, compression. What
//! asks who it is has to be inside.
//!
//! Routers that strip what they have matched of the path, as axum does for nested ones, leave the
//! layers inside with a shorter URL, which is not where a handshake should send the browser back
//! to. If the layer has to be in there, tell it by [`ClerkLayer::original_uri`] where the whole URL
//! is kept.
//!
//! # gRPC
//!
//! The layers are for tonic too. A call that may not go on is answered with a gRPC status: 16
//! (`UNAUTHENTICATED`) for 401, 7 (`PERMISSION_DENIED`) for 403, 14 (`UNAVAILABLE`) for 503 and 13
//! (`INTERNAL`) for 500. [`grpc::code`] is for handlers that ask for themselves.
//!
//! They go around a whole server, with `Server::layer`, or around one service, with `named_layer` of
//! `tonic::service::LayerExt`, which keeps the name that tonic routes by.
//!
//! Where it sits: between `clerk-auth`, which decides everything, and frameworks; it translates.
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
pub mod frontend_api;

pub mod grpc;
mod require;
mod response_body;

pub use authenticate::{Authenticate, ClerkLayer};
pub use clerk_auth::{
    Auth, Authenticator, Guard, Rejection, RequestAuth, Requirement, SignOut, SignOutResponse,
};
pub use require::{Require, RequireLayer};
pub use response_body::ResponseBody;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
