//! A cache that many callers share, and the news that a fetch is done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use clerk_core::{Clock, MonotonicTime};
use clerk_jwt::{KeyId, VerifyingKey};
use event_listener::{Event, EventListener};

use crate::{CachePolicy, FetchError, KeySet, KeySetCache, Lookup, ResolveError};

#[derive(Debug)]
pub(crate) struct SharedCache {
    clock: Arc<dyn Clock>,
    cache: Mutex<KeySetCache>,
    snapshot: ArcSwapOption<Snapshot>,
    done: Event,
}

#[derive(Debug)]
struct Snapshot {
    keys: Arc<KeySet>,
    /// Until when the keys may be used without asking the cache.
    until: MonotonicTime,
}

impl SharedCache {
    pub(crate) fn new(policy: CachePolicy, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            cache: Mutex::new(KeySetCache::new(policy)),
            snapshot: ArcSwapOption::empty(),
            done: Event::new(),
        }
    }

    /// The key, if it is known to be good; takes no lock.
    pub(crate) fn at_hand(&self, id: &KeyId) -> Option<VerifyingKey> {
        let snapshot = self.snapshot.load();
        let snapshot = snapshot.as_ref()?;
        if self.clock.monotonic() >= snapshot.until {
            return None;
        }
        snapshot.keys.find(id)?.as_ref().ok().cloned()
    }

    /// What to do for the key `id`.
    ///
    /// What is waited on is made while the cache is held, so the fetch cannot end unnoticed in
    /// between.
    pub(crate) fn next(&self, id: &KeyId) -> Next {
        let mut cache = self.lock();
        let lookup = cache.lookup(id, self.clock.monotonic());
        if matches!(lookup, Lookup::Refresh(_) | Lookup::Fetch) {
            self.publish(&cache);
        }
        match lookup {
            Lookup::Hit(key) => Next::Done(Ok(key)),
            Lookup::Refused(error) => Next::Done(Err(error)),
            Lookup::Refresh(key) => Next::Refresh(key),
            Lookup::Fetch => Next::Fetch(self.done.listen()),
            Lookup::Wait => Next::Wait(self.done.listen()),
        }
    }

    /// The answer for whoever has waited.
    pub(crate) fn after_fetch(&self, id: &KeyId) -> Result<VerifyingKey, ResolveError> {
        self.lock().after_fetch(id, self.clock.monotonic())
    }

    fn complete(&self, fetched: Result<KeySet, Arc<FetchError>>) {
        let mut cache = self.lock();
        cache.complete(fetched, self.clock.monotonic());
        self.publish(&cache);
        drop(cache);
        self.done.notify(usize::MAX);
    }

    fn publish(&self, cache: &KeySetCache) {
        let snapshot = cache
            .snapshot()
            .map(|(keys, until)| Arc::new(Snapshot { keys, until }));
        self.snapshot.store(snapshot);
    }

    /// A panic while the lock is held cannot leave the cache half-written: nothing in it panics
    /// between two writes.
    fn lock(&self) -> MutexGuard<'_, KeySetCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a driver does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Give this answer.
    Done(Result<VerifyingKey, ResolveError>),
    /// Start a fetch, and give this key.
    Refresh(VerifyingKey),
    /// Start a fetch, wait, and take what it has led to.
    Fetch(EventListener),
    /// Wait, and take what the fetch under way has led to.
    Wait(EventListener),
}

/// A fetch that was promised. If it is dropped unfinished, those who wait are told so.
#[derive(Debug)]
pub(crate) struct Promise {
    cache: Arc<SharedCache>,
    kept: bool,
}

impl Promise {
    pub(crate) const fn new(cache: Arc<SharedCache>) -> Self {
        Self { cache, kept: false }
    }

    pub(crate) fn keep(mut self, fetched: Result<KeySet, clerk_http::Error>) {
        self.kept = true;
        self.cache
            .complete(fetched.map_err(|error| Arc::new(error.into())));
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.kept {
            self.cache.complete(Err(Arc::new(FetchError::Ended)));
        }
    }
}
