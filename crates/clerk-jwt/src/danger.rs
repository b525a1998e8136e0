//! What reads tokens without verifying them. Nothing it gives may decide anything.

use crate::{Claims, Header, Malformed, UnverifiedToken};

/// Reads a token's header and claims, which anyone may have written.
///
/// For showing a token to a developer, and for choosing between keys. Not for deciding who a
/// caller is.
///
/// ```
/// let compact = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.AA";
/// let (header, claims) = clerk_jwt::danger::decode_unverified(compact)?;
/// assert_eq!(header.algorithm(), Some(clerk_jwt::Algorithm::Rs256));
/// assert_eq!(claims.subject(), Some("user_1"));
/// # Ok::<(), clerk_jwt::Malformed>(())
/// ```
///
/// # Errors
///
/// The text is not a JSON Web Token in compact form.
pub fn decode_unverified(compact: &str) -> Result<(Header, Claims), Malformed> {
    UnverifiedToken::parse(compact)?.into_unverified_parts()
}
