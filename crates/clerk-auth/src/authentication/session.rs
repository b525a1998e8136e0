use std::{borrow::Cow, sync::OnceLock};

use clerk_core::UnixTime;
use clerk_jwks::Error as VerificationError;
use clerk_jwt::{
    Category, ClaimProblem, Claims, Fault, Header, Malformed, Policy, Reason, SessionClaims,
    TokenClaims, TokenKind, UnverifiedToken, Verified, VerifyError, danger,
};

use super::flow::{Flow, Refusal};
use crate::{Error, MachineTokenType, TokenType};

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

    /// The type of machine token that the token says it is.
    pub(super) fn machine_type(&self) -> Option<MachineTokenType> {
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
        self.verify_session_with(token, &self.settings.policies.session)
            .await
    }

    /// Also refuses a token that says what an organization may do in a way nobody can read:
    /// permissions come from there, and some may have been taken away.
    pub(super) async fn verify_session_with(
        &self,
        token: &str,
        policy: &Policy,
    ) -> Result<Verified<SessionClaims>, VerificationError> {
        let verified = self.verify::<SessionClaims>(token, policy).await?;
        let claims = verified.claims();
        if claims.features().is_damaged()
            && claims.version() == 2
            && claims.organization().is_some()
        {
            let (claim, problem) = ("fea", ClaimProblem::Type("a list of scoped features"));
            return Err(VerifyError::Claim { claim, problem }.into());
        }
        Ok(verified)
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
