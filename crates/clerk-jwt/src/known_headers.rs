use alloc::{boxed::Box, vec::Vec};

use crate::{Header, UnverifiedToken};

/// Headers of tokens that were verified, by which those that come next are recognised instead of read.
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
/// token.verify::<SessionClaims>(&key, now, &policy)?;
/// if !known.contain(&token) {
///     known = known.with(&token);
/// }
/// # assert!(known.contain(&token));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KnownHeaders(Vec<Known>);

#[derive(Clone, Debug)]
struct Known {
    segment: Box<[u8]>,
    header: Header,
}

impl KnownHeaders {
    /// As many as there are kinds of token.
    const MOST: usize = 4;

    /// Whether `token`'s header is among them.
    pub fn contain(&self, token: &UnverifiedToken<'_>) -> bool {
        self.find(token.header_segment()).is_some()
    }

    /// These and `token`'s, in the place of the oldest once there are four.
    ///
    /// Take those of verified tokens. Anyone can write others, and would have the four replaced.
    #[must_use]
    pub fn with(&self, token: &UnverifiedToken<'_>) -> Self {
        let known = Known {
            segment: token.header_segment().into(),
            header: token.header().clone(),
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
