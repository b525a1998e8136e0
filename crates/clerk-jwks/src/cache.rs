//! Which keys may be used, and when to ask for new ones: decided here, carried out elsewhere.

mod snapshot;
mod spread;

use std::{sync::Arc, time::Duration};

use clerk_core::MonotonicTime;
use clerk_jwt::{InvalidKey, KeyId, VerifyingKey};

pub use self::snapshot::Snapshot;
use self::spread::{Share, Spread};

use crate::{CachePolicy, FetchError, KeySet, ResolveError};

/// The keys of one instance and what is known about their freshness. It has no clock and does no
/// IO: whoever drives it says what time it is and brings what was fetched.
///
/// ```
/// use clerk_core::MonotonicTime;
/// use clerk_jwks::{CachePolicy, FetchError, KeySetCache, Lookup};
/// use clerk_jwt::KeyId;
/// use std::{sync::Arc, time::Duration};
///
/// let mut cache = KeySetCache::new(CachePolicy::default());
/// let now = MonotonicTime::from_start(Duration::ZERO);
/// let id = KeyId::new("ins_1");
///
/// assert!(matches!(cache.lookup(&id, now), Lookup::Fetch));
/// assert!(matches!(cache.lookup(&id, now), Lookup::Wait)); // one fetch is enough
/// cache.complete(Err(Arc::new(FetchError::Empty)), now);
/// assert!(matches!(cache.lookup(&id, now), Lookup::Refused(_)));
/// ```
#[derive(Debug)]
pub struct KeySetCache {
    policy: CachePolicy,
    held: Option<Held>,
    failed: Option<Failed>,
    fetching: Option<Fetching>,
    spread: Spread,
    unknown: Option<Unknown>,
}

/// The fetch that is under way.
#[derive(Clone, Copy, Debug)]
struct Fetching {
    cause: Cause,
    since: MonotonicTime,
    once: bool,
}

/// How long a fetch is believed to be under way: as long as it may take, and a second more. Who was to run it
/// may be gone without a word, as a request of a JavaScript runtime is that was ended for its CPU time.
const LEASE: Duration = Duration::from_secs(6);

/// After so many failures in a row, Clerk is taken to be away.
const OUTAGE: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Age,
    UnknownKey,
}

#[derive(Debug)]
struct Held {
    keys: Arc<KeySet>,
    since: MonotonicTime,
    /// At which age they are due.
    due_after: Duration,
}

/// The failures since keys were last fetched.
#[derive(Debug)]
struct Failed {
    count: u32,
    last_at: MonotonicTime,
    error: Arc<FetchError>,
    /// By how much the backoff is shortened.
    share: Share,
}

/// The last fetch that an unknown key id led to and that brought keys.
#[derive(Debug)]
struct Unknown {
    done_at: MonotonicTime,
    /// So many in a row have brought nothing new, each soon after the one before.
    count: u32,
    /// By how much the cool-down is shortened.
    share: Share,
}

/// What to do for a token that names a key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Lookup {
    /// Use this key.
    Hit(VerifyingKey),
    /// Use this key, and fetch beside, with [one attempt](KeySetCache::makes_one_attempt): the keys are due, or have
    /// expired. Nobody else will be told to.
    Refresh(VerifyingKey),
    /// Fetch, then take [`after_fetch`](KeySetCache::after_fetch) for an answer. Nobody else will be
    /// told to until it is done.
    Fetch,
    /// Wait until the fetch that is under way is done, then take
    /// [`after_fetch`](KeySetCache::after_fetch) for an answer.
    Wait,
    /// There is no key to use.
    Refused(ResolveError),
}

enum Freshness {
    Fresh,
    /// Within the time to live, and worth fetching anew.
    Due,
    /// Beyond the time to live, and still good until a fetch has brought others.
    Stale,
    /// There are none, or they are too old for anything.
    Gone,
}

impl KeySetCache {
    /// An empty cache.
    pub fn new(policy: CachePolicy) -> Self {
        Self {
            policy: policy.within_bounds(),
            held: None,
            failed: None,
            fetching: None,
            spread: Spread::default(),
            unknown: None,
        }
    }

    /// Has chance decide when keys that are fetched from now on are due, and how long the pauses after failures are:
    /// each time another part of the policy's time, more than three quarters of it. So caches that fetched
    /// together do not go on fetching together. Until a seed is given, all is as the policy says, to the moment.
    ///
    /// Drivers bring a new seed with each fetch: where a program starts there may be no randomness yet.
    pub const fn seed(&mut self, seed: u64) {
        self.spread.seed(seed);
    }

