//! A cache that many callers share, and the news that a fetch is done.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwapOption;
use clerk_core::{Clock, MonotonicTime};
use clerk_jwt::{KeyId, VerifyingKey};
use event_listener::{Event, EventListener};

use crate::{
    CachePolicy, FetchError, KeySet, KeySetCache, Lookup, ResolveError, Snapshot,
    metrics::{self, Fetch, KeyTimes},
};

pub(crate) struct SharedCache {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    snapshot: ArcSwapOption<Snapshot>,
    done: Event,
}

struct State {
    cache: KeySetCache,
    /// How many fetches have ended.
    ended: u64,
}

/// What holds a source of keys shows it, too. With what is in it, every program would have the code that shows each
/// state and each error there is, which counts in a Worker.
impl fmt::Debug for SharedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCache").finish_non_exhaustive()
    }
}

impl SharedCache {
    pub(crate) fn new(policy: CachePolicy, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::new(State {
                cache: KeySetCache::new(policy),
                ended: 0,
            }),
            snapshot: ArcSwapOption::empty(),
            done: Event::new(),
        }
    }

    /// The key, or that there is none, if that is known; takes no lock.
    pub(crate) fn at_hand(&self, id: &KeyId) -> Option<Result<VerifyingKey, ResolveError>> {
        let snapshot = self.snapshot.load();
        snapshot.as_ref()?.at_hand(id, self.clock.monotonic())
    }

    /// Whether [`at_hand`](Self::at_hand) would give `key`; does not count as a user of it, for which cores
    /// would wait for each other.
    pub(crate) fn is_at_hand(&self, id: &KeyId, key: &VerifyingKey) -> bool {
        let snapshot = self.snapshot.load();
        let snapshot = snapshot.as_ref();
        snapshot.is_some_and(|snapshot| snapshot.has(id, key, self.clock.monotonic()))
    }

    /// What to do for the key `id`.
    ///
    /// What is waited on is made while the cache is held, so the fetch cannot end unnoticed in
    /// between.
    pub(crate) fn next(self: &Arc<Self>, id: &KeyId) -> Next<EventListener> {
        self.look(&mut self.lock(), id, |_| self.done.listen())
    }

    /// What to do for the key `id`, for a caller whom nobody can wake: who has waited looks again, and
    /// says since when.
    pub(crate) fn next_alone(
        self: &Arc<Self>,
        id: &KeyId,
        waiting_since: Option<Ended>,
    ) -> Next<Ended> {
        let mut state = self.lock();
        if waiting_since.is_some_and(|Ended(before)| before != state.ended) {
            return Next::Done(state.cache.after_fetch(id, self.clock.monotonic()));
        }
        self.look(&mut state, id, |state| Ended(state.ended))
    }

    fn look<W>(
        self: &Arc<Self>,
        state: &mut State,
        id: &KeyId,
        waiting: impl FnOnce(&State) -> W,
    ) -> Next<W> {
        let now = self.clock.monotonic();
        let lookup = state.cache.lookup(id, now);
        if matches!(lookup, Lookup::Refresh(_) | Lookup::Fetch) {
            self.publish(&state.cache);
        }
        let once = state.cache.makes_one_attempt();
        let cause = metrics::Cause::of(&state.cache);
        let promise = || Promise {
            cache: Arc::clone(self),
            begun: now,
            cause,
            once,
            kept: false,
        };
        match lookup {
            Lookup::Hit(key) => Next::Done(Ok(key)),
            Lookup::Refused(error) => Next::Done(Err(error)),
            Lookup::Refresh(key) => Next::Refresh(key, promise()),
            Lookup::Fetch => Next::Fetch(promise(), waiting(state)),
            Lookup::Wait => Next::Wait(waiting(state)),
        }
    }

    /// The answer for whoever has waited.
    pub(crate) fn after_fetch(&self, id: &KeyId) -> Result<VerifyingKey, ResolveError> {
        self.lock().cache.after_fetch(id, self.clock.monotonic())
    }

    fn complete(
        &self,
        begun: MonotonicTime,
        seed: Option<u64>,
        fetched: Result<KeySet, Arc<FetchError>>,
    ) {
        let mut state = self.lock();
        if let Some(seed) = seed {
            state.cache.seed(seed);
        }
        let now = self.clock.monotonic();
        let is_this = state.cache.complete_begun(begun, fetched, now);
        let times = is_this.then(|| {
            state.ended = state.ended.wrapping_add(1);
            KeyTimes::of(&state.cache, &*self.clock, now)
        });
        self.publish(&state.cache);
        drop(state);
        self.done.notify(usize::MAX);
        if let Some(times) = times {
            times.tell();
        }
    }

    fn publish(&self, cache: &KeySetCache) {
        self.snapshot.store(cache.snapshot().map(Arc::new));
    }

    /// A panic while the lock is held cannot leave the cache half-written: nothing in it panics
    /// between two writes.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a driver does next; `W` is what it waits with.
#[derive(Debug)]
pub(crate) enum Next<W> {
    /// Give this answer.
    Done(Result<VerifyingKey, ResolveError>),
    /// Start a fetch, and give this key.
    Refresh(VerifyingKey, Promise),
    /// Start a fetch, wait, and take what it has led to.
    Fetch(Promise, W),
    /// Wait, and take what the fetch under way has led to.
    Wait(W),
}

/// How many fetches had ended. Once it is another number, the one that was under way has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended(u64);

/// A fetch that was promised. If it is dropped unfinished, those who wait are told so.
#[derive(Debug)]
pub(crate) struct Promise {
    cache: Arc<SharedCache>,
    begun: MonotonicTime,
    cause: metrics::Cause,
    once: bool,
    kept: bool,
}

impl Promise {
    /// Whether it makes one attempt, and no more.
    pub(crate) const fn once(&self) -> bool {
        self.once
    }

    /// `seed` is another one for each fetch.
    pub(crate) fn keep(mut self, fetched: Result<KeySet, clerk_http::Error>, seed: u64) {
        self.kept = true;
        let fetched = fetched.map_err(|error| Arc::new(error.into()));
        self.end(Some(seed), fetched);
    }

    fn end(&self, seed: Option<u64>, fetched: Result<KeySet, Arc<FetchError>>) {
        let ended = Fetch::ended(self.cause, &fetched);
        self.cache.complete(self.begun, seed, fetched);
        ended.tell();
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.kept {
            self.end(None, Err(Arc::new(FetchError::Ended)));
        }
    }
}
