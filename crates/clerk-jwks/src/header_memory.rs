use std::{ops::Deref, sync::Arc};

use arc_swap::ArcSwap;
use clerk_jwt::{KnownHeaders, UnverifiedToken};

/// [`KnownHeaders`] for many callers at once, who take no lock.
///
/// ```
/// use clerk_jwks::HeaderMemory;
/// use clerk_jwt::{MAX_TOKEN_BYTES, UnverifiedToken};
///
/// # let compact = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.AA";
/// let memory = HeaderMemory::default();
/// let token = UnverifiedToken::parse_knowing(compact, MAX_TOKEN_BYTES, &memory.known())?;
/// // Once it is verified:
/// memory.learn(&token);
/// assert!(memory.known().contain(&token));
/// # Ok::<(), clerk_jwt::Malformed>(())
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

    /// Remembers the header of `token`, which was verified.
    pub fn learn(&self, token: &UnverifiedToken<'_>) {
        let known = self.0.load();
        if !known.contain(token) {
            self.0.store(Arc::new(known.with(token)));
        }
    }
}
