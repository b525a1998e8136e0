use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use crate::{Authenticated, Header};

/// Headers of tokens whose signatures were good, by which those that come next are recognised instead of read.
///
/// An instance signs all tokens of a kind under one header, letter for letter. What is recognised is
/// what would have been read, since every byte is compared; so this saves time and decides nothing.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwt::{KnownHeaders, MAX_TOKEN_BYTES, Policy, SessionClaims, UnverifiedToken};
/// # use clerk_core::UnixTime;
/// # use clerk_jwt::VerifyingKey;
/// # let key = VerifyingKey::from_pem(include_str!("../tests/keys/a.public.pem"))?;
/// # let compact = include_str!("../tests/tokens/session_v2.jwt").trim();
/// # let (now, policy) = (UnixTime::from_secs(1_800_000_000), Policy::default());
/// let mut known = KnownHeaders::default();
///
/// let token = UnverifiedToken::parse_knowing(compact, MAX_TOKEN_BYTES, &known)?;
/// let authenticated = token.authenticate(&key)?;
/// let session = authenticated.accept::<SessionClaims>(now, &policy)?;
/// if !known.contain(&authenticated) {
///     known = known.with(&authenticated);
/// }
/// # assert!(known.contain(&authenticated));
/// # let _ = session;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct KnownHeaders(Vec<Known>);

#[derive(Clone)]
struct Known {
    segment: Box<[u8]>,
    header: Header,
}

impl KnownHeaders {
    /// As many as there are kinds of token, under two keys, of which one takes the other's place.
    const MOST: usize = 8;

    /// Whether `token`'s header is among them.
    pub fn contain(&self, token: &Authenticated<'_>) -> bool {
        self.find(segment(token)).is_some()
    }

    /// These and `token`'s, in the place of the oldest once there are eight.
    #[must_use]
    pub fn with(&self, token: &Authenticated<'_>) -> Self {
        let known = Known {
            segment: segment(token).into(),
            header: token.token().header().clone(),
        };
        let too_many = self.0.len().saturating_sub(Self::MOST.saturating_sub(1));
        let others = self.0.iter().skip(too_many).cloned();
        Self(others.chain([known]).collect())
    }

    pub(crate) fn find(&self, segment: &[u8]) -> Option<&Header> {
        let mut known = self.0.iter();
        let known = known.find(|known| *known.segment == *segment)?;
        Some(&known.header)
    }
}

impl fmt::Debug for KnownHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers = self.0.iter().map(|known| &known.header);
        f.debug_list().entries(headers).finish()
    }
}

/// What the header is written as.
fn segment<'a>(token: &Authenticated<'a>) -> &'a [u8] {
    let text = token.as_str();
    let (header, _) = text.split_once('.').unwrap_or((text, ""));
    header.as_bytes()
}
