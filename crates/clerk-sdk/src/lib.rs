//! Clerk for Rust: verify sessions and call Clerk's API, async or blocking.
//!
//! It is not Clerk's own SDK: it is unofficial and not affiliated with Clerk.
//!
//! ```
//! # #[cfg(feature = "async")] {
//! # use clerk_emulator::{Emulator, Server};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! # let server = Server::start(Emulator::builder())?;
//! # let (url, secret) = (server.url(), server.emulator().secret_key());
//! # let now = clerk::Clock::now(&clerk::SystemClock::new());
//! # let token = server.emulator().token().user("ada@example.com").sign(now);
//! use clerk::{Clerk, Reason};
//!
//! // Or `Clerk::from_env()?`, which reads CLERK_SECRET_KEY and its siblings.
//! let clerk = Clerk::builder().secret_key(secret).api_url(url).build()?;
//!
//! let session = clerk.verify_token(&token).await?;
//! println!("{} is signed in", session.claims().user_id());
//!
//! let refused = clerk.verify_token("not.a.token").await.unwrap_err();
//! assert_eq!(refused.reason(), Reason::TokenInvalid);
//!
//! # #[cfg(feature = "users")] {
//! let user = clerk.users().get(session.claims().user_id()).send().await?;
//! println!("{:?} was created at {:?}", user.first_name, user.created_at);
//! for user in clerk.users().list().limit(20).query("ada").send().await? {
//!     println!("{}", user.id);
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | feature | adds |
//! |---|---|
//! | `async` (default) | what [`Clerk`] sends through if not told: reqwest and tokio |
//! | `http2` (default) | HTTP/2 to Clerk, with `async` |
//! | `blocking` | [`blocking::Clerk`], over ureq and threads |
//! | `ring` (by the two above) | what signatures are verified with, if not told |
//! | `edge` | `clerk::edge`: what asks a JavaScript engine for everything |
//! | `cloudflare-workers` | the same, with the `waitUntil` of Cloudflare's engine |
//! | `users`, `organizations`, `invitations` (default) | these parts of the Backend API |
//! | `billing`, `enterprise`, `machines`, `instance` | the others; see the features of [`api`] |
//! | `actix` | [`actix`]: middleware for actix-web, and extractors |
//! | `axum` | [`axum`]: a layer, and extractors that tell handlers who is signed in |
//! | `poem` | [`poem`]: middleware for poem, and extractors |
//! | `rocket` | [`rocket`]: a fairing for Rocket, and request guards |
//! | `tower` | [`tower`]: layers for tower services, tonic's among them |
//! | `webhooks` | [`webhooks`]: tells webhooks that Clerk sent from all others; with a framework, an extractor |
//! | `webhooks-redis` | [`webhooks_redis`]: what was received of them, in a Redis that replicas share |
//! | `webhook-events` | `webhooks::events`: what they tell, typed |
//! | `stream` | walks through lists as `futures_core::Stream`s |
//! | `jiff`, `time`, `chrono` | `Timestamp` to and from the types of these crates |
//! | `metrics` | [`register_metrics`], and what there is to be counted and timed of tokens, requests, keys, calls and webhooks |
//! | `tracing` | spans for the calls to Clerk's API, and an event for every request that is refused |
//! | `wasm-js` | ring on `wasm32-unknown-unknown` in a JavaScript engine, with `crypto.getRandomValues`; see [`jwt`] |
//!
//! In WebAssembly there are all features but `async`, `blocking`, `actix`, `poem`, `rocket` and `webhooks-redis`,
//! which bring sockets or threads. There, [`Builder::transport`], [`Builder::provider`] and [`Builder::clock`] say
//! what to use instead.
//!
//! # One value, one instance
//!
//! Each [`Clerk`] has its own keys, settings and connections; there is no global state. A program
//! that serves several Clerk instances makes one for each, and none accepts another's tokens.
//!
//! # Where it sits
//!
//! On top. It re-exports the layers below and holds no logic of its own: [`jwt`] verifies one
//! token, [`jwks`] finds and keeps the keys, [`api`] has the operations of the Backend API, [`http`]
//! carries the calls. Each is a crate that can be used alone.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "api")]
mod accessors;
mod async_clerk;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod legacy;
#[cfg(feature = "metrics")]
mod metrics;
pub mod node;