    /// What to do at the time `now` for a token that names the key `id`.
    ///
    /// Whoever is told [`Lookup::Refresh`] or [`Lookup::Fetch`] owes a call of
    /// [`complete`](Self::complete), whatever happens.
    pub fn lookup(&mut self, id: &KeyId, now: MonotonicTime) -> Lookup {
        self.count_lost(now);
        let found = self.find(id);
        match (self.freshness(now), found) {
            (Freshness::Fresh, Some(key)) => Self::answer(key, Lookup::Hit),
            (Freshness::Stale, Some(Ok(key))) if self.was_lost() => self.wait_or_serve(key, now),
            (Freshness::Due, Some(key)) | (Freshness::Stale, Some(key @ Ok(_))) => {
                self.answer_and_refresh(key, now)
            }
            (Freshness::Fresh | Freshness::Due, None) => self.unknown(now),
            (Freshness::Stale | Freshness::Gone, _) => self.fetch_or_fail(now),
        }
    }

    /// What a token that names the key `id` is told at the time `now` if it has waited for a fetch
    /// that is done.
    ///
    /// It is not sent to wait a second time, for then there would be no telling how long: what was
    /// published while it waited is all there is.
    ///
    /// # Errors
    ///
    /// The key was not published, or cannot be used, or the fetch failed and there are no older keys
    /// that may serve.
    pub fn after_fetch(
        &self,
        id: &KeyId,
        now: MonotonicTime,
    ) -> Result<VerifyingKey, ResolveError> {
        let found = self.find(id);
        match (&self.failed, found) {
            (None, Some(key)) => key.map_err(ResolveError::Unusable),
            (None, None) if self.held.is_none() => {
                Err(ResolveError::Unavailable(Arc::new(FetchError::Ended)))
            }
            (None, None) => Err(ResolveError::UnknownKey),
            (Some(failed), found) => match (self.freshness(now), found) {
                (Freshness::Fresh | Freshness::Due | Freshness::Stale, Some(Ok(key))) => Ok(key),
                _ => Err(ResolveError::Unavailable(Arc::clone(&failed.error))),
            },
        }
    }

    /// Takes what the fetch that was under way has brought.
    ///
    /// Where none is, keys are taken all the same, and a failure is none any more.
    pub fn complete(&mut self, fetched: Result<KeySet, Arc<FetchError>>, now: MonotonicTime) {
        let ended = self.fetching.take();
        if ended.is_none() && fetched.is_err() {
            return;
        }
        let fetched = fetched.and_then(|keys| {
            if keys.is_empty() {
                Err(Arc::new(FetchError::Empty))
            } else {
                Ok(keys)
            }
        });
        match fetched {
            Ok(keys) => {
                let is_new = self.hold(keys, now);
                let for_unknown = ended.filter(|fetch| fetch.cause == Cause::UnknownKey);
                if let Some(fetch) = for_unknown {
                    self.cool_down(fetch.since, is_new, now);
                }
            }
            Err(error) => {
                let before = self.failed.as_ref().map_or(0, |failed| failed.count);
                self.fail(before.saturating_add(1), now, error);
            }
        }
    }

    /// Whether there are keys of other ids now.
    fn hold(&mut self, keys: KeySet, since: MonotonicTime) -> bool {
        let before = self.held.as_ref();
        let is_new = !before.is_some_and(|held| held.keys.has_same_ids(&keys));
        if let Some(unknown) = self.unknown.as_mut().filter(|_| is_new) {
            unknown.count = 1;
        }
        self.held = Some(Held {
            keys: Arc::new(keys),
            since,
            due_after: self.spread.draw().shorten(self.policy.refresh_after),
        });
        self.failed = None;
        is_new
    }

    /// After a fetch for an unknown key, which was begun then. Who made ids up goes on, while one who has a new key asks
    /// once in a long time: such a fetch, or one that came long after the last, says nothing about who asks next.
    fn cool_down(&mut self, begun: MonotonicTime, is_new: bool, now: MonotonicTime) {
        let again = self.unknown.as_ref().filter(|last| {
            let cooldown = self.policy.cooldown(last.count);
            !is_new && begun.saturating_duration_since(last.done_at) < cooldown.saturating_mul(2)
        });
        self.unknown = Some(Unknown {
            done_at: now,
            count: again.map_or(1, |last| last.count.saturating_add(1)),
            share: self.spread.draw(),
        });
    }

