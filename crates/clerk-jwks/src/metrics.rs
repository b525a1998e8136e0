//! What is counted of tokens and keys. Without the feature `metrics` it is nothing, and does nothing.
//!
//! Labels are Clerk's reasons, kinds of tokens and the words below, never anything of a token: not even the id of a
//! key, which anybody can make up.

use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use clerk_core::{Clock, MonotonicTime};
use clerk_jwt::{TokenClaims, Verified};
#[cfg(feature = "metrics")]
use {
    clerk_core::UnixTime,
    clerk_jwt::{
        Claims, Fault, M2mClaims, OAuthClaims, Reason, SessionClaims, TemplateClaims, UserClaims,
    },
    metrics::{Counter, Gauge, Unit, counter, describe_counter, describe_gauge, gauge},
};

use crate::{Error, FetchError, KeySet, KeySetCache};

#[cfg(feature = "metrics")]
mod name {
    pub(super) const VERIFIED: &str = "clerk_tokens_verified_total";
    pub(super) const CACHE_LOOKUPS: &str = "clerk_token_cache_lookups_total";
    pub(super) const CACHE_EVICTIONS: &str = "clerk_token_cache_evictions_total";
    pub(super) const CACHE_TOKENS: &str = "clerk_token_cache_tokens";
    pub(super) const CACHE_CAPACITY: &str = "clerk_token_cache_capacity_tokens";
    pub(super) const FETCHES: &str = "clerk_key_fetches_total";
    pub(super) const FETCHED: &str = "clerk_keys_fetched_timestamp_seconds";
    pub(super) const USABLE_UNTIL: &str = "clerk_keys_usable_until_timestamp_seconds";
}

/// Tells the recorder what the metrics of this crate mean, for `# HELP` lines and the like, and of what fails seldom that it
/// has not so far: who computes a rise from nothing misses the first.
///
/// Call it once the program's recorder is installed. Without one it does nothing.
#[cfg(feature = "metrics")]
pub fn register_metrics() {
    describe_counter!(
        name::VERIFIED,
        "Tokens that a verifier was given, by what came of it."
    );
    describe_counter!(
        name::CACHE_LOOKUPS,
        "Tokens that were looked for among those verified before."
    );
    describe_counter!(
        name::CACHE_EVICTIONS,
        "Tokens that made room for others in the cache of verified tokens."
    );
    describe_gauge!(name::CACHE_TOKENS, "Tokens in caches of verified tokens.");
    describe_gauge!(
        name::CACHE_CAPACITY,
        "Tokens that there is room for in caches of verified tokens."
    );
    describe_counter!(
        name::FETCHES,
        "Fetches of an instance's keys, by what came of them."
    );
    describe_gauge!(
        name::FETCHED,
        Unit::Seconds,
        "When the keys in use were fetched, in Unix time."
    );
    describe_gauge!(
        name::USABLE_UNTIL,
        Unit::Seconds,
        "Until when the keys in use serve if no others can be fetched, in Unix time."
    );
    for cause in [AGE, UNKNOWN_KEY] {
        for (outcome, reason) in [
            ("success", "none"),
            ("failure", Reason::JwkRemoteFailedToLoad.as_str()),
            ("failure", Reason::JwkFailedToResolve.as_str()),
            ("failure", Reason::SecretKeyInvalid.as_str()),
        ] {
            fetches(cause, outcome, reason).increment(0);
        }
    }
}

#[cfg(feature = "metrics")]
const AGE: &str = "age";
#[cfg(feature = "metrics")]
const UNKNOWN_KEY: &str = "unknown-key";

#[cfg(feature = "metrics")]
fn fetches(cause: &'static str, outcome: &'static str, reason: &'static str) -> Counter {
    counter!(name::FETCHES, "cause" => cause, "outcome" => outcome, "reason" => reason)
}

/// What a verifier counts.
#[derive(Debug, Default)]
pub(crate) struct Verifications {
    /// By kind of token. A look into a recorder takes as long as finding a token that was verified before, so
    /// what nearly all come to is kept.
    #[cfg(feature = "metrics")]
    accepted: [OnceLock<Counter>; KINDS.len()],
}

/// What [`TokenClaims::TOKEN`] may be, the most frequent first.
#[cfg(feature = "metrics")]
const KINDS: [&str; 6] = [
    SessionClaims::TOKEN,
    M2mClaims::TOKEN,
    OAuthClaims::TOKEN,
    TemplateClaims::TOKEN,
    UserClaims::TOKEN,
    Claims::TOKEN,
];

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Verifications {
    #[inline]
    pub(crate) fn count<C: TokenClaims>(&self, judged: &Result<Verified<C>, Error>) {
        #[cfg(feature = "metrics")]
        match judged {
            Ok(_) => {
                let at = KINDS.iter().position(|kind| *kind == C::TOKEN);
                let accepted = || verified(C::TOKEN, "accepted", "none");
                match at.and_then(|at| self.accepted.get(at)) {
                    Some(kept) => kept.get_or_init(accepted).increment(1),
                    None => accepted().increment(1),
                }
            }
            Err(error) => {
                let outcome = match error.fault() {
                    Fault::Caller => "refused",
                    _ => "undecided",
                };
                verified(C::TOKEN, outcome, error.reason().as_str()).increment(1);
            }
        }
    }
}

#[cfg(feature = "metrics")]
fn verified(token: &'static str, outcome: &'static str, reason: &'static str) -> Counter {
    counter!(name::VERIFIED, "outcome" => outcome, "reason" => reason, "token_type" => token)
}

