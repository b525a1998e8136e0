use std::sync::Arc;

use clerk_jwt::{KeyId, VerifyingKey};

use crate::{ResolveError, ResolveKey};

/// Several sources of one instance's keys, asked in order until one has the key.
///
/// For instance keys that are built in, and then those that Clerk publishes.
#[derive(Clone, Debug, Default)]
pub struct Layered(Vec<Arc<dyn ResolveKey>>);

impl Layered {
    /// No source: every token is refused for want of one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks `keys` where those before do not have the key.
    #[must_use]
    pub fn then(mut self, keys: impl ResolveKey + 'static) -> Self {
        self.0.push(Arc::new(keys));
        self
    }
}

#[async_trait::async_trait]
impl ResolveKey for Layered {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        at_hand(self.0.iter().map(|keys| keys.at_hand(id)))
    }

    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        let mut error = ResolveError::NoSource;
        for keys in &self.0 {
            match keys.resolve(id).await {
                Ok(key) => return Ok(key),
                Err(next) => error = error.or(next),
            }
        }
        Err(error)
    }
}

/// What several sources have at hand, in order. One that has a key does not wait for those before it
/// that would have to look.
pub(crate) fn at_hand(
    answers: impl Iterator<Item = Option<Result<VerifyingKey, ResolveError>>>,
) -> Option<Result<VerifyingKey, ResolveError>> {
    let mut refused = Some(ResolveError::NoSource);
    for answer in answers {
        match answer {
            Some(Ok(key)) => return Some(Ok(key)),
            Some(Err(next)) => refused = refused.map(|error| error.or(next)),
            None => refused = None,
        }
    }
    refused.map(Err)
}