    /// When an unknown key may lead to a fetch again. Chance does not make the first cool-down any shorter.
    fn cooled_down_at(&self, unknown: &Unknown) -> MonotonicTime {
        let cooldown = unknown.share.shorten(self.policy.cooldown(unknown.count));
        let cooldown = cooldown.max(self.policy.unknown_key_cooldown);
        unknown.done_at.saturating_add(cooldown)
    }

    fn fail(&mut self, count: u32, last_at: MonotonicTime, error: Arc<FetchError>) {
        self.failed = Some(Failed {
            count,
            last_at,
            error,
            share: self.spread.draw(),
        });
    }

    /// [`complete`](Self::complete) for the fetch that was begun then. What another one brings, whose lease is over, is
    /// taken if it was begun after what there is, and as old as that; it ends nobody's fetch. False where
    /// nothing came of it.
    pub(crate) fn complete_begun(
        &mut self,
        begun: MonotonicTime,
        fetched: Result<KeySet, Arc<FetchError>>,
        now: MonotonicTime,
    ) -> bool {
        if self.fetching.is_some_and(|fetch| fetch.since == begun) {
            self.complete(fetched, now);
            return true;
        }
        let is_newer = self.held.as_ref().is_none_or(|held| held.since < begun);
        match fetched {
            Ok(keys) if is_newer && !keys.is_empty() => {
                self.hold(keys, begun);
                true
            }
            _ => false,
        }
    }

    /// A fetch whose lease is over has failed, at the time it was begun. It says nothing about Clerk, so that the
    /// next is not put off for longer.
    fn count_lost(&mut self, now: MonotonicTime) {
        let is_over = |fetch: &Fetching| now.saturating_duration_since(fetch.since) > LEASE;
        if let Some(lost) = self.fetching.take_if(|fetch| is_over(fetch)) {
            let before = self.failed.as_ref().map_or(1, |failed| failed.count);
            self.fail(before, lost.since, Arc::new(FetchError::Ended));
        }
    }

    /// What can be answered without asking the cache, until it changes. `None` where there are no
    /// keys.
    pub fn snapshot(&self) -> Option<Snapshot> {
        let held = self.held.as_ref()?;
        let due = held.since.saturating_add(held.due_after);
        let expired = held.since.saturating_add(self.policy.time_to_live);
        let gone = expired.saturating_add(self.policy.stale_window);
        let ask_again = match (&self.fetching, &self.failed) {
            (Some(_), _) if self.was_lost() => held.since,
            (Some(fetch), _) => fetch.since.saturating_add(LEASE),
            (None, Some(failed)) => self.may_try_at(failed),
            (None, None) => held.since,
        };
        Some(Snapshot {
            keys: Arc::clone(&held.keys),
            until: ask_again.max(due.min(expired)).min(gone),
            unknown_until: self.unknown_until(),
        })
    }

    /// Until when all tokens are refused: there never were keys, and the backoff after a failure is not over.
    pub fn refused_until(&self) -> Option<MonotonicTime> {
        let waits = self.held.is_none() && self.fetching.is_none();
        let failed = self.failed.as_ref().filter(|_| waits)?;
        Some(self.may_try_at(failed))
    }

    fn find(&self, id: &KeyId) -> Option<Result<VerifyingKey, InvalidKey>> {
        self.held.as_ref()?.keys.find(id).cloned()
    }

    fn freshness(&self, now: MonotonicTime) -> Freshness {
        let Some(held) = &self.held else {
            return Freshness::Gone;
        };
        let age = now.saturating_duration_since(held.since);
        let policy = &self.policy;
        if age >= policy.time_to_live.saturating_add(policy.stale_window) {
            Freshness::Gone
        } else if age >= policy.time_to_live {
            Freshness::Stale
        } else if age >= held.due_after {
            Freshness::Due
        } else {
            Freshness::Fresh
        }
    }

    /// Whether nobody has seen to it that keys are fetched, though somebody was to: the program drops
    /// or stops what runs beside its callers, as one does that makes a runtime for each call.
    fn was_lost(&self) -> bool {
        let error = self.failed.as_ref().map(|failed| &*failed.error);
        matches!(error, Some(FetchError::Ended))
    }

    /// With a caller who waits, the fetch is run; otherwise expired keys would serve, and a revoked
    /// one with them, until they are too old for anything.
    fn wait_or_serve(&mut self, key: VerifyingKey, now: MonotonicTime) -> Lookup {
        if self.fetching.is_some() {
            Lookup::Wait
        } else if self.may_try(now) {
            self.begin(Cause::Age, now, false);
            Lookup::Fetch
        } else {
            Lookup::Hit(key)
        }
    }

