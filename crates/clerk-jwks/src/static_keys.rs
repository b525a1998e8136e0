use clerk_jwt::{Algorithm, InvalidKey, JwkSet, KeyId, Provider, VerifyingKey};

use crate::{BlockingResolveKey, KeySet, ResolveError, ResolveKey};

/// Keys that are given once and never change: a PEM key or a key set.
///
/// With them, verification needs no network. A PEM key stands for the instance: it answers for
/// every key id, as in Clerk's own SDKs, because a PEM does not say what its id is. A token of
/// another instance still fails, by its signature.
#[derive(Clone, Debug)]
pub struct StaticKeys(Keys);

#[derive(Clone, Debug)]
enum Keys {
    Any(VerifyingKey),
    ById(KeySet),
}

impl StaticKeys {
    /// The key in `pem`, to be verified with by ring.
    ///
    /// Clerk's dashboard shows it as the JWKS public key; SDKs read it from `CLERK_JWT_KEY`. It is
    /// for RS256, which is what Clerk signs with.
    ///
    /// ```
    /// # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
    /// let keys = clerk_jwks::StaticKeys::from_pem(pem)?;
    /// # let _ = keys;
    /// # Ok::<(), clerk_jwt::InvalidKey>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not a public RSA key in PEM; the error says what it looks like instead.
    #[cfg(feature = "ring")]
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        Self::from_pem_with(pem, &clerk_jwt::Ring)
    }

    /// The key in `pem`, to be verified with by `provider`.
    ///
    /// # Errors
    ///
    /// Those of [`VerifyingKey::from_pem_with`].
    pub fn from_pem_with(pem: &str, provider: &dyn Provider) -> Result<Self, InvalidKey> {
        let key = VerifyingKey::from_pem_with(pem, provider)?;
        Ok(Self(Keys::Any(key.with_algorithm(Algorithm::Rs256))))
    }

    /// A key that is not there is told by `resolve`: nobody is kept from the network by its being told sooner, and what
    /// is wrong with a token that names it comes first.
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        self.find(id).ok().map(Ok)
    }

    fn has(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        match &self.0 {
            Keys::Any(current) => current.is_same_as(key),
            Keys::ById(keys) => {
                let found = id.and_then(|id| keys.find(id));
                matches!(found, Some(Ok(current)) if current.is_same_as(key))
            }
        }
    }

    fn find(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        match &self.0 {
            Keys::Any(key) => Ok(key.clone()),
            Keys::ById(keys) => keys
                .find(id.ok_or(ResolveError::UnknownKey)?)
                .ok_or(ResolveError::UnknownKey)?
                .clone()
                .map_err(ResolveError::Unusable),
        }
    }
}

impl From<JwkSet> for StaticKeys {
    fn from(set: JwkSet) -> Self {
        Self(Keys::ById(set.into()))
    }
}

#[async_trait::async_trait]
impl ResolveKey for StaticKeys {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        self.at_hand(id)
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        self.has(id, key)
    }

    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.find(id)
    }
}

impl BlockingResolveKey for StaticKeys {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        self.at_hand(id)
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        self.has(id, key)
    }

    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.find(id)
    }
}
