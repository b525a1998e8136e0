//! Tokens whose signature was found good, so that it need not be checked again.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::{BuildHasher, Hasher as _},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
};

use arc_swap::{ArcSwapOption, Guard};
use clerk_jwt::{AuthenticToken, Authenticated, KeyId, NumericDate, VerifyingKey};

/// Tokens that were verified a moment ago. Browsers send the same token for a minute, with every
/// request; with this, its signature is checked once.
///
/// It saves the signature check and nothing else. A token is recognised by every one of its bytes,
/// under a key that is still the instance's; whether it has expired, and all that a
/// [`Policy`](clerk_jwt::Policy) asks, is judged anew each time. So verifiers may share one, even
/// with other policies or of other instances: what was good under one's key says nothing under
/// another's.
///
/// It keeps at most as many tokens as it has room for, each with its text and its claims: some two
/// kilobytes. Finding one takes no lock. Whoever can read the memory of the process can read the
/// tokens; none is shown by `Debug`.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_core::{ManualClock, UnixTime};
/// use clerk_jwks::{StaticKeys, VerifiedTokenCache, blocking::Verifier};
/// use clerk_jwt::{Policy, SessionClaims};
/// use std::sync::Arc;
///
/// # let pem = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
/// # let token = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
/// # let clock = ManualClock::at(UnixTime::from_secs(1_800_000_000));
/// let cache = Arc::new(VerifiedTokenCache::new(10_000));
/// let verifier = Verifier::new(StaticKeys::from_pem(pem)?, Policy::default(), clock)
///     .with_token_cache(Arc::clone(&cache));
///
/// verifier.verify::<SessionClaims>(token)?;
/// verifier.verify::<SessionClaims>(token)?;
/// assert_eq!((cache.misses(), cache.hits(), cache.len()), (1, 1, 1));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct VerifiedTokenCache {
    buckets: Box<[Bucket]>,
    hasher: RandomState,
}

/// Two cache lines of the processor: whatever one token takes to be found is read and counted there, so
/// that cores hardly disturb each other.
#[derive(Default)]
#[repr(align(64))]
struct Bucket {
    tags: [AtomicU32; PLACES],
    hits: AtomicU64,
    misses: AtomicU64,
    entries: [ArcSwapOption<Entry>; PLACES],
}

const PLACES: usize = 8;

impl Bucket {
    fn find(&self, compact: &str, tag: u32) -> Option<Guard<Option<Arc<Entry>>>> {
        let mut places = self.tags.iter().zip(&self.entries);
        places.find_map(|(its_tag, entry)| {
            let entry = (its_tag.load(Relaxed) == tag).then(|| entry.load())?;
            let is_it = entry.as_ref().is_some_and(|it| *it.compact == *compact);
            is_it.then_some(entry)
        })
    }

    fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
    }
}

/// A token, and the key under which its signature is good.
pub(crate) struct Entry {
    compact: Box<str>,
    key: VerifyingKey,
    /// As in the token, where it takes the processor longer to come by.
    key_id: Option<KeyId>,
    token: AuthenticToken,
}

impl Entry {
    /// The key that the token names.
    pub(crate) const fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    pub(crate) const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    fn expires_at(&self) -> Option<NumericDate> {
        self.token.unjudged_claims().expires_at()
    }
}

/// A token that a [`VerifiedTokenCache`] has.
#[derive(Clone)]
pub struct KnownToken(Arc<Entry>);

impl KnownToken {
    /// The token. It is to be accepted only as long as [`is_verified_by`](Self::is_verified_by) says so
    /// of the key that its header names now.
    pub fn token(&self) -> &AuthenticToken {
        &self.0.token
    }

    /// Whether its signature was found good under `key`.
    pub fn is_verified_by(&self, key: &VerifyingKey) -> bool {
        self.0.key.is_same_as(key)
    }
}

impl fmt::Debug for KnownToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KnownToken").field(&self.0.token).finish()
    }
}

