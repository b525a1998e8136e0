//! Webhooks that Clerk sent, told from those that somebody else did.
//!
//! It moves no bytes: you hand it the headers, the body as it arrived and the time. It does not parse
//! the body; what it hands back is the bytes that were signed.
//!
//! ```
//! use clerk_core::UnixTime;
//! use clerk_webhooks::{SigningSecrets, Verifier};
//!
//! let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?;
//! let now = UnixTime::from_secs(1_800_000_000);
//! let body = br#"{"type":"user.created"}"#;
//! # let sent = secrets.sign("msg_1", now, body)?;
//! # let headers = sent.svix();
//! let delivery = Verifier::new(secrets).verify(&headers, body, now)?;
//! assert_eq!((delivery.id(), delivery.body()), ("msg_1", body.as_slice()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is checked
//!
//! In this order, and the first that does not hold is the [`Error`]:
//!
//! 1. The headers `svix-id`, `svix-timestamp` and `svix-signature` are there, once each. Where none
//!    of them is, `webhook-id`, `webhook-timestamp` and `webhook-signature` count, which is what
//!    Standard Webhooks calls them. The two sets are never mixed.
//! 2. The id is visible ASCII without a full stop, the timestamp is decimal digits. With that, no two
//!    deliveries are signed as the same bytes.
//! 3. The timestamp is at most five minutes away, earlier or later; [`Verifier::tolerance`] changes that.
//! 4. One of the signatures is the HMAC-SHA256 of id, timestamp and body under one of the secrets,
//!    compared in constant time.
//!
//! Hand over the body's bytes before anything has decoded them: a body that was parsed and written
//! again is another body.
//!
//! A good delivery can be sent twice, by Clerk after an outage or by whoever recorded it. A
//! [`Receiver`] is a verifier that remembers: [`Delivery::once`] acts once.
//!
//! # Where it sits
//!
//! On `clerk-core` alone, and below the adapters: `clerk-axum`, `clerk-actix`, `clerk-rocket` and
//! `clerk-poem` have extractors that ask a [`Receiver`], and `clerk-webhooks-redis` remembers for one.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `http` (default) | [`Headers`] for `http::HeaderMap`; without it, anything that implements the trait will do, such as a list of pairs |
//! | `ring` (default) | `Ring`, and constructors that use it; without it, no cryptography is linked: implement [`Provider`] for a library of your choice, or take `clerk_webcrypto::WebCrypto` |
//! | `wasm-js` | ring on `wasm32-unknown-unknown`, with randomness from `crypto.getRandomValues` of the JavaScript around it |
//! | `events` | `clerk-api`, and with it `events::Event`: what a delivery tells, typed |
//! | `metrics` | what is counted of deliveries, for the recorder of the program |
//! | `tracing` | an event at the target `clerk::security` for every delivery that is refused |
//!
//! On `wasm32-unknown-unknown` there is no clock either, so a receiver is [given one](Receiver::clock).
//!
//! Unofficial: not affiliated with Clerk.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod blocking;
mod claims;
mod content;
mod delivery;
mod error;
#[cfg(feature = "events")]
pub mod events;
mod extractor;
mod headers;
mod hmac;
mod lazy_clock;
mod metrics;
mod once;
mod policy;
mod receiver;
mod receiving;
mod rejection;
mod report;
mod secrets;
mod signing;
mod verifier;
mod work_error;

pub use claims::{
    BlockingClaimDelivery, Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant,
    RecentDeliveries,
};
pub use delivery::Delivery;
pub use error::Error;
pub use headers::Headers;
#[cfg(feature = "ring")]
pub use hmac::Ring;
pub use hmac::{
    ComputeHmac, ComputeHmacAsync, ComputingHmac, Hmac, HmacError, NoRandomness, Provider,
};
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;
pub use policy::Policy;
pub use receiver::Receiver;
pub use rejection::Rejection;
pub use secrets::{InvalidSigningSecret, SIGNING_SECRET_VARIABLE, SigningSecrets};
pub use signing::SignedHeaders;
pub use verifier::{Verified, Verifier};
pub use work_error::{IntoWorkError, WorkError};

/// Has `cargo test` compile and run the README's snippet.
#[cfg(all(doctest, feature = "http", feature = "ring"))]
#[doc = include_str!("../README.md")]
mod own_readme {}
