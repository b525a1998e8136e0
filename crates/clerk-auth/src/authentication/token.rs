use std::{borrow::Cow, sync::OnceLock};

use clerk_core::UnixTime;
use clerk_jwt::{Category, Claims, Header, Malformed, TokenKind, danger};

use crate::MachineTokenType;

/// A token as it came. It is taken apart once, when something asks what it says; nothing of that
/// is verified.
pub(super) struct Token<'t> {
    pub(super) text: Cow<'t, str>,
    decoded: OnceLock<Result<Box<(Header, Claims)>, Malformed>>,
}

impl<'t> Token<'t> {
    pub(super) const fn new(text: Cow<'t, str>) -> Self {
        Self {
            text,
            decoded: OnceLock::new(),
        }
    }

    fn decoded(&self) -> Result<&(Header, Claims), Malformed> {
        let decode = || danger::decode_unverified(&self.text).map(Box::new);
        match self.decoded.get_or_init(decode) {
            Ok(decoded) => Ok(decoded),
            Err(why) => Err(*why),
        }
    }

    pub(super) fn claims(&self) -> Option<&Claims> {
        self.decoded().ok().map(|(_, claims)| claims)
    }

    pub(super) fn kind(&self) -> Result<TokenKind, Malformed> {
        let (header, claims) = self.decoded()?;
        Ok(TokenKind::of(header, claims))
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
        let (header, claims) = self.decoded().ok()?;
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
        let (header, _) = self.decoded()?;
        let of_sessions = matches!(
            header.category(),
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
