use std::sync::Arc;

use clerk_jwt::{KeyId, VerifyingKey};

use crate::{BlockingResolveKey, ResolveError, layered::at_hand};

/// Several sources of one instance's keys, asked in order until one has the key.
///
/// For instance keys that are built in, and then those that Clerk publishes.
#[derive(Clone, Debug, Default)]
pub struct Layered(Vec<Arc<dyn BlockingResolveKey>>);

impl Layered {
    /// No source: every token is refused for want of one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks `keys` where those before do not have the key.
    #[must_use]
    pub fn then(mut self, keys: impl BlockingResolveKey + 'static) -> Self {
        self.0.push(Arc::new(keys));
        self
    }
}

impl BlockingResolveKey for Layered {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        at_hand(self.0.iter().map(|keys| keys.at_hand(id)))
    }

    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        let mut error = ResolveError::NoSource;
        for keys in &self.0 {
            match keys.resolve(id) {
                Ok(key) => return Ok(key),
                Err(next) => error = error.or(next),
            }
        }
        Err(error)
    }
}
