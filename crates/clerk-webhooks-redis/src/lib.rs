//! A store of webhook claims in Redis, which the replicas of a service share: with it, a delivery that
//! reaches two of them is acted on by one.
//!
//! It verifies nothing, and decides nothing: [`Delivery::once`](clerk_webhooks::Delivery::once) says
//! when to claim what, and for how long. It makes no backup of what Redis forgets: one that evicts
//! keys, or fails over to a replica that lags behind, may have a delivery acted on again.
//!
//! ```no_run
//! # #[cfg(feature = "async")] {
//! use clerk_webhooks::Receiver;
//! use clerk_webhooks_redis::RedisDeliveries;
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let deliveries = RedisDeliveries::connect("redis://127.0.0.1/").await?;
//! let receiver = Receiver::from_env()?.deliveries(deliveries);
//! # drop(receiver);
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! [`blocking::RedisDeliveries`] is the same for `clerk_webhooks::blocking::Receiver`.
//!
//! # What is in Redis
//!
//! A key for each delivery to an endpoint: `clerk:webhook:`, the endpoint, a full stop and the
//! message's id. Its value is `done`, or `in-progress:` and who holds the claim, and Redis deletes it when
//! the lease or the time to keep it is over. The endpoint is the name that its receiver
//! [has](clerk_webhooks::Receiver::endpoint), or 32 digits that stand for its signing secret and do not
//! tell it. So replicas share their claims, and endpoints do not, nor do instances of Clerk.
//!
//! The commands are `SET` and `EVAL`, with two scripts that call `SET`, `GET` and `DEL`; a user with
//! restricted rights needs those. Each is one round trip. None is newer than Redis 2.6.12, so what is
//! compatible should do as well; it is tested with Redis 7 and Valkey 9. Redirections of a cluster are
//! not followed.
//!
//! # When Redis is away
//!
//! Then nobody can tell, and a delivery is answered with 503, which has Clerk send it again. A server
//! that hangs counts as away after the [`Timeouts`]. The same store goes on when Redis is back.
//!
//! A connection over which an error has come is not used again, whatever the error, and unless whoever
//! asked has waited long enough, the question is asked once more over a new one. So it goes unnoticed
//! that a connection was closed while nobody used it; and after a failover no claim is lost on a server
//! that was demoted once the address, or the name in it, leads to the new primary.
//!
//! # TLS
//!
//! Not by itself: the `redis` crate takes TLS settings from the whole process, which is the program's
//! to decide. A program that depends on `redis` 1 with its features `tls-rustls-webpki-roots` and
//! `tokio-rustls-comp`, and has a provider of rustls, can hand `rediss://` addresses to this crate.
//! Without, they are refused; nothing is ever sent in plain text instead. One with certificates of its own
//! hands the client that it has built to [`from_client`](blocking::RedisDeliveries::from_client).
//!
//! # Where it sits
//!
//! Beside `clerk-webhooks`, below nothing but programs and the facade, where it is
//! `clerk::webhooks_redis`. It alone names Redis.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod blocking;
mod commands;
mod connect;
#[cfg(feature = "async")]
mod deliveries;

pub use connect::{ConnectError, Timeouts};
#[cfg(feature = "async")]
pub use deliveries::RedisDeliveries;
pub use redis;

/// What the keys begin with, unless something else is set.
const PREFIX: &str = "clerk:webhook:";

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
