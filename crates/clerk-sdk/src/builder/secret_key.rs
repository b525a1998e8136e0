use clerk_core::{InvalidSecretKey, SecretKey};

/// What a secret key can be given as: a [`SecretKey`], or its text.
pub trait IntoSecretKey {
    /// The key.
    ///
    /// # Errors
    ///
    /// The text is not a secret key.
    fn into_secret_key(self) -> Result<SecretKey, InvalidSecretKey>;
}

impl IntoSecretKey for SecretKey {
    fn into_secret_key(self) -> Result<SecretKey, InvalidSecretKey> {
        Ok(self)
    }
}

impl IntoSecretKey for &SecretKey {
    fn into_secret_key(self) -> Result<SecretKey, InvalidSecretKey> {
        Ok(self.clone())
    }
}

impl IntoSecretKey for &str {
    fn into_secret_key(self) -> Result<SecretKey, InvalidSecretKey> {
        SecretKey::new(self)
    }
}

impl IntoSecretKey for String {
    fn into_secret_key(self) -> Result<SecretKey, InvalidSecretKey> {
        SecretKey::new(self)
    }
}
