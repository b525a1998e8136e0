use std::sync::Arc;

use clerk_core::Clock;
use clerk_jwt::{Policy, TokenClaims, Verified};

use crate::{BlockingResolveKey, Error, VerifiedTokenCache, verification::Verification};

/// Turns a token's text into verified claims. Cheap to clone.
///
/// It serves one instance: the keys are its own, and so is what it asks of a token.
///
/// The [async `Verifier`](crate::Verifier) is the same one `.await` apart.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Arc<dyn BlockingResolveKey>,
    verification: Arc<Verification>,
}

impl Verifier {
    /// A verifier that finds keys with `keys`, asks for what `policy` says, and reads the time
    /// from `clock`.
    pub fn new(
        keys: impl BlockingResolveKey + 'static,
        policy: Policy,
        clock: impl Clock + 'static,
    ) -> Self {
        let verification = Verification::new(policy, Arc::new(clock), None);
        Self {
            keys: Arc::new(keys),
            verification: Arc::new(verification),
        }
    }

    /// Where keys are found.
    pub const fn keys(&self) -> &Arc<dyn BlockingResolveKey> {
        &self.keys
    }

    /// What is asked of a token.
    pub fn policy(&self) -> &Policy {
        &self.verification.policy
    }

    /// The tokens that were verified before, where they are kept.
    pub fn token_cache(&self) -> Option<&Arc<VerifiedTokenCache>> {
        self.verification.cache.as_ref()
    }

    /// The same verifier, with the same keys, asking for what `policy` says.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        self.with(self.verification.with_policy(policy))
    }

    /// The same verifier, which does not check a signature again that `cache` has.
    #[must_use]
    pub fn with_token_cache(&self, cache: Arc<VerifiedTokenCache>) -> Self {
        self.with(self.verification.with_cache(cache))
    }

    fn with(&self, verification: Verification) -> Self {
        Self {
            keys: Arc::clone(&self.keys),
            verification: Arc::new(verification),
        }
    }

    /// Verifies `compact` as a token of kind `C`.
    ///
    /// The key is looked for only once the header is acceptable, and fetched only for what has the
    /// form of a token. What names a key that is known not to be there is not read any further.
    ///
    /// # Errors
    ///
    /// The token is not acceptable, or there is no key for it.
    /// [`Error::fault`] tells the caller's fault from an outage.
    pub fn verify<C: TokenClaims>(&self, compact: &str) -> Result<Verified<C>, Error> {
        let judged = self.judge(compact);
        self.verification.metrics.count(&judged);
        judged
    }

    fn judge<C: TokenClaims>(&self, compact: &str) -> Result<Verified<C>, Error> {
        let (keys, verification) = (&*self.keys, &*self.verification);
        if let Some(known) = verification.known(compact, |known| {
            keys.is_at_hand(known.key_id(), known.key())
        }) {
            return known;
        }
        let token = verification.parse::<C>(compact)?;
        let at_hand = keys.at_hand(token.key_id());
        let key = match Verification::key(&token, at_hand)? {
            Some(key) => key,
            None => keys.resolve(token.key_id())?,
        };
        verification.accept_new(&token.authenticate(&key)?)
    }
}
