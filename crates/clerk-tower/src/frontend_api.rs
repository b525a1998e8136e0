//! Clerk's Frontend API under a path of the application's own domain.
//!
//! Browsers that block third-party requests, and domains whose DNS cannot be changed, need it; see
//! <https://clerk.com/docs/advanced-usage/using-proxies>. [`Proxy`] says what goes out for a
//! request and what comes back for a response, without moving bytes; [`ProxyService`] moves them.
//!
//! ```
//! use clerk_core::{PublishableKey, SecretKey};
//! use clerk_tower::frontend_api::{Proxy, ProxyService};
//!
//! # fn make(
//! #     transport: impl clerk_http::Transport + 'static,
//! #     runtime: impl clerk_http::Runtime + 'static,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let publishable_key = PublishableKey::new("pk_test_Y2xlcmsuY2xlcmsuZGV2JA")?;
//! let secret_key = SecretKey::new("sk_test_abc")?;
//! let proxy = Proxy::new(&publishable_key, secret_key)?;
//! let service = ProxyService::new(proxy, transport, runtime);
//! # let _ = service;
//! # Ok(())
//! # }
//! ```
//!
//! Mount it where it sees the whole path, in axum with
//! `.route_service("/__clerk/{*path}", service)`, and outside of whatever authenticates: the
//! Frontend API does that itself. The proxy URL is one of the application's settings, too.
//!
//! Under which address browsers know the application, which Clerk is told, is found out as for
//! handshakes. Where the settings say it, give the proxy the same
//! [`public_address`](Proxy::public_address).

mod body;
mod error;
mod headers;
mod methods;
mod proxy;
mod service;
#[cfg(test)]
mod tests;

pub use error::{InvalidProxy, ProxyError};
pub use proxy::{Exchange, Proxy};
pub use service::ProxyService;
