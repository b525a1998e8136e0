use std::sync::Arc;

use clerk_http::blocking::Client;
use clerk_jwt::{KeyId, Provider, VerifyingKey};
use event_listener::Listener as _;

use crate::{
    BlockingResolveKey, CachePolicy, KeySet, KeySource, ResolveError,
    key_set::{FromBackendApi, FromFrontendApi},
    shared::{Next, Promise, SharedCache},
};

/// One instance's keys, fetched when they are needed and kept fresh. Cheap to clone; clones share
/// the keys.
///
/// How long keys serve and how often Clerk is asked is said by a [`CachePolicy`]. Whatever Clerk
/// answers, nobody waits for keys longer than five seconds, and while those at hand may serve,
/// nobody waits at all.
///
/// The [async `RemoteKeys`](crate::RemoteKeys) is the same one `.await` apart. On WebAssembly there is only
/// that: without threads, a caller who blocks until keys are fetched keeps them from being fetched.
#[derive(Clone, Debug)]
pub struct RemoteKeys {
    client: Client,
    source: KeySource,
    provider: Arc<dyn Provider>,
    cache: Arc<SharedCache>,
}

impl RemoteKeys {
    /// Keys that `client` fetches from `source`, to be verified with by ring.
    ///
    /// The client's base URL is that of the API the source names.
    #[cfg(feature = "ring")]
    pub fn new(client: Client, source: KeySource, policy: CachePolicy) -> Self {
        Self::with_provider(client, source, policy, clerk_jwt::Ring)
    }

    /// Keys that `client` fetches from `source`, to be verified with by `provider`.
    pub fn with_provider(
        client: Client,
        source: KeySource,
        policy: CachePolicy,
        provider: impl Provider + 'static,
    ) -> Self {
        let cache = SharedCache::new(policy, Arc::clone(client.clock()));
        Self {
            client,
            source,
            provider: Arc::new(provider),
            cache: Arc::new(cache),
        }
    }

    /// Fetches beside, so that no caller waits for keys that are merely due.
    fn start_fetch(&self, promise: Promise) {
        let keys = self.clone();
        self.client.runtime().spawn(Box::new(move || {
            let fetched = keys.fetch(promise.once());
            promise.keep(fetched, keys.client.settings().retry().seed());
        }));
    }

    fn fetch(&self, once: bool) -> Result<KeySet, clerk_http::Error> {
        let provider = Arc::clone(&self.provider);
        match self.source {
            KeySource::BackendApi => self.client.send(FromBackendApi { provider, once }),
            KeySource::FrontendApi => self.client.send(FromFrontendApi { provider, once }),
        }
    }
}

impl BlockingResolveKey for RemoteKeys {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        match id {
            Some(id) => self.cache.at_hand(id),
            None => Some(Err(ResolveError::UnknownKey)),
        }
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        id.is_some_and(|id| self.cache.is_at_hand(id, key))
    }

    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        let id = id.ok_or(ResolveError::UnknownKey)?;
        match self.cache.next(id) {
            Next::Done(answer) => return answer,
            Next::Refresh(key, promise) => {
                self.start_fetch(promise);
                return Ok(key);
            }
            Next::Fetch(promise, done) => {
                self.start_fetch(promise);
                done.wait();
            }
            Next::Wait(done) => done.wait(),
        }
        self.cache.after_fetch(id)
    }
}
