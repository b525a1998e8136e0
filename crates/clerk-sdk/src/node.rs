//! The token functions of Clerk's Node SDK under their names, for those who come from there.
//!
//! | Node | here | better |
//! |---|---|---|
//! | `verifyToken(token, options)` | [`Clerk::verify::<UserClaims>`](crate::Clerk::verify) | [`Clerk::verify_token`](crate::Clerk::verify_token), which accepts session tokens only |
//! | `verifyJwt(token, { key })` | [`verify_jwt`] | [`UnverifiedToken::verify`](clerk_jwt::UnverifiedToken::verify), which takes the time |
//! | `decodeJwt(token)` | [`decode_jwt`] | |
//! | `hasValidSignature(jwt, key)` | [`has_valid_signature`] | [`UnverifiedToken::verify_signature`](clerk_jwt::UnverifiedToken::verify_signature) |
//!
//! What these functions return as `{ data, errors }` or throw is a [`Result`] here.

use clerk_core::{Clock as _, SystemClock};
use clerk_jwt::{
    Claims, Header, Malformed, Policy, UnverifiedToken, Verified, VerifyError, VerifyingKey, danger,
};

/// Reads a token without verifying it. Nothing it gives may decide anything.
///
/// ```
/// let (header, claims) = clerk::node::decode_jwt("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.AA")?;
/// assert_eq!(claims.subject(), Some("user_1"));
/// # let _ = header;
/// # Ok::<(), clerk::jwt::Malformed>(())
/// ```
///
/// # Errors
///
/// The text is not a JSON Web Token in compact form.
pub fn decode_jwt(token: &str) -> Result<(Header, Claims), Malformed> {
    danger::decode_unverified(token)
}

/// Verifies a token of any kind with `key`, at the system's time.
///
/// # Panics
///
/// Where the system has no clock, as on `wasm32-unknown-unknown`. There, hand the time to
/// [`UnverifiedToken::verify`].
///
/// # Errors
///
/// The first thing that is wrong with it, in the order [`clerk_jwt`] gives.
pub fn verify_jwt(
    token: &str,
    key: &VerifyingKey,
    policy: &Policy,
) -> Result<Verified<Claims>, VerifyError> {
    let now = SystemClock::new().now();
    UnverifiedToken::parse(token)?.verify(key, now, policy)
}

/// Whether the signature of `token` was made with `key`. It says nothing of the claims.
///
/// ```
/// use clerk::{jwt::VerifyingKey, node::has_valid_signature};
///
/// # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
/// # let token = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
/// let key = VerifyingKey::from_pem(pem)?;
/// assert!(has_valid_signature(token, &key)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// It cannot be said: the text is no token, or the key is not for the algorithm its header names.
pub fn has_valid_signature(token: &str, key: &VerifyingKey) -> Result<bool, VerifyError> {
    match UnverifiedToken::parse(token)?.verify_signature(key) {
        Ok(_) => Ok(true),
        Err(VerifyError::Signature) => Ok(false),
        Err(error) => Err(error),
    }
}
