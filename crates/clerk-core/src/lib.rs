//! The values every Clerk for Rust crate shares: time, keys and redaction.
//!
//! It does not talk to anything: no HTTP, no JSON, no tokens. An item lives here only when
//! three other crates need it.
//!
//! ```
//! use clerk_core::{InstanceType, PublishableKey, SecretKey, UnixTime};
//!
//! let publishable: PublishableKey = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA".parse()?;
//! assert_eq!(publishable.instance_type(), InstanceType::Development);
//! assert_eq!(publishable.frontend_api(), "clerk.clerk.dev");
//!
//! let secret = SecretKey::new("sk_test_not_a_real_key")?;
//! assert_eq!(format!("{secret:?}"), "SecretKey(sk_test_[redacted])");
//!
//! assert!(UnixTime::from_secs(1_800_000_000) < UnixTime::from_millis(1_800_000_000_001));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where it sits: the lowest layer. `clerk-jwt` and `clerk-http` build on it. It is
//! `no_std + alloc`; the feature `std` (on by default) adds the clocks.
//!
//! Unofficial: not affiliated with Clerk.

#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod causes;
mod instance;
mod pasted;
mod publishable_key;
mod redacted;
mod secret_key;
mod time;

pub use causes::WithCauses;
pub use instance::InstanceType;
pub use pasted::Pasted;
pub use publishable_key::{InvalidPublishableKey, PublishableKey};
pub use redacted::Redacted;
pub use secret_key::{InvalidSecretKey, SecretKey};
pub use time::{Clock, MonotonicTime, UnixTime};
#[cfg(feature = "std")]
pub use time::{ManualClock, SystemClock};

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