impl VerifiedTokenCache {
    /// A cache with room for `tokens` tokens; for eight at the least.
    ///
    /// Where a token goes depends on the token, and each has eight places to choose from. So that nearly
    /// all stay that are in use, there should be room for twice as many.
    pub fn new(tokens: usize) -> Self {
        let buckets = tokens.div_ceil(PLACES).clamp(1, u32::MAX as usize);
        Self {
            buckets: (0..buckets).map(|_| Bucket::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// How many tokens there is room for.
    pub fn capacity(&self) -> usize {
        self.buckets.len().saturating_mul(PLACES)
    }

    /// How many tokens are kept, expired ones included whose place nobody has needed. It counts them.
    pub fn len(&self) -> usize {
        let entries = self.buckets.iter().flat_map(|bucket| &bucket.entries);
        entries.filter(|entry| entry.load().is_some()).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tokens were looked for and found, since the cache was made.
    pub fn hits(&self) -> u64 {
        self.buckets
            .iter()
            .map(|bucket| bucket.hits.load(Relaxed))
            .sum()
    }

    /// How many tokens were looked for and not found, or under a key that is not in use any more.
    pub fn misses(&self) -> u64 {
        self.buckets
            .iter()
            .map(|bucket| bucket.misses.load(Relaxed))
            .sum()
    }

    /// What `judge` says of a token that is here, if `is_current` says that its key is still the one
    /// of its id.
    pub(crate) fn find<R>(
        &self,
        compact: &str,
        is_current: impl FnOnce(&Entry) -> bool,
        judge: impl FnOnce(&AuthenticToken) -> R,
    ) -> Option<R> {
        let (bucket, tag) = self.place(compact)?;
        let found = bucket.find(compact, tag);
        let found = found.as_ref().and_then(|entry| entry.as_deref());
        let found = found.filter(|entry| is_current(entry));
        bucket.count(found.is_some());
        found.map(|entry| judge(&entry.token))
    }

    /// The token of that text, if it is here. Its key may have been changed since.
    pub fn look_up(&self, compact: &str) -> Option<KnownToken> {
        let (bucket, tag) = self.place(compact)?;
        let known = bucket.find(compact, tag);
        let known = known.as_ref().and_then(|entry| entry.as_ref());
        bucket.count(known.is_some());
        known.map(|entry| KnownToken(Arc::clone(entry)))
    }

    /// Keeps a token, in the place of the one that expires first.
    pub fn insert(&self, token: &Authenticated<'_>) {
        let compact = token.as_str();
        let Some((bucket, tag)) = self.place(compact) else {
            return;
        };
        // The same token's own place first, then a free one.
        let worth = |place: &ArcSwapOption<Entry>| match &*place.load() {
            Some(entry) if *entry.compact == *compact => i64::MIN,
            None => i64::MIN.saturating_add(1),
            Some(entry) => entry.expires_at().map_or(0, NumericDate::as_secs),
        };
        let places = bucket.tags.iter().zip(&bucket.entries);
        let Some((its_tag, entry)) = places.min_by_key(|(_, entry)| worth(entry)) else {
            return;
        };
        its_tag.store(tag, Relaxed);
        entry.store(Some(Arc::new(Entry {
            compact: compact.into(),
            key: token.key().clone(),
            token: token.token().clone(),
            key_id: token.token().header().key_id().cloned(),
        })));
    }

    /// Where a token is kept, and by what it is told from most others there. It is a matter of speed
    /// alone, and nobody outside can foresee it.
    fn place(&self, compact: &str) -> Option<(&Bucket, u32)> {
        /// The end of the signature, which differs from token to token.
        const TELLING: usize = 32;
        let bytes = compact.as_bytes();
        let end = bytes.get(bytes.len().saturating_sub(TELLING)..)?;
        let mut hasher = self.hasher.build_hasher();
        hasher.write(end);
        let hash = hasher.finish();
        let (high, low) = (hash >> 32, hash & u64::from(u32::MAX));
        // Evenly, without a division.
        let at = high.wrapping_mul(self.buckets.len() as u64) >> 32;
        let bucket = self.buckets.get(usize::try_from(at).ok()?)?;
        Some((bucket, u32::try_from(low).ok()?))
    }
}

impl fmt::Debug for VerifiedTokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokenCache")
            .field("capacity", &self.capacity())
            .field("hits", &self.hits())
            .field("misses", &self.misses())
            .finish_non_exhaustive()
    }
}
