use std::sync::Arc;

use clerk_core::Clock;
use clerk_jwt::{Policy, TokenClaims, UnverifiedToken, Verified};

use crate::{BlockingResolveKey, Error};

/// Turns a token's text into verified claims. Cheap to clone.
///
/// It serves one instance: the keys are its own, and so is what it asks of a token.
///
/// The [async `Verifier`](crate::Verifier) is the same one `.await` apart.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Arc<dyn BlockingResolveKey>,
    policy: Arc<Policy>,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier that finds keys with `keys`, asks for what `policy` says, and reads the time
    /// from `clock`.
    pub fn new(
        keys: impl BlockingResolveKey + 'static,
        policy: Policy,
        clock: impl Clock + 'static,
    ) -> Self {
        Self {
            keys: Arc::new(keys),
            policy: Arc::new(policy),
            clock: Arc::new(clock),
        }
    }

    /// Where keys are found.
    pub const fn keys(&self) -> &Arc<dyn BlockingResolveKey> {
        &self.keys
    }

    /// What is asked of a token.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same verifier, with the same keys, asking for what `policy` says.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        Self {
            policy: Arc::new(policy),
            ..self.clone()
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
        let token = UnverifiedToken::parse(compact)?;
        token.check_header::<C>(&self.policy)?;
        let key = match self.keys.at_hand(token.key_id()) {
            Some(key) => key?,
            None => {
                token.check_form()?;
                self.keys.resolve(token.key_id())?
            }
        };
        Ok(token.verify(&key, self.clock.now(), &self.policy)?)
    }
}
