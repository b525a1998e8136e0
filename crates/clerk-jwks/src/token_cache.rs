//! Tokens whose signature was found good, so that it need not be checked again.

mod bucket;
mod parts;

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::{BuildHasher, Hasher as _},
    sync::Arc,
};

use clerk_jwt::{
    AuthenticToken, Authenticated, Claims, Header, KeyId, Policy, TokenClaims, VerifyError,
    VerifyingKey,
};

use crate::metrics;

/// In eight places, a bucket has what finding a token takes on two cache lines of the processor.
const PLACES: usize = 8;

type Bucket = bucket::Bucket<Entry, PLACES>;

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
/// kilobytes, of those that Clerk makes. Finding one takes no lock. Whoever can read the memory of the
/// process can read the tokens; none is shown by `Debug`.
///
/// A [`Verifier`](crate::Verifier)'s keys have to be [at hand](crate::ResolveKey::at_hand): under those that
/// are found anew for each token, every signature is checked.
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
    metrics: metrics::TokenCache,
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
    /// Whether it is the token of that text: of every byte of it.
    fn is(&self, compact: &str) -> bool {
        *self.compact == *compact
    }

    /// The key that the token names.
    pub(crate) const fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    pub(crate) const fn key(&self) -> &VerifyingKey {
        &self.key
    }
}

/// A token that a [`VerifiedTokenCache`] has.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwks::VerifiedTokenCache;
/// use clerk_jwt::{UnverifiedToken, VerifyingKey};
///
/// # let key = VerifyingKey::from_pem(include_str!("../../clerk-jwt/tests/keys/a.public.pem"))?;
/// # let compact = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
/// let cache = VerifiedTokenCache::new(1000);
/// cache.insert(&UnverifiedToken::parse(compact)?.authenticate(&key)?);
///
/// let known = cache.look_up(compact).ok_or("it was put there")?;
/// assert!(known.under(&key).is_some()); // to be accepted, if the key is still in use
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KnownToken(Arc<Entry>);

impl KnownToken {
    /// The token, if its signature was found good under `key`: the one that its header names now.
    pub fn under(&self, key: &VerifyingKey) -> Option<&AuthenticToken> {
        self.0.key.is_same_as(key).then_some(&self.0.token)
    }

    /// The header.
    pub fn header(&self) -> &Header {
        self.0.token.header()
    }

    /// The claims, which count for nothing before the token is accepted.
    pub fn unjudged_claims(&self) -> &Claims {
        self.0.token.unjudged_claims()
    }

    /// What can be said against the token before its key is looked for: [`AuthenticToken::check_header`].
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check_header<C: TokenClaims>(&self, policy: &Policy) -> Result<(), VerifyError> {
        self.0.token.check_header::<C>(policy)
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
            metrics: metrics::TokenCache::new(buckets.saturating_mul(PLACES)),
        }
    }

    /// How many tokens there is room for.
    pub fn capacity(&self) -> usize {
        self.buckets.len().saturating_mul(PLACES)
    }

    /// How many tokens are kept, expired ones included whose place nobody has needed. It counts them.
    pub fn len(&self) -> usize {
        self.buckets.iter().map(Bucket::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often a token was looked for and found, since the cache was made.
    pub fn hits(&self) -> u64 {
        self.buckets.iter().map(Bucket::hits).sum()
    }

    /// How often one was looked for and not found. A [`Verifier`](crate::Verifier) also counts those here
    /// whose key is not in use any more.
    pub fn misses(&self) -> u64 {
        self.buckets.iter().map(Bucket::misses).sum()
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
        let found = bucket.find(tag, |entry| entry.is(compact));
        let found = found.as_ref().and_then(|entry| entry.as_deref());
        let found = found.filter(|entry| is_current(entry));
        self.count(bucket, found.is_some());
        found.map(|entry| judge(&entry.token))
    }

    fn count(&self, bucket: &Bucket, is_hit: bool) {
        bucket.count(is_hit);
        self.metrics.looked_up(is_hit);
    }

    /// The token of that text, if it is here. Its key may have been changed since.
    pub fn look_up(&self, compact: &str) -> Option<KnownToken> {
        let (bucket, tag) = self.place(compact)?;
        let known = bucket.find(tag, |entry| entry.is(compact));
        let known = known.as_ref().and_then(|entry| entry.as_ref());
        self.count(bucket, known.is_some());
        known.map(|entry| KnownToken(Arc::clone(entry)))
    }

    /// Keeps a token, in the place of the one that has been here for longest.
    pub fn insert(&self, token: &Authenticated<'_>) {
        let compact = token.as_str();
        let Some((bucket, tag)) = self.place(compact) else {
            return;
        };
        let entry = Entry {
            compact: compact.into(),
            key: token.key().clone(),
            key_id: token.token().header().key_id().cloned(),
            token: token.token().clone(),
        };
        let before = bucket.insert(tag, entry, |other| other.is(compact));
        let was_it = || before.as_ref().map(|before| before.is(compact));
        self.metrics.inserted(was_it);
    }

    /// Where a token is kept, and by what it is told from most others there. It is a matter of speed
    /// alone.
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
