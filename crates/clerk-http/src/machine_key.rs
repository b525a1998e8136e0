use std::fmt;

use clerk_core::Pasted;
use zeroize::Zeroizing;

/// The secret key of one machine, `ak_…`: what it creates and verifies M2M tokens with.
///
/// It is not the instance's [`SecretKey`](clerk_core::SecretKey). Like that one it is erased from
/// memory on drop, and `Debug` does not show it.
///
/// ```
/// use clerk_http::MachineSecretKey;
///
/// let key = MachineSecretKey::new("ak_0123")?;
/// assert_eq!(key.expose(), "ak_0123");
/// assert_eq!(format!("{key:?}"), "MachineSecretKey([redacted])");
///
/// let error = MachineSecretKey::new("sk_live_0123").unwrap_err();
/// assert!(error.to_string().starts_with("this is no machine's secret key, but an instance's"));
/// # Ok::<(), clerk_http::InvalidMachineSecretKey>(())
/// ```
#[derive(Clone)]
pub struct MachineSecretKey(Zeroizing<String>);

impl MachineSecretKey {
    /// Checks and takes a key. What [`Pasted::strip`] takes off is dropped: white space, quotes,
    /// the name of a variable in front.
    ///
    /// # Errors
    ///
    /// Says what the value looks like instead; the value itself is not repeated.
    pub fn new(key: impl Into<String>) -> Result<Self, InvalidMachineSecretKey> {
        let given = Zeroizing::new(key.into());
        let text = Pasted::strip(&given);
        if text.is_empty() {
            return Err(InvalidMachineSecretKey::Empty);
        }
        match Pasted::of(text) {
            None | Some(Pasted::MachineSecretKey) => {}
            Some(other) => return Err(InvalidMachineSecretKey::Other(other)),
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidMachineSecretKey::Characters);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The key's text. Whoever calls this must not log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MachineSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MachineSecretKey([redacted])")
    }
}

impl TryFrom<&str> for MachineSecretKey {
    type Error = InvalidMachineSecretKey;

    fn try_from(key: &str) -> Result<Self, Self::Error> {
        Self::new(key)
    }
}

impl TryFrom<String> for MachineSecretKey {
    type Error = InvalidMachineSecretKey;

    fn try_from(key: String) -> Result<Self, Self::Error> {
        Self::new(key)
    }
}

impl std::str::FromStr for MachineSecretKey {
    type Err = InvalidMachineSecretKey;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::new(key)
    }
}

/// Why a value is not a machine's secret key. It never contains the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMachineSecretKey {
    /// Nothing was given.
    #[error(
        "the machine secret key is empty; copy it from the machine's page of the Clerk dashboard"
    )]
    Empty,
    /// Something else was given.
    #[error(
        "this is no machine's secret key, but {0}; copy CLERK_MACHINE_SECRET_KEY (ak_…) from the \
         machine's page of the Clerk dashboard"
    )]
    Other(Pasted),
    /// It contains white space or other characters no key has.
    #[error(
        "the machine secret key has white space or other characters in it that no key has; copy \
         CLERK_MACHINE_SECRET_KEY (ak_…) from the machine's page of the Clerk dashboard"
    )]
    Characters,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_else_the_value_looks_like() {
        for (text, error) in [
            (" \n", InvalidMachineSecretKey::Empty),
            (
                "sk_test_planted",
                InvalidMachineSecretKey::Other(Pasted::SecretKey),
            ),
            (
                "pk_test_planted",
                InvalidMachineSecretKey::Other(Pasted::PublishableKey),
            ),
            ("ak_planted\r\nx: 1", InvalidMachineSecretKey::Characters),
        ] {
            let found = MachineSecretKey::new(text).unwrap_err();
            assert_eq!(found, error, "{text:?}");
            assert!(!format!("{found} {found:?}").contains("planted"));
        }
        assert_eq!(MachineSecretKey::new(" ak_1\n").unwrap().expose(), "ak_1");
    }
}
