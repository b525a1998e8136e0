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
    state: Mutex<State>,
    snapshot: ArcSwapOption<Snapshot>,
    done: Event,
}

#[derive(Debug)]
struct State {
    cache: KeySetCache,
    /// How many fetches have ended.
    ended: u64,
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
            state: Mutex::new(State {
                cache: KeySetCache::new(policy),
                ended: 0,
            }),
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
    pub(crate) fn next(&self, id: &KeyId) -> Next<EventListener> {
        self.look(&mut self.lock(), id, |_| self.done.listen())
    }

    /// What to do for the key `id`, for a caller whom nobody can wake: who has waited looks again, and
    /// says since when.
    pub(crate) fn next_alone(&self, id: &KeyId, waiting_since: Option<Ended>) -> Next<Ended> {
        let mut state = self.lock();
        if waiting_since.is_some_and(|Ended(before)| before != state.ended) {
            return Next::Done(state.cache.after_fetch(id, self.clock.monotonic()));
        }
        self.look(&mut state, id, |state| Ended(state.ended))
    }

    fn look<W>(&self, state: &mut State, id: &KeyId, waiting: impl FnOnce(&State) -> W) -> Next<W> {
        let lookup = state.cache.lookup(id, self.clock.monotonic());
        if matches!(lookup, Lookup::Refresh(_) | Lookup::Fetch) {
            self.publish(&state.cache);
        }
        match lookup {
            Lookup::Hit(key) => Next::Done(Ok(key)),
            Lookup::Refused(error) => Next::Done(Err(error)),
            Lookup::Refresh(key) => Next::Refresh(key),
            Lookup::Fetch => Next::Fetch(waiting(state)),
            Lookup::Wait => Next::Wait(waiting(state)),
        }
    }

    /// The answer for whoever has waited.
    pub(crate) fn after_fetch(&self, id: &KeyId) -> Result<VerifyingKey, ResolveError> {
        self.lock().cache.after_fetch(id, self.clock.monotonic())
    }

    fn complete(&self, fetched: Result<KeySet, Arc<FetchError>>) {
        let mut state = self.lock();
        state.cache.complete(fetched, self.clock.monotonic());
        state.ended = state.ended.wrapping_add(1);
        self.publish(&state.cache);
        drop(state);
        self.done.notify(usize::MAX);
    }

    fn abandon(&self) {
        let mut state = self.lock();
        state.cache.abandon();
        self.publish(&state.cache);
    }

    fn publish(&self, cache: &KeySetCache) {
        let snapshot = cache
            .snapshot()
            .map(|(keys, until)| Arc::new(Snapshot { keys, until }));
        self.snapshot.store(snapshot);
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
    Refresh(VerifyingKey),
    /// Start a fetch, wait, and take what it has led to.
    Fetch(W),
    /// Wait, and take what the fetch under way has led to.
    Wait(W),
}

/// How many fetches had ended. Once it is another number, the one that was under way has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended(u64);

/// A fetch that was promised. What is to happen if it is dropped unfinished depends on who waits.
#[derive(Debug)]
pub(crate) struct Promise {
    cache: Arc<SharedCache>,
    otherwise: Option<Otherwise>,
}

#[derive(Clone, Copy, Debug)]
enum Otherwise {
    /// Who waits is told that it has failed.
    Fail,
    /// Another caller fetches.
    Abandon,
}

impl Promise {
    /// Of a fetch that runs beside its callers. None of them would run it again.
    pub(crate) const fn beside(cache: Arc<SharedCache>) -> Self {
        let otherwise = Some(Otherwise::Fail);
        Self { cache, otherwise }
    }

    /// Of a fetch that its caller runs, and ends by giving up.
    pub(crate) const fn of_caller(cache: Arc<SharedCache>) -> Self {
        let otherwise = Some(Otherwise::Abandon);
        Self { cache, otherwise }
    }

    pub(crate) fn keep(mut self, fetched: Result<KeySet, clerk_http::Error>) {
        self.otherwise = None;
        self.cache
            .complete(fetched.map_err(|error| Arc::new(error.into())));
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        match self.otherwise {
            None => {}
            Some(Otherwise::Fail) => self.cache.complete(Err(Arc::new(FetchError::Ended))),
            Some(Otherwise::Abandon) => self.cache.abandon(),
        }
    }
}