/// What a cache of verified tokens counts, beside what it counts itself.
pub(crate) struct TokenCache {
    #[cfg(feature = "metrics")]
    capacity: usize,
    #[cfg(feature = "metrics")]
    told: OnceLock<Told>,
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl TokenCache {
    /// For a cache that has room for so many tokens.
    pub(crate) const fn new(capacity: usize) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            capacity,
            #[cfg(feature = "metrics")]
            told: OnceLock::new(),
        }
    }

    #[inline]
    pub(crate) fn looked_up(&self, is_hit: bool) {
        #[cfg(feature = "metrics")]
        {
            let told = self.told();
            let counter = if is_hit { &told.hits } else { &told.misses };
            counter.increment(1);
        }
    }

    /// A token was put into a place. `was_it` says whether it was there before, if the place was not empty.
    pub(crate) fn inserted(&self, was_it: impl FnOnce() -> Option<bool>) {
        #[cfg(feature = "metrics")]
        match was_it() {
            None => self.told().added(),
            Some(false) => self.told().evictions.increment(1),
            Some(true) => {}
        }
    }

    #[cfg(feature = "metrics")]
    fn told(&self) -> &Told {
        self.told.get_or_init(|| Told::new(self.capacity))
    }
}

/// There may be several caches, so that each adds to the gauges what it has, and takes it away in the end.
#[cfg(feature = "metrics")]
struct Told {
    hits: Counter,
    misses: Counter,
    evictions: Counter,
    tokens: Gauge,
    capacity: Gauge,
    added: AtomicU32,
    has_room_for: f64,
}

#[cfg(feature = "metrics")]
impl Told {
    #[allow(clippy::cast_precision_loss, reason = "gauges are floating point")]
    fn new(capacity: usize) -> Self {
        let told = Self {
            hits: counter!(name::CACHE_LOOKUPS, "result" => "hit"),
            misses: counter!(name::CACHE_LOOKUPS, "result" => "miss"),
            evictions: counter!(name::CACHE_EVICTIONS),
            tokens: gauge!(name::CACHE_TOKENS),
            capacity: gauge!(name::CACHE_CAPACITY),
            added: AtomicU32::new(0),
            has_room_for: capacity as f64,
        };
        told.capacity.increment(told.has_room_for);
        told
    }

    fn added(&self) {
        self.tokens.increment(1);
        self.added.fetch_add(1, Relaxed);
    }
}

#[cfg(feature = "metrics")]
impl Drop for Told {
    fn drop(&mut self) {
        self.tokens.decrement(self.added.load(Relaxed));
        self.capacity.decrement(self.has_room_for);
    }
}

/// Why a fetch is begun: for the age of the keys, or for one that is not among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    #[cfg(feature = "metrics")]
    is_unknown_key: bool,
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Cause {
    pub(crate) fn of(cache: &KeySetCache) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            is_unknown_key: cache.looks_for_unknown_key(),
        }
    }
}

/// How a fetch has ended. It is told when nobody waits for it any more: what the program's recorder does, and for how
/// long, must not be what others wait for.
#[must_use = "it is counted when it is told"]
pub(crate) struct Fetch {
    #[cfg(feature = "metrics")]
    counter: (&'static str, &'static str, &'static str),
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Fetch {
    pub(crate) fn ended(cause: Cause, fetched: &Result<KeySet, Arc<FetchError>>) -> Self {
        #[cfg(feature = "metrics")]
        let cause = if cause.is_unknown_key {
            UNKNOWN_KEY
        } else {
            AGE
        };
        #[cfg(feature = "metrics")]
        let (outcome, reason) = match fetched {
            Ok(keys) if keys.is_empty() => ("failure", FetchError::Empty.reason().as_str()),
            Ok(_) => ("success", "none"),
            Err(failure) => ("failure", failure.reason().as_str()),
        };
        Self {
            #[cfg(feature = "metrics")]
            counter: (cause, outcome, reason),
        }
    }

    pub(crate) fn tell(self) {
        #[cfg(feature = "metrics")]
        {
            let (cause, outcome, reason) = self.counter;
            fetches(cause, outcome, reason).increment(1);
        }
    }
}

/// When the keys were fetched that a cache has, and until when they serve; likewise to be told afterwards.
///
/// They are times and not ages: an age would have to be told again each second, also where nothing happens.
#[must_use = "it is recorded when it is told"]
pub(crate) struct KeyTimes {
    #[cfg(feature = "metrics")]
    both: Option<[UnixTime; 2]>,
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl KeyTimes {
    pub(crate) fn of(cache: &KeySetCache, clock: &dyn Clock, now: MonotonicTime) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            both: cache.age(now).map(|(age, serve)| {
                let fetched = clock.now().saturating_sub(age);
                [fetched, fetched.saturating_add(serve)]
            }),
        }
    }

    pub(crate) fn tell(self) {
        #[cfg(feature = "metrics")]
        if let Some([fetched, usable_until]) = self.both {
            gauge!(name::FETCHED).set(seconds(fetched));
            gauge!(name::USABLE_UNTIL).set(seconds(usable_until));
        }
    }
}

#[cfg(feature = "metrics")]
#[allow(clippy::cast_precision_loss, reason = "gauges are floating point")]
fn seconds(time: UnixTime) -> f64 {
    time.as_millis() as f64 / 1e3
}
