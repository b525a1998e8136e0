//! What both verifiers do with a token, and remember of it, beside looking for its key.

use std::sync::Arc;

use clerk_core::Clock;
use clerk_jwt::{
    AuthenticToken, Authenticated, MAX_TOKEN_BYTES, Policy, TokenClaims, UnverifiedToken, Verified,
    VerifyingKey,
};

use crate::{
    Error, HeaderMemory, ResolveError, VerifiedTokenCache, metrics::Verifications,
    token_cache::Entry,
};

#[derive(Debug)]
pub(crate) struct Verification {
    pub(crate) policy: Policy,
    clock: Arc<dyn Clock>,
    headers: HeaderMemory,
    pub(crate) cache: Option<Arc<VerifiedTokenCache>>,
    pub(crate) metrics: Verifications,
}

impl Verification {
    pub(crate) fn new(
        policy: Policy,
        clock: Arc<dyn Clock>,
        cache: Option<Arc<VerifiedTokenCache>>,
    ) -> Self {
        Self {
            policy,
            clock,
            headers: HeaderMemory::default(),
            cache,
            metrics: Verifications::default(),
        }
    }

    pub(crate) fn with_policy(&self, policy: Policy) -> Self {
        Self::new(policy, Arc::clone(&self.clock), self.cache.clone())
    }

    pub(crate) fn with_cache(&self, cache: Arc<VerifiedTokenCache>) -> Self {
        Self::new(self.policy.clone(), Arc::clone(&self.clock), Some(cache))
    }

    /// What a token that was verified before comes to now, if `is_current` says that the key is still
    /// the one of its id.
    pub(crate) fn known<C: TokenClaims>(
        &self,
        compact: &str,
        is_current: impl FnOnce(&Entry) -> bool,
    ) -> Option<Result<Verified<C>, Error>> {
        let cache = self.cache.as_ref()?;
        cache.find(compact, is_current, |token| self.accept(token))
    }

    /// Takes a token apart as far as it takes to look for its key.
    pub(crate) fn parse<'t, C: TokenClaims>(
        &self,
        compact: &'t str,
    ) -> Result<UnverifiedToken<'t>, Error> {
        let known = self.headers.known();
        let token = UnverifiedToken::parse_knowing(compact, MAX_TOKEN_BYTES, &known)?;
        token.check_header::<C>(&self.policy)?;
        Ok(token)
    }

    /// The key at hand; `None` where it has to be looked for, which only what has the form of a token is
    /// worth.
    ///
    /// Who makes key ids up costs nothing more. Of all others, what is wrong with the token is told first.
    pub(crate) fn key(
        token: &UnverifiedToken<'_>,
        at_hand: Option<Result<VerifyingKey, ResolveError>>,
    ) -> Result<Option<VerifyingKey>, Error> {
        match at_hand {
            Some(Ok(key)) => return Ok(Some(key)),
            Some(Err(unknown @ ResolveError::UnknownKey)) => return Err(unknown.into()),
            Some(Err(_)) | None => {}
        }
        token.check_form()?;
        Ok(at_hand.transpose()?)
    }

    /// Judges a token whose signature is good, and remembers it if all is.
    pub(crate) fn accept_new<C: TokenClaims>(
        &self,
        token: &Authenticated<'_>,
    ) -> Result<Verified<C>, Error> {
        let verified = self.accept(token.token())?;
        self.headers.learn(token);
        if let Some(cache) = &self.cache {
            cache.insert(token);
        }
        Ok(verified)
    }

    fn accept<C: TokenClaims>(&self, token: &AuthenticToken) -> Result<Verified<C>, Error> {
        Ok(token.accept(self.clock.now(), &self.policy)?)
    }
}
