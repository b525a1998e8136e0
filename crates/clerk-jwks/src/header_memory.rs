use std::{ops::Deref, sync::Arc};

use arc_swap::ArcSwap;
use clerk_jwt::{Authenticated, KnownHeaders};

/// [`KnownHeaders`] for many callers at once, who take no lock.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwks::HeaderMemory;
/// use clerk_jwt::{MAX_TOKEN_BYTES, UnverifiedToken};
///
/// # let key = clerk_jwt::VerifyingKey::from_pem(include_str!("../../clerk-jwt/tests/keys/a.public.pem"))?;
/// # let compact = include_str!("../../clerk-jwt/tests/tokens/session_v2.jwt").trim();
/// let memory = HeaderMemory::default();
/// let token = UnverifiedToken::parse_knowing(compact, MAX_TOKEN_BYTES, &memory.known())?;
/// let authenticated = token.authenticate(&key)?;
/// memory.learn(&authenticated);
/// assert!(memory.known().contain(&authenticated));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct HeaderMemory(ArcSwap<KnownHeaders>);

impl HeaderMemory {
    /// What is known now.
    pub fn known(&self) -> impl Deref<Target = KnownHeaders> {
        struct Known(arc_swap::Guard<Arc<KnownHeaders>>);

        impl Deref for Known {
            type Target = KnownHeaders;

            fn deref(&self) -> &KnownHeaders {
                &self.0
            }
        }

        Known(self.0.load())
    }

    /// Remembers the header of `token`.
    pub fn learn(&self, token: &Authenticated<'_>) {
        let known = self.0.load();
        if !known.contain(token) {
            self.0.store(Arc::new(known.with(token)));
        }
    }
}
