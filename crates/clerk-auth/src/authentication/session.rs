use clerk_core::UnixTime;
use clerk_jwks::Error as VerificationError;
use clerk_jwt::{
    Claims, Fault, Header, Policy, Reason, SessionClaims, TokenClaims, TokenKind, UnverifiedToken,
    Verified, danger,
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

/// A token whose parts can be read. Nothing of it is verified.
pub(super) struct Decoded<'t> {
    pub(super) text: &'t str,
    header: Header,
    pub(super) claims: Claims,
}

impl<'t> Decoded<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, VerificationError> {
        let (header, claims) = danger::decode_unverified(text)?;
        Ok(Self {
            text,
            header,
            claims,
        })
    }

    pub(super) fn kind(&self) -> TokenKind {
        TokenKind::of(&self.header, &self.claims)
    }

    /// When the token says it was issued, in seconds.
    pub(super) fn issued_at(&self) -> Option<i64> {
        let issued_at = self.claims.issued_at()?;
        Some(issued_at.as_secs())
    }

    pub(super) fn has_expired(&self, now: UnixTime) -> bool {
        self.claims
            .expires_at()
            .is_some_and(|exp| exp.as_secs() <= now.as_secs())
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
