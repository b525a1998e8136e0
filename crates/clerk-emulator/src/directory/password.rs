use std::{fmt, num::NonZeroU32};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{digest::SHA256_OUTPUT_LEN, pbkdf2};

use super::password_digest::PasswordDigest;
use crate::ids::Ids;

/// A hundredth of what guards real users. Those of an emulator are made up, and tests sign in by the
/// thousand; but people do type their real passwords everywhere, so none lies about as it is.
const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(5_999);

/// A password that can be compared with, and not read.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Password(Kept);

#[derive(Clone, serde::Deserialize, serde::Serialize)]
enum Kept {
    Own {
        salt: String,
        #[serde(with = "super::base64_text")]
        hash: [u8; SHA256_OUTPUT_LEN],
    },
    /// What another system has made of it.
    Digest(PasswordDigest),
}

impl Password {
    pub(crate) fn new(text: &str, ids: &mut Ids) -> Self {
        let salt = ids.hex(32);
        let mut hash = [0; SHA256_OUTPUT_LEN];
        let (algorithm, secret) = (pbkdf2::PBKDF2_HMAC_SHA256, text.as_bytes());
        pbkdf2::derive(algorithm, ITERATIONS, salt.as_bytes(), secret, &mut hash);
        Self(Kept::Own { salt, hash })
    }

    /// Whether `text` is it. Nothing is where it cannot be told.
    pub(crate) fn is(&self, text: &str) -> bool {
        match &self.0 {
            Kept::Own { salt, hash } => {
                let (algorithm, salt) = (pbkdf2::PBKDF2_HMAC_SHA256, salt.as_bytes());
                pbkdf2::verify(algorithm, ITERATIONS, salt, text.as_bytes(), hash).is_ok()
            }
            Kept::Digest(digest) => digest.is_of(text) == Some(true),
        }
    }

    /// What is kept, as another instance would take it: by which hasher, and what.
    pub(crate) fn to_digest(&self) -> (&'static str, String) {
        match &self.0 {
            Kept::Own { salt, hash } => {
                let hash = STANDARD.encode(hash);
                let text = format!("pbkdf2_sha256${ITERATIONS}${salt}${hash}");
                ("pbkdf2_sha256_django", text)
            }
            Kept::Digest(digest) => (digest.hasher(), digest.text().to_owned()),
        }
    }

    /// The hasher of another system whose digests nobody here can make again.
    pub(crate) fn foreign_hasher(&self) -> Option<&'static str> {
        match &self.0 {
            Kept::Digest(digest) if !digest.can_be_made() => Some(digest.hasher()),
            Kept::Own { .. } | Kept::Digest(_) => None,
        }
    }
}

impl From<PasswordDigest> for Password {
    fn from(digest: PasswordDigest) -> Self {
        Self(Kept::Digest(digest))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_itself_alone_and_lies_nowhere() {
        let mut ids = Ids::from_seed(1);
        let password = Password::new("correct horse", &mut ids);
        assert!(password.is("correct horse"));
        for other in ["", "correct hors", "Correct horse", "correct horse "] {
            assert!(!password.is(other), "{other}");
        }
        assert_eq!(format!("{password:?}"), "Password(redacted)");
        let hash = |password: &Password| match password.0 {
            Kept::Own { hash, .. } => Some(hash),
            Kept::Digest(_) => None,
        };
        assert_ne!(
            hash(&password),
            hash(&Password::new("correct horse", &mut ids))
        );
    }
}
