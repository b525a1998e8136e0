//! Checks the signatures of Clerk's tokens with AWS-LC, by way of [aws-lc-rs](https://docs.rs/aws-lc-rs): [`AwsLc`] is
//! a [`Provider`] that parses each key once, where ring, the default, does so for each signature.
//!
//! It is for services whose processors are busy verifying: a token takes a quarter less time. It makes no keys and no
//! signatures, does nothing for webhooks or TLS, and decides nothing: which keys are sound is for `clerk-jwt` to say. What
//! is accepted is the same as with ring.
//!
//! ```
//! use clerk_aws_lc::AwsLc;
//! use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, VerifyingKey};
//!
//! # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
//! # let token = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
//! # let now = clerk_core::UnixTime::from_secs(1_800_000_000);
//! let key = VerifyingKey::from_pem_with(pem, &AwsLc)?; // parsed here
//! let token = UnverifiedToken::parse(token)?;
//!
//! let session = token.verify::<SessionClaims>(&key, now, &Policy::default())?;
//! assert_eq!(session.claims().user_id(), "user_2abc");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a build needs
//!
//! A C compiler, no CMake and no Go, and up to a minute of a processor. Where AWS-LC is installed and pkg-config or
//! `OPENSSL_DIR` lead to it, that is linked instead; `AWS_LC_SYS_USE_SYSTEM=0` says never.
//!
//! AWS-LC finds out at run time which instructions the processor has; without those for large numbers it takes about as
//! long as ring does with them. There is none for WebAssembly: `clerk-webcrypto` is for that. The `fips` feature of aws-lc-rs gains nothing here: a digest that is
//! computed before the signature is checked, as here, is no approved service of that module.
//!
//! # Where it sits
//!
//! Beside `clerk-jwt`, below nothing but programs. The facade takes it, `Clerk::builder().provider(AwsLc)`, and so do
//! `clerk_jwks::RemoteKeys::with_provider` and `clerk_jwks::StaticKeys::from_pem_with`. Where all of that is built without
//! their feature `ring`, AWS-LC is the only library that checks tokens.
//!
//! Unofficial: not affiliated with Clerk.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest::{self, SHA256, SHA384, SHA512},
    signature::{
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    },
};
use clerk_jwt::{
    Algorithm, InvalidKey, Provider, RsaPublicKey, SignatureMismatch, SignatureVerifier,
    VerifySignature,
};

/// Signature verification with AWS-LC, which takes every key that `clerk-jwt` does.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

impl Provider for AwsLc {
    /// # Errors
    ///
    /// [`InvalidKey::Unsupported`]: AWS-LC could not keep the numbers, which it can unless memory is out.
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        Ok(SignatureVerifier::AtOnce(Arc::new(RsaKey {
            rs256: parse(&key, &RSA_PKCS1_2048_8192_SHA256)?,
            rs384: parse(&key, &RSA_PKCS1_2048_8192_SHA384)?,
            rs512: parse(&key, &RSA_PKCS1_2048_8192_SHA512)?,
            numbers: key,
        })))
    }
}

fn parse(
    key: &RsaPublicKey,
    parameters: &'static RsaParameters,
) -> Result<ParsedPublicKey, InvalidKey> {
    let numbers = RsaPublicKeyComponents {
        n: key.modulus(),
        e: key.exponent(),
    };
    let parsed = numbers.to_parsed_public_key(parameters);
    parsed.map_err(|_| InvalidKey::Unsupported(NUMBERS))
}

const NUMBERS: &str =
    "AWS-LC did not take the numbers of the key; replace the key, or verify with ring";

/// A parsed key is for one algorithm. What is computed for one ahead, it computes when that is first used.
struct RsaKey {
    numbers: RsaPublicKey,
    rs256: ParsedPublicKey,
    rs384: ParsedPublicKey,
    rs512: ParsedPublicKey,
}

impl VerifySignature for RsaKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureMismatch> {
        let (key, hash) = match algorithm {
            Algorithm::Rs256 => (&self.rs256, &SHA256),
            Algorithm::Rs384 => (&self.rs384, &SHA384),
            Algorithm::Rs512 => (&self.rs512, &SHA512),
            _ => return Err(SignatureMismatch),
        };
        // Given the message, the library would get ready for one that comes in parts, which costs a hundredth.
        let digest = digest::digest(hash, message);
        key.verify_digest_sig(&digest, signature)
            .map_err(|_| SignatureMismatch)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey")
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
