//! Verify Clerk's JSON Web Tokens: parse them, check the signature, judge the claims.
//!
//! It does not fetch keys (that is `clerk-jwks`), read requests or cookies, issue tokens, or look
//! at the clock: the key and the time are arguments. It is `no_std + alloc`.
//!
//! ```
//! # #[cfg(feature = "ring")] {
//! use clerk_core::UnixTime;
//! use clerk_jwt::{Policy, Reason, SessionClaims, UnverifiedToken, VerifyingKey};
//!
//! # let pem = include_str!("../tests/keys/a.public.pem");
//! # let compact = include_str!("../tests/tokens/session_v2.jwt").trim();
//! # let now = UnixTime::from_secs(1_800_000_000);
//! let key = VerifyingKey::from_pem(pem)?; // the JWKS public key from the dashboard
//! let policy = Policy::default().issuers(["https://clerk.example.com"]);
//!
//! let session = UnverifiedToken::parse(compact)?.verify::<SessionClaims>(&key, now, &policy)?;
//! assert_eq!(session.claims().user_id(), "user_2abc");
//!
//! let later = UnixTime::from_secs(1_800_000_100);
//! let refused = UnverifiedToken::parse(compact)?.verify::<SessionClaims>(&key, later, &policy);
//! assert_eq!(refused.unwrap_err().reason(), Reason::TokenExpired);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is checked, and in what order
//!
//! 1. The form: at most 16 KiB, three parts, canonical base64url, JSON objects, no member twice.
//! 2. The header: `typ`, `alg` (RS256, RS384, RS512), no `crit`, and the token's category.
//! 3. The signature. The key brings the algorithm; the header can only agree.
//! 4. The kind of token, which the type parameter names ([`TokenClaims`]).
//! 5. The claims, in this order: `sub`, `aud`, `azp`, `iss`, `exp`, `nbf`, `iat`, and a machine's
//!    scopes ([`Policy`]).
//!
//! Every refusal carries the [`Reason`] Clerk's own SDKs give.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default) | `Ring`, and constructors that use it; without it, no cryptography is linked: implement [`Provider`] for a library of your choice |
//! | `simd` | tokens are decoded with vector instructions (AVX2, NEON), found at run time; needs std, and `clerk-jwks` has it on |
//! | `wasm-js` | ring on `wasm32-unknown-unknown` in a JavaScript engine |
//!
//! ring does not build for `wasm32-unknown-unknown` before it is told where random bytes come from, although verifying
//! takes none. `wasm-js` names `crypto.getRandomValues`. Without JavaScript around it, an application
//! leaves that out, and chooses among ring's own features.
//!
//! # Where it sits
//!
//! On `clerk-core`; below `clerk-jwks`, which finds the keys, and everything above.
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
#[cfg(test)]
extern crate std;

mod algorithm;
mod authentic;
mod base64url;
mod claims;
pub mod danger;
mod error;
mod header;
mod json;
mod key;
mod kind;
mod kinds;
mod known_headers;
mod machine_scopes;
mod numeric_date;
mod policy;
mod reason;
mod session;
mod token;
mod verified;

pub use algorithm::Algorithm;
pub use authentic::{AuthenticToken, Authenticated};
pub use claims::{Claims, InvalidClaims};
pub use error::{ClaimProblem, Malformed, VerifyError};
pub use header::Header;
#[cfg(feature = "ring")]
pub use key::Ring;
pub use key::{
    InvalidJwkSet, InvalidKey, Jwk, JwkSet, KeyId, Provider, PublishedKey, RsaPublicKey,
    SignatureError, SignatureMismatch, SignatureVerifier, VerifySignature, VerifySignatureAsync,
    VerifyingKey, VerifyingSignature,
};
pub use kind::{Category, TokenKind};
pub use kinds::{M2mClaims, OAuthClaims, TemplateClaims, TokenClaims, UserClaims};
pub use known_headers::KnownHeaders;
pub use machine_scopes::{InvalidMachineId, MachineScopes};
pub use numeric_date::NumericDate;
pub use policy::{AuthorizedParties, Policy};
pub use reason::{Fault, Reason};
pub use session::{
    Actor, Entitlements, FactorAges, Organization, Permissions, SessionClaims, SessionStatus,
};
pub use token::{MAX_TOKEN_BYTES, UnverifiedToken};
pub use verified::Verified;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
