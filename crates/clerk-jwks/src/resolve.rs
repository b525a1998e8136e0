use std::{fmt, sync::Arc};

use clerk_jwt::{KeyId, VerifyingKey};

use crate::ResolveError;

/// Finds the key a token asks to be verified with.
///
/// Implement it for keys that are kept elsewhere. An implementation serves one instance: key ids
/// of two instances must never be answered from one store.
#[async_trait::async_trait]
pub trait ResolveKey: fmt::Debug + Send + Sync {
    /// The answer of [`resolve`](Self::resolve), where it can be given without waiting and without
    /// IO: a key that is at hand, or that there is none and looking for one would find none.
    ///
    /// A verifier asks this first. `None` means only that [`resolve`](Self::resolve) has to be
    /// asked.
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        let _ = id;
        None
    }

    /// Whether `key` is what [`at_hand`](Self::at_hand) would give. Where it is, a signature that was found
    /// good under it [is not checked again](crate::VerifiedTokenCache).
    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        matches!(self.at_hand(id), Some(Ok(current)) if current.is_same_as(key))
    }

    /// The key, after whatever it takes to find it.
    ///
    /// # Errors
    ///
    /// There is no such key, it cannot be used, or whether there is one could not be found out.
    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError>;
}

/// The blocking twin of [`ResolveKey`].
pub trait BlockingResolveKey: fmt::Debug + Send + Sync {
    /// The answer of [`resolve`](Self::resolve), where it can be given without waiting and without
    /// IO: [`ResolveKey::at_hand`].
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        let _ = id;
        None
    }

    /// Whether `key` is what [`at_hand`](Self::at_hand) would give. Where it is, a signature that was found
    /// good under it [is not checked again](crate::VerifiedTokenCache).
    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        matches!(self.at_hand(id), Some(Ok(current)) if current.is_same_as(key))
    }

    /// The key, after whatever it takes to find it.
    ///
    /// # Errors
    ///
    /// There is no such key, it cannot be used, or whether there is one could not be found out.
    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError>;
}

#[async_trait::async_trait]
impl<R: ResolveKey + ?Sized> ResolveKey for Arc<R> {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        (**self).at_hand(id)
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        (**self).is_at_hand(id, key)
    }

    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        (**self).resolve(id).await
    }
}

impl<R: BlockingResolveKey + ?Sized> BlockingResolveKey for Arc<R> {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        (**self).at_hand(id)
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        (**self).is_at_hand(id, key)
    }

    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        (**self).resolve(id)
    }
}
