use std::{borrow::Cow, sync::OnceLock};

use clerk_core::UnixTime;
use clerk_jwks::{HeaderMemory, KnownToken, VerifiedTokenCache};
use clerk_jwt::{Category, Claims, Header, Malformed, TokenKind, danger::DecodedToken};

use crate::MachineTokenType;

/// A token as it came. It is taken apart once, when something asks what it says; nothing of that
/// is verified.
pub(super) struct Token<'t> {
    pub(super) text: Cow<'t, str>,
    memory: Memory<'t>,
    read: OnceLock<Result<Read<'t>, Malformed>>,
}

/// What is remembered of tokens that were verified.
#[derive(Clone, Copy)]
pub(super) struct Memory<'t> {
    pub(super) headers: &'t HeaderMemory,
    pub(super) tokens: Option<&'t VerifiedTokenCache>,
}

/// Where what a token says was read.
#[derive(Clone)]
pub(super) enum Read<'t> {
    Here(DecodedToken<'t>),
    /// When it came before, with a good signature.
    Before(KnownToken),
}

impl Read<'_> {
    pub(super) fn header(&self) -> &Header {
        match self {
            Self::Here(token) => token.header(),
            Self::Before(known) => known.header(),
        }
    }

    fn claims(&self) -> &Claims {
        match self {
            Self::Here(token) => token.claims(),
            Self::Before(known) => known.unjudged_claims(),
        }
    }
}

impl<'t> Token<'t> {
    pub(super) const fn new(text: Cow<'t, str>, memory: Memory<'t>) -> Self {
        Self {
            text,
            memory,
            read: OnceLock::new(),
        }
    }

    pub(super) fn decode(&self) -> Result<DecodedToken<'t>, Malformed> {
        DecodedToken::decode_knowing(self.text.clone(), &self.memory.headers.known())
    }

    /// What it says.
    pub(super) fn read(&self) -> Result<&Read<'t>, Malformed> {
        let read = || match self
            .memory
            .tokens
            .and_then(|tokens| tokens.look_up(&self.text))
        {
            Some(known) => Ok(Read::Before(known)),
            None => self.decode().map(Read::Here),
        };
        match self.read.get_or_init(read) {
            Ok(read) => Ok(read),
            Err(why) => Err(*why),
        }
    }

    pub(super) fn claims(&self) -> Option<&Claims> {
        self.read().ok().map(Read::claims)
    }

    pub(super) fn kind(&self) -> Result<TokenKind, Malformed> {
        let read = self.read()?;
        Ok(TokenKind::of(read.header(), read.claims()))
    }

    /// The type of machine token that it looks like, by its beginning or by what it says; `None`
    /// if it looks like none.
    pub(super) fn machine_type(&self) -> Option<MachineTokenType> {
        if self.text.starts_with("mt_") {
            return Some(MachineTokenType::M2m);
        }
        if self.text.starts_with("oat_") {
            return Some(MachineTokenType::OAuth);
        }
        if self.text.starts_with("ak_") {
            return Some(MachineTokenType::ApiKey);
        }
        let read = self.read().ok()?;
        let (header, claims) = (read.header(), read.claims());
        let is_machine = |subject: &str| subject.starts_with("mch_");
        if claims.subject().is_some_and(is_machine) {
            Some(MachineTokenType::M2m)
        } else if TokenKind::of(header, claims) == TokenKind::OAuthAccess {
            Some(MachineTokenType::OAuth)
        } else {
            None
        }
    }

    /// Whether the token says itself that it is no session's. Whether one that does not say so
    /// is a session's, is found out when it is verified.
    pub(super) fn is_marked_as_other(&self) -> Result<bool, Malformed> {
        let of_sessions = matches!(
            self.read()?.header().category(),
            None | Some(Category::Session | Category::Unspecified)
        );
        Ok(!of_sessions || self.machine_type().is_some())
    }

    /// When the token says it was issued, in Unix seconds.
    pub(super) fn issued_at(&self) -> Option<i64> {
        Some(self.claims()?.issued_at()?.as_secs())
    }

    pub(super) fn has_expired(&self, now: UnixTime) -> bool {
        let expires_at = self.claims().and_then(Claims::expires_at);
        expires_at.is_some_and(|exp| exp.as_secs() <= now.as_secs())
    }
}
