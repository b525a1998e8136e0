use std::borrow::Cow;

use clerk_jwks::Error as VerificationError;
use clerk_jwt::{
    ClaimProblem, Fault, Policy, Reason, SessionClaims, TokenClaims, Verified, VerifyError,
};

use super::{
    decision::Refusal,
    flow::Flow,
    token::{Read, Token},
};
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

impl Flow<'_> {
    pub(super) async fn verify<C: TokenClaims + Send>(
        &self,
        token: &Token<'_>,
        policy: &Policy,
    ) -> Result<Verified<C>, VerificationError> {
        let read = token.read()?;
        let check = match read {
            Read::Before(known) => known.check_header::<C>(policy),
            Read::Here(decoded) => decoded.check_header::<C>(policy),
        };
        check?;
        let key = self.effects.key(read.header().key_id().cloned()).await?;
        let new = match read {
            Read::Here(decoded) => Cow::Borrowed(decoded),
            Read::Before(known) => match known.under(&key) {
                Some(known) => return Ok(known.accept(self.effects.now(), policy)?),
                None => Cow::Owned(token.decode()?),
            },
        };
        let authenticated = self.effects.signature(new.authenticate_async(&key)).await?;
        let verified = authenticated.accept(self.effects.now(), policy)?;
        self.settings.headers.learn(&authenticated);
        if let Some(cache) = &self.settings.token_cache {
            cache.insert(&authenticated);
        }
        Ok(verified)
    }

    pub(super) async fn verify_session(
        &self,
        token: &Token<'_>,
    ) -> Result<Verified<SessionClaims>, VerificationError> {
        self.verify_session_with(token, &self.settings.policies.session)
            .await
    }

    /// Where the Frontend API is proxied under a path, only a request tells whom tokens name.
    fn with_issuer_of_request<'p>(&self, policy: &'p Policy) -> Cow<'p, Policy> {
        let policies = &self.settings.policies;
        let instance = self.instance();
        let issuer = || instance?.frontend_api.url(self.incoming.public_url()?);
        match policies.issuer_depends_on_request.then(issuer).flatten() {
            Some(issuer) => {
                let known = policies.issuers.iter().cloned();
                let all = known.chain([issuer.into_boxed_str()]);
                Cow::Owned(policy.clone().issuers(all))
            }
            None => Cow::Borrowed(policy),
        }
    }

    /// Also refuses a token that says what an organization may do in a way nobody can read:
    /// permissions come from there, and some may have been taken away.
    pub(super) async fn verify_session_with(
        &self,
        token: &Token<'_>,
        policy: &Policy,
    ) -> Result<Verified<SessionClaims>, VerificationError> {
        let policy = self.with_issuer_of_request(policy);
        let verified = self.verify::<SessionClaims>(token, &policy).await?;
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
    let error = match undecided(error, token_type) {
        Ok(undecided) => return Err(undecided),
        Err(error) => error,
    };
    let reason = error.reason();
    Ok(Refusal {
        message: message(&error, reason, carrier),
        reason: reason.into(),
    })
}

/// What says nothing about the token: its key could not be looked for, or its signature not be checked.
/// The error is what does say something.
pub(super) fn undecided(
    error: VerificationError,
    token_type: TokenType,
) -> Result<Error, VerificationError> {
    match error {
        VerificationError::Key(cause) if cause.reason().fault() != Fault::Caller => {
            Ok(Error::Keys { token_type, cause })
        }
        VerificationError::Token(cause @ VerifyError::Unchecked(_)) => {
            Ok(Error::Signature { token_type, cause })
        }
        error => Err(error),
    }
}

fn message(error: &VerificationError, reason: Reason, carrier: Carrier) -> String {
    let carrier = carrier.as_str();
    format!("{error} (reason={reason}, token-carrier={carrier})")
}
