use std::{borrow::Cow, sync::OnceLock};

use clerk_core::UnixTime;
use clerk_jwks::Error as VerificationError;
use clerk_jwt::{
    Claims, Fault, Header, Malformed, Policy, Reason, SessionClaims, TokenClaims, TokenKind,
    UnverifiedToken, Verified, danger,
};

use super::flow::{Flow, Refusal};
use crate::{Error, TokenType};

/// Where a token was carried, for the developer.
#[derive(Clone, Copy)]
pub(super) enum Carrier {
    Header,
    Cookie,
}

impl Carrier {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

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

    /// When the token says it was issued, in Unix seconds.
    pub(super) fn issued_at(&self) -> Option<i64> {
        Some(self.claims()?.issued_at()?.as_secs())
    }

    pub(super) fn has_expired(&self, now: UnixTime) -> bool {
        let expires_at = self.claims().and_then(Claims::expires_at);
        expires_at.is_some_and(|exp| exp.as_secs() <= now.as_secs())
    }
}

impl Flow<'_> {
    pub(super) async fn verify<C: TokenClaims + Send>(
        &self,
        token: &str,
        policy: &Policy,
    ) -> Result<Verified<C>, VerificationError> {
        let parsed = UnverifiedToken::parse(token)?;
        parsed.check_header::<C>(policy)?;
        let key = self.effects.key(parsed.key_id().cloned()).await?;
        Ok(parsed.verify(&key, self.effects.now(), policy)?)
    }

    pub(super) async fn verify_session(
        &self,
        token: &str,
    ) -> Result<Verified<SessionClaims>, VerificationError> {
        self.verify(token, &self.settings.policies.session).await
    }
}

/// Tells a token that is not good from a key that could not be looked for: who cannot be asked
/// says nothing about the caller.
pub(super) fn refusal(
    error: VerificationError,
    token_type: TokenType,
    carrier: Carrier,
) -> Result<Refusal, Error> {
    let reason = error.reason();
    match error {
        VerificationError::Key(source) if reason.fault() != Fault::Caller => {
            Err(Error::Keys { token_type, source })
        }
        error => Ok(Refusal {
            message: message(&error, reason, carrier),
            reason: reason.into(),
        }),
    }
}

fn message(error: &VerificationError, reason: Reason, carrier: Carrier) -> String {
    let carrier = carrier.as_str();
    format!("{error} (reason={reason}, token-carrier={carrier})")
}