pub use async_clerk::Clerk;
pub use builder::{Build, BuildError, Builder, IntoSecretKey, InvalidVariable};
pub use legacy::AuthStateError;
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;

/// What a program in a JavaScript engine gives to the [builder](Builder): [`transport`](Builder::transport),
/// [`clock`](Builder::clock) and [`provider`](Builder::provider).
#[cfg(feature = "edge")]
pub mod edge {
    pub use clerk_http_fetch::*;
    pub use clerk_webcrypto::*;
}

#[cfg(feature = "actix")]
pub use clerk_actix as actix;
#[cfg(feature = "api")]
pub use clerk_api as api;
#[cfg(feature = "async")]
pub use clerk_http_reqwest::{ReqwestTransport, TokioRuntime};

pub use clerk_auth as auth;
#[cfg(feature = "axum")]
pub use clerk_axum as axum;
pub use clerk_core::{
    Clock, InstanceType, ManualClock, PublishableKey, Redacted, SecretKey, SystemClock, UnixTime,
    WithCauses,
};
pub use clerk_http as http;
pub use clerk_http::MachineSecretKey;
pub use clerk_jwks as jwks;
pub use clerk_jwks::{CachePolicy, Error as VerificationError, VerifiedTokenCache};
pub use clerk_jwt as jwt;
pub use clerk_jwt::{
    AuthorizedParties, Claims, Fault, JwkSet, M2mClaims, MachineScopes, OAuthClaims, Policy,
    Reason, SessionClaims, TemplateClaims, UserClaims, Verified,
};
#[cfg(feature = "poem")]
pub use clerk_poem as poem;
#[cfg(feature = "rocket")]
pub use clerk_rocket as rocket;
#[cfg(feature = "tower")]
pub use clerk_tower as tower;
#[cfg(feature = "webhooks")]
pub use clerk_webhooks as webhooks;
#[cfg(feature = "webhooks-redis")]
pub use clerk_webhooks_redis as webhooks_redis;

/// Has `cargo test` compile and run the snippets of the README and the guides.
#[cfg(all(
    doctest,
    feature = "async",
    feature = "axum",
    feature = "blocking",
    feature = "users"
))]
mod documents {
    #[cfg(feature = "webhook-events")]
    #[doc = include_str!("../../../README.md")]
    mod readme {}
    #[doc = include_str!("../../../docs/guides/authorization.md")]
    mod authorization {}
    #[doc = include_str!("../../../docs/guides/browsers.md")]
    mod browsers {}
    #[doc = include_str!("../../../docs/guides/capacity.md")]
    mod capacity {}
    #[doc = include_str!("../../../docs/guides/deploy.md")]
    mod deploy {}
    #[cfg(all(feature = "cloudflare-workers", feature = "webhooks"))]
    #[doc = include_str!("../../../docs/guides/edge.md")]
    mod edge {}
    #[doc = include_str!("../../../docs/guides/explain-requests.md")]
    mod explain_requests {}
    #[doc = include_str!("../../../docs/guides/from-clerk-rs.md")]
    mod from_clerk_rs {}
    #[doc = include_str!("../../../docs/guides/from-node.md")]
    mod from_node {}
    #[doc = include_str!("../../../docs/guides/machine-tokens.md")]
    mod machine_tokens {}
    #[cfg(feature = "metrics")]
    #[doc = include_str!("../../../docs/guides/metrics.md")]
    mod metrics {}
    #[doc = include_str!("../../../docs/guides/other-runtimes.md")]
    mod other_runtimes {}
    #[doc = include_str!("../../../docs/guides/security-events.md")]
    mod security_events {}
    #[doc = include_str!("../../../docs/guides/test-other-languages.md")]
    mod test_other_languages {}
    #[cfg(feature = "webhook-events")]
    #[doc = include_str!("../../../docs/guides/test-offline.md")]
    mod test_offline {}
    #[doc = include_str!("../../../docs/guides/verify-tokens.md")]
    mod verify_tokens {}
    #[cfg(feature = "webhook-events")]
    #[doc = include_str!("../../../docs/guides/webhooks.md")]
    mod webhooks {}
    #[doc = include_str!("../../../docs/guides/websockets.md")]
    mod websockets {}
}

/// Has `cargo test` compile and run the README's snippet.
#[cfg(all(doctest, feature = "async"))]
#[doc = include_str!("../README.md")]
mod own_readme {}
