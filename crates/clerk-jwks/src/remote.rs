use std::{sync::Arc, time::Duration};

use clerk_http::Client;
use clerk_jwt::{KeyId, Provider, VerifyingKey};

use crate::{
    CachePolicy, FetchError, KeySet, KeySource, ResolveError, ResolveKey,
    key_set::{FromBackendApi, FromFrontendApi},
    shared::{Next, Promise, SharedCache},
};

/// Between looks at what another caller fetches. Most fetches take tens of milliseconds.
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(32);
/// For a fetch that vanished, and the one that followed.
const LONGEST_WAIT: Duration = Duration::from_secs(12);

/// One instance's keys, fetched when they are needed and kept fresh. Cheap to clone; clones share
/// the keys.
///
/// How long keys serve and how often Clerk is asked is said by a [`CachePolicy`]. Whatever Clerk
/// answers, nobody waits for keys longer than five seconds, and while those at hand may serve,
/// nobody waits at all. That holds as long as the runtime that runs the fetch runs: it is the
/// one of whoever came first. On a runtime where no task can wait for another's
/// ([`Runtime::wakes_across_tasks`](clerk_http::Runtime::wakes_across_tasks)), callers look again by timers of
/// their own, and a fetch that vanished is repeated after six seconds: there, nobody waits for longer than twelve.
///
/// [`blocking::RemoteKeys`](crate::blocking::RemoteKeys) is the same without the `.await`.
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

    /// Fetches on a task of its own, so that a caller who gives up ends nobody's fetch.
    fn start_fetch(&self, promise: Promise) {
        let keys = self.clone();
        self.client.runtime().spawn(Box::pin(async move {
            let fetched = keys.fetch(promise.once()).await;
            promise.keep(fetched, keys.client.settings().retry().seed());
        }));
    }

    async fn resolve_together(&self, id: &KeyId) -> Result<VerifyingKey, ResolveError> {
        match self.cache.next(id) {
            Next::Done(answer) => return answer,
            Next::Refresh(key, promise) => {
                self.start_fetch(promise);
                return Ok(key);
            }
            Next::Fetch(promise, done) => {
                self.start_fetch(promise);
                done.await;
            }
            Next::Wait(done) => done.await,
        }
        self.cache.after_fetch(id)
    }

    /// Shares what was fetched, and no wait: whoever waits, the caller who fetches too, has timers of its own.
    async fn resolve_alone(&self, id: &KeyId) -> Result<VerifyingKey, ResolveError> {
        let mut pause = SHORTEST_PAUSE;
        let mut waited = Duration::ZERO;
        let mut waiting_since = None;
        while waited < LONGEST_WAIT {
            match self.cache.next_alone(id, waiting_since) {
                Next::Done(answer) => return answer,
                Next::Refresh(key, promise) => {
                    self.start_fetch(promise);
                    return Ok(key);
                }
                Next::Fetch(promise, since) => {
                    self.start_fetch(promise);
                    waiting_since = Some(since);
                }
                Next::Wait(since) => waiting_since = waiting_since.or(Some(since)),
            }
            self.client.runtime().sleep(pause).await;
            waited = waited.saturating_add(pause);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
        Err(ResolveError::Unavailable(Arc::new(FetchError::Ended)))
    }

    async fn fetch(&self, once: bool) -> Result<KeySet, clerk_http::Error> {
        let provider = Arc::clone(&self.provider);
        match self.source {
            KeySource::BackendApi => self.client.send(FromBackendApi { provider, once }).await,
            KeySource::FrontendApi => self.client.send(FromFrontendApi { provider, once }).await,
        }
    }
}

#[async_trait::async_trait]
impl ResolveKey for RemoteKeys {
    fn at_hand(&self, id: Option<&KeyId>) -> Option<Result<VerifyingKey, ResolveError>> {
        match id {
            Some(id) => self.cache.at_hand(id),
            None => Some(Err(ResolveError::UnknownKey)),
        }
    }

    fn is_at_hand(&self, id: Option<&KeyId>, key: &VerifyingKey) -> bool {
        id.is_some_and(|id| self.cache.is_at_hand(id, key))
    }

    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        let id = id.ok_or(ResolveError::UnknownKey)?;
        if self.client.runtime().wakes_across_tasks() {
            self.resolve_together(id).await
        } else {
            self.resolve_alone(id).await
        }
    }
}
