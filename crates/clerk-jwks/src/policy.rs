use std::time::Duration;

/// How long keys are believed, and how often Clerk is asked for them.
///
/// Chance shortens some of these times by up to a quarter, anew each time, so that instances to which the same
/// happened at once do not go on asking Clerk at once ([`KeySetCache::seed`](crate::KeySetCache::seed)).
///
/// ```
/// use clerk_jwks::CachePolicy;
/// use std::time::Duration;
///
/// let policy = CachePolicy::default();
/// assert_eq!(policy.time_to_live, Duration::from_secs(300));
///
/// let mut strict = CachePolicy::default();
/// strict.stale_window = Duration::ZERO;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachePolicy {
    /// How old keys may be before they have expired. Within it a key that Clerk no longer publishes
    /// stops being accepted where tokens keep coming. 5 minutes; at least 1 second.
    pub time_to_live: Duration,
    /// The age from which keys are fetched anew in the background, unless chance has it sooner. 4 minutes, and
    /// thus between 3 and 4.
    pub refresh_after: Duration,
    /// For how long after the time to live keys still serve until a fetch has brought others: for
    /// that moment, or as long as Clerk cannot be reached. Zero means not at all; then the first
    /// caller after the time to live waits for the fetch. 1 hour.
    pub stale_window: Duration,
    /// How long an unknown key id has to wait after another one led to a fetch that brought keys. Where one
    /// failed, the backoff says how long. 10 seconds; at least 100 milliseconds.
    pub unknown_key_cooldown: Duration,
    /// How long it has to wait at the most: the cool-down doubles while unknown key ids keep coming, and fetches for
    /// them keep bringing the key ids that are known, and chance shortens it then. It is back at its beginning once
    /// others are published, or nobody has asked for a while. 1 minute.
    pub last_unknown_key_cooldown: Duration,
    /// How long to wait after the first failure in a row; it doubles with each further one, and chance makes those
    /// shorter. 1 second; at least 100 milliseconds.
    pub first_backoff: Duration,
    /// How long to wait at the most. 30 seconds.
    pub last_backoff: Duration,
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_secs(300),
            refresh_after: Duration::from_secs(240),
            stale_window: Duration::from_secs(3600),
            unknown_key_cooldown: Duration::from_secs(10),
            last_unknown_key_cooldown: Duration::from_secs(60),
            first_backoff: Duration::from_secs(1),
            last_backoff: Duration::from_secs(30),
        }
    }
}

/// Below these, a caller could be told to fetch again and again instead of being answered.
const SHORTEST_LIFE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

impl CachePolicy {
    pub(crate) fn within_bounds(mut self) -> Self {
        self.time_to_live = self.time_to_live.max(SHORTEST_LIFE);
        self.unknown_key_cooldown = self.unknown_key_cooldown.max(SHORTEST_PAUSE);
        self.last_unknown_key_cooldown = self
            .last_unknown_key_cooldown
            .max(self.unknown_key_cooldown);
        self.first_backoff = self.first_backoff.max(SHORTEST_PAUSE);
        self.last_backoff = self.last_backoff.max(self.first_backoff);
        self
    }

    /// How long to wait after that many failures in a row.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        doubled(self.first_backoff, failures).min(self.last_backoff)
    }

    /// How long to wait after that many fetches in a row for unknown keys that brought nothing new.
    pub(crate) fn cooldown(&self, fetches: u32) -> Duration {
        doubled(self.unknown_key_cooldown, fetches).min(self.last_unknown_key_cooldown)
    }
}

/// After the first time `first`, and twice as long after each further one.
fn doubled(first: Duration, times: u32) -> Duration {
    let doublings = times.saturating_sub(1).min(31);
    first.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
}
