//! Checks the signatures of Clerk's tokens with WebCrypto, which JavaScript engines bring: [`WebCrypto`] is a
//! [`Provider`] whose keys are awaited. With the feature `webhooks` it is `clerk-webhooks`' provider, too.
//!
//! It is for WebAssembly in Cloudflare Workers, Vercel's edge runtime, Node and the like, on
//! `wasm32-unknown-unknown`: there, ring takes many times as long. Whether a key is sound is decided by
//! `clerk-jwt` before this crate is asked. It makes no keys and no signatures, and blocking functions cannot use
//! it. Outside of such engines it compiles, and panics where it would call the engine.
//!
//! ```no_run
//! use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, VerifyError};
//! use clerk_webcrypto::WebCrypto;
//! # use clerk_core::UnixTime;
//! # use clerk_jwt::{Verified, VerifyingKey};
//!
//! # type Outcome = Result<Verified<SessionClaims>, VerifyError>;
//! # async fn example(pem: &str, token: &str, now: UnixTime) -> Outcome {
//! let key = VerifyingKey::from_pem_with(pem, &WebCrypto)?;
//! let token = UnverifiedToken::parse(token)?;
//! token.verify_async::<SessionClaims>(&key, now, &Policy::default()).await
//! # }
//! ```
//!
//! Where it sits: beside `clerk-jwt` and `clerk-webhooks`, below nothing but programs.
//! `clerk_jwks::RemoteKeys::with_provider` takes it, and `clerk_webhooks::SigningSecrets::new_with`.
//!
//! Unofficial: not affiliated with Clerk.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod engine;
mod key;
#[cfg(feature = "webhooks")]
mod secret;

use std::sync::Arc;

use clerk_jwt::{InvalidKey, Provider, RsaPublicKey, SignatureVerifier};

use key::RsaKey;

/// Signature verification with the engine's WebCrypto (`crypto.subtle`).
///
/// Engines draw different lines, so that a key which they all take has 2048 to 8192 bits, as `clerk-jwt` asks
/// for, and one of the public exponents 3 and 65537. Clerk's keys have 2048 bits and 65537.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebCrypto;

impl Provider for WebCrypto {
    /// # Errors
    ///
    /// [`InvalidKey::Unsupported`]: the public exponent is neither 3 nor 65537.
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        if !matches!(key.exponent(), [3] | [1, 0, 1]) {
            return Err(InvalidKey::Unsupported(EXPONENT));
        }
        Ok(SignatureVerifier::Awaited(Arc::new(RsaKey::new(key))))
    }
}

const EXPONENT: &str =
    "WebCrypto takes no public exponents but 3 and 65537; replace the key, or verify with ring";

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_that_engines_disagree_on_are_refused_with_a_word_on_what_to_do() {
        let modulus = [0xC5; 256];
        for (exponent, is_taken) in [
            (&[3][..], true),
            (&[1, 0, 1], true),
            (&[0, 1, 0, 1], true),
            (&[17], false),
            (&[1, 0, 3], false),
            (&[1, 0, 0, 0, 1], false),
        ] {
            let key = RsaPublicKey::from_components(&modulus, exponent).unwrap();
            match WebCrypto.rsa(key) {
                Ok(SignatureVerifier::Awaited(_)) => assert!(is_taken, "{exponent:?}"),
                Ok(SignatureVerifier::AtOnce(_)) => panic!("WebCrypto answers later"),
                Err(error) => {
                    assert!(!is_taken, "{exponent:?}");
                    assert!(error.to_string().contains("verify with ring"), "{error}");
                }
            }
        }
    }
}
