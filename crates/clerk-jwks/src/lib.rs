//! Find the keys Clerk's tokens are signed with, keep them fresh, and verify tokens with them.
//!
//! It does not read requests or cookies and decides nothing about them, and it brings no HTTP
//! library: it sends through a `clerk_http::Client`.
//!
//! ```
//! # #[cfg(feature = "ring")] {
//! use clerk_core::{ManualClock, UnixTime};
//! use clerk_jwks::{StaticKeys, blocking::Verifier};
//! use clerk_jwt::{Policy, Reason, SessionClaims};
//!
//! # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
//! # let token = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
//! # let clock = ManualClock::at(UnixTime::from_secs(1_800_000_000));
//! let keys = StaticKeys::from_pem(pem)?; // or `RemoteKeys`, which fetches and refreshes them
//! let verifier = Verifier::new(keys, Policy::default(), clock);
//!
//! let session = verifier.verify::<SessionClaims>(token)?;
//! assert_eq!(session.claims().user_id(), "user_2abc");
//!
//! let refused = verifier.verify::<SessionClaims>("not.a.token").unwrap_err();
//! assert_eq!(refused.reason(), Reason::TokenInvalid);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How keys are kept
//!
//! [`RemoteKeys`] belongs to one instance and shares nothing: Clerk names a key after its
//! instance, so a cache that two verifiers shared would let one instance's users into the other.
//!
//! - However many callers wait, there is one fetch. It goes on when a caller gives up.
//! - Keys are fetched anew in the background before they expire, so nobody waits for that.
//! - Once they have expired they still serve for a bounded time, until a fetch has brought others:
//!   the first caller starts it and is served at once, and so are all while Clerk cannot be reached.
//! - Whatever Clerk answers, nobody waits for keys longer than five seconds, retries included.
//! - A key that Clerk no longer publishes is gone within the time to live where tokens keep coming,
//!   and otherwise once the first of them has led to a fetch.
//! - An unknown key id leads to a fetch at most once per cool-down, which grows under a flood of them; a bad
//!   signature never does.
//! - After a failure the next attempt waits, longer each time. What nobody waits for is sent once.
//! - Chance spreads all of that, so that instances that fetched together do not go on so.
//!
//! [`KeySetCache`] decides all of that, without a clock and without IO; [`CachePolicy`] has the
//! numbers.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default) | constructors that verify with ring; without it, no cryptography is linked |
//! | `metrics` | what is counted of tokens and keys, for the recorder of the program |
//! | `wasm-js` | ring on `wasm32-unknown-unknown` in a JavaScript engine, as [`clerk_jwt`] says |
//!
//! # Where it sits
//!
//! On `clerk-jwt` and `clerk-http`; below `clerk-auth` and the facade. The [`blocking`] module
//! has the same names one `.await` apart.
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
mod cache;
mod error;
mod header_memory;
mod key_set;
mod layered;
mod metrics;
mod policy;
mod remote;
mod resolve;
mod shared;
mod static_keys;
mod token_cache;
mod verification;
mod verifier;

pub use cache::{KeySetCache, Lookup, Snapshot};
pub use error::{Error, FetchError, ResolveError};
pub use header_memory::HeaderMemory;
pub use key_set::{KeySet, KeySource};
pub use layered::Layered;
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;
pub use policy::CachePolicy;
pub use remote::RemoteKeys;
pub use resolve::{BlockingResolveKey, ResolveKey};
pub use static_keys::StaticKeys;
pub use token_cache::{KnownToken, VerifiedTokenCache};
pub use verifier::Verifier;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(all(doctest, feature = "ring"))]
#[doc = include_str!("../README.md")]
mod own_readme {}