    const fn begin(&mut self, cause: Cause, since: MonotonicTime, once: bool) {
        self.fetching = Some(Fetching { cause, since, once });
    }

    /// Whether the fetch that is under way is sent once, and not again as the client's retries would have it: keys
    /// serve all others, and nobody waits for it, or the last few have failed. Then the backoff says when
    /// the next one is. Whoever waits otherwise has the client's attempts.
    pub fn makes_one_attempt(&self) -> bool {
        self.fetching.is_some_and(|fetch| fetch.once)
    }

    /// Whether the fetch that is under way was begun for a key that is not there.
    #[cfg(feature = "metrics")]
    pub(crate) fn looks_for_unknown_key(&self) -> bool {
        self.fetching
            .is_some_and(|fetch| fetch.cause == Cause::UnknownKey)
    }

    /// How old the keys are at the time `now`, and at which age they serve no more.
    #[cfg(feature = "metrics")]
    pub(crate) fn age(&self, now: MonotonicTime) -> Option<(Duration, Duration)> {
        let held = self.held.as_ref()?;
        let serve = self
            .policy
            .time_to_live
            .saturating_add(self.policy.stale_window);
        Some((now.saturating_duration_since(held.since), serve))
    }

    fn is_outage(&self) -> bool {
        let failed = self.failed.as_ref();
        failed.is_some_and(|failed| failed.count >= OUTAGE) && !self.was_lost()
    }

    /// When the backoff after these failures is over. Chance does not make the first one any shorter.
    fn may_try_at(&self, failed: &Failed) -> MonotonicTime {
        let backoff = failed.share.shorten(self.policy.backoff(failed.count));
        let backoff = backoff.max(self.policy.first_backoff);
        failed.last_at.saturating_add(backoff)
    }

    fn may_try(&self, now: MonotonicTime) -> bool {
        let failed = self.failed.as_ref();
        failed.is_none_or(|failed| now >= self.may_try_at(failed))
    }

    fn answer(
        key: Result<VerifyingKey, InvalidKey>,
        hit: impl FnOnce(VerifyingKey) -> Lookup,
    ) -> Lookup {
        key.map_or_else(|why| Lookup::Refused(ResolveError::Unusable(why)), hit)
    }

    fn answer_and_refresh(
        &mut self,
        key: Result<VerifyingKey, InvalidKey>,
        now: MonotonicTime,
    ) -> Lookup {
        if key.is_ok() && self.fetching.is_none() && self.may_try(now) {
            self.begin(Cause::Age, now, true);
            Self::answer(key, Lookup::Refresh)
        } else {
            Self::answer(key, Lookup::Hit)
        }
    }

    /// Until when an unknown key leads to no fetch, and is told to be one. `None` while a fetch is under
    /// way, which may bring it, and after one that has failed, which says nothing about who is unknown.
    fn unknown_until(&self) -> Option<MonotonicTime> {
        if self.fetching.is_some() || self.failed.is_some() {
            return None;
        }
        self.unknown
            .as_ref()
            .map(|unknown| self.cooled_down_at(unknown))
    }

    fn unknown(&mut self, now: MonotonicTime) -> Lookup {
        if self.fetching.is_some() {
            return Lookup::Wait;
        }
        if self.unknown_until().is_some_and(|until| now < until) {
            return Lookup::Refused(ResolveError::UnknownKey);
        }
        self.fetch_unless_put_off(Cause::UnknownKey, now, self.is_outage())
    }

    fn fetch_or_fail(&mut self, now: MonotonicTime) -> Lookup {
        if self.fetching.is_some() {
            return Lookup::Wait;
        }
        let others_are_served = matches!(self.freshness(now), Freshness::Stale);
        self.fetch_unless_put_off(Cause::Age, now, others_are_served && self.is_outage())
    }

    /// Whoever has failed waits before the next attempt.
    fn fetch_unless_put_off(&mut self, cause: Cause, now: MonotonicTime, once: bool) -> Lookup {
        match &self.failed {
            Some(failed) if !self.may_try(now) => {
                Lookup::Refused(ResolveError::Unavailable(Arc::clone(&failed.error)))
            }
            _ => {
                self.begin(cause, now, once);
                Lookup::Fetch
            }
        }
    }
}

#[cfg(test)]
mod tests;
