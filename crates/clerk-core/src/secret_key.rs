use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use crate::{InstanceType, Pasted};

/// A Clerk secret key: `sk_test_…` or `sk_live_…`.
///
/// Whoever holds it can do anything to the instance, so it is erased from memory on drop, has no
/// `Display`, `Serialize` or `PartialEq`, and `Debug` shows its kind alone.
///
/// ```
/// use clerk_core::{InstanceType, SecretKey};
///
/// let key = SecretKey::new("sk_live_abc123")?;
/// assert_eq!(key.instance_type(), InstanceType::Production);
/// assert_eq!(key.expose(), "sk_live_abc123");
/// # Ok::<(), clerk_core::InvalidSecretKey>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    text: Zeroizing<String>,
    prefix: &'static str,
    instance_type: InstanceType,
}

/// The prefixes Clerk has given its secret keys; the short ones predate publishable keys.
const PREFIXES: [(&str, InstanceType); 4] = [
    ("sk_test_", InstanceType::Development),
    ("sk_live_", InstanceType::Production),
    ("test_", InstanceType::Development),
    ("live_", InstanceType::Production),
];

impl SecretKey {
    /// Checks and takes a key. What [`Pasted::strip`] takes off is dropped: white space, quotes,
    /// the name of a variable in front.
    ///
    /// # Errors
    ///
    /// Says what the value looks like instead of a secret key; the value itself is not repeated.
    pub fn new(key: impl Into<String>) -> Result<Self, InvalidSecretKey> {
        let given = Zeroizing::new(key.into());
        let text = Pasted::strip(&given);
        if text.is_empty() {
            return Err(InvalidSecretKey::Empty);
        }
        match Pasted::of(text) {
            None | Some(Pasted::SecretKey) => {}
            Some(other) => return Err(InvalidSecretKey::Other(other)),
        }
        let (prefix, instance_type) = PREFIXES
            .into_iter()
            .find(|(prefix, _)| {
                text.strip_prefix(prefix)
                    .is_some_and(|rest| !rest.is_empty())
            })
            .ok_or(InvalidSecretKey::Prefix)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidSecretKey::Characters);
        }
        Ok(Self {
            text: Zeroizing::new(text.into()),
            prefix,
            instance_type,
        })
    }

    /// The key's text. Whoever calls this must not log it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether this is a development or a production instance's key.
    pub const fn instance_type(&self) -> InstanceType {
        self.instance_type
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}[redacted])", self.prefix)
    }
}

impl core::str::FromStr for SecretKey {
    type Err = InvalidSecretKey;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::new(key)
    }
}

/// Why a value is not a Clerk secret key. It never contains the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecretKey {
    /// Nothing was given.
    Empty,
    /// Something else was given.
    Other(Pasted),
    /// It starts like no secret key.
    Prefix,
    /// It contains white space or other characters no key has.
    Characters,
}

impl fmt::Display for InvalidSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the secret key is empty"),
            Self::Other(found) => write!(f, "this is no secret key, but {found}"),
            Self::Prefix => f.write_str("a secret key starts with sk_test_ or sk_live_"),
            Self::Characters => f.write_str(
                "the secret key has white space or other characters in it that no key has",
            ),
        }?;
        f.write_str("; copy the secret key (sk_test_… or sk_live_…) from the API keys page of the Clerk dashboard")
    }
}

impl core::error::Error for InvalidSecretKey {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn takes_the_forms_clerk_has_issued() {
        for (text, instance_type) in [
            ("sk_test_abc", InstanceType::Development),
            ("sk_live_abc", InstanceType::Production),
            ("test_abc", InstanceType::Development),
            ("live_abc", InstanceType::Production),
            ("  sk_test_abc\n", InstanceType::Development),
        ] {
            let key = SecretKey::new(text).unwrap();
            assert_eq!(key.instance_type(), instance_type);
            assert_eq!(key.expose(), text.trim());
        }
    }

    #[test]
    fn says_what_else_the_value_looks_like() {
        for (text, error) in [
            ("", InvalidSecretKey::Empty),
            (" \n", InvalidSecretKey::Empty),
            (
                "pk_test_abc",
                InvalidSecretKey::Other(Pasted::PublishableKey),
            ),
            ("sk_test_", InvalidSecretKey::Prefix),
            ("sk_prod_abc", InvalidSecretKey::Prefix),
            ("sk_test_a\r\nx-admin: 1", InvalidSecretKey::Characters),
            ("sk_test_ü", InvalidSecretKey::Characters),
        ] {
            assert_eq!(SecretKey::new(text).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn a_planted_secret_shows_in_no_debug_or_error_text() {
        let key = SecretKey::new("sk_test_planted").unwrap();
        assert!(!format!("{key:?} {:?}", Some(&key)).contains("planted"));
        let error = SecretKey::new("sk_test_planted secret").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
}
