use clerk_jwks::Error as VerificationError;
use clerk_jwt::{M2mClaims, OAuthClaims, Reason};
use http::HeaderMap;

use super::{
    decision::{Decision, Refusal, session_signed_out, signed_in, signed_out},
    flow::Flow,
    session::{Carrier, refusal},
    token::Token,
};
use crate::{
    AuthReason, Error, MachineAuth, MachineTokenError, MachineTokenErrorCode, MachineTokenType,
    RequestState, SessionAuth,
    machine_tokens::{ApiKey, Kind, M2m, OAuth, VerifyMachineToken},
    state::Identity,
};

/// Whether a text is three segments of base64url (RFC 7515 §3.1). An opaque token may have dots.
fn is_compact_jws(text: &str) -> bool {
    let is_segment = |segment: &str| {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !segment.is_empty() && segment.bytes().all(is_base64url)
    };
    text.split('.').count() == 3 && text.split('.').all(is_segment)
}

impl Flow<'_> {
    /// A session token in the header decides alone: what cookies say is not looked at, but a
    /// browser whose token has expired may refresh it.
    pub(super) async fn session_in_header(&self, token: &Token<'_>) -> Decision {
        match token.is_marked_as_other() {
            Ok(false) => {}
            Ok(true) => return Ok(session_signed_out(AuthReason::TokenTypeMismatch.into())),
            Err(error) => return self.refused(token, error.into(), Carrier::Header).await,
        }
        match self.verify_session(token).await {
            Ok(verified) => {
                let identity = Identity::Session(SessionAuth::new(verified, &*token.text));
                Ok(signed_in(identity, HeaderMap::new()))
            }
            Err(error) => self.refused(token, error, Carrier::Header).await,
        }
    }

    pub(super) async fn machine(&self, token: &Token<'_>, found: MachineTokenType) -> Decision {
        let text = &*token.text;
        let is_jwt = is_compact_jws(text);
        let policies = &self.settings.policies;
        match found {
            MachineTokenType::M2m if is_jwt => {
                let verified = self.verify::<M2mClaims>(token, &policies.machine).await;
                let machine = verified.map(|verified| MachineAuth::of_m2m(&verified, text));
                machine_of_jwt(found, machine)
            }
            MachineTokenType::OAuth if is_jwt => {
                let verified = self.verify::<OAuthClaims>(token, &policies.machine).await;
                let machine = verified.map(|verified| MachineAuth::of_oauth(&verified, text));
                machine_of_jwt(found, machine)
            }
            MachineTokenType::ApiKey => self.opaque(VerifyMachineToken::<ApiKey>::new(text)).await,
            MachineTokenType::M2m => {
                let operation = VerifyMachineToken::<M2m>::new(text);
                self.opaque(operation.machine_scopes(policies.machine_scopes.clone()))
                    .await
            }
            MachineTokenType::OAuth => self.opaque(VerifyMachineToken::<OAuth>::new(text)).await,
        }
    }

    /// Clerk alone knows what an opaque token stands for.
    async fn opaque<K: Kind>(&self, operation: VerifyMachineToken<K>) -> Decision {
        let found = K::TYPE;
        let operation = operation.audiences(self.settings.policies.audiences.clone());
        match self.effects.send(&operation, self.api).await {
            Ok(Ok(machine)) => Ok(signed_in(Identity::Machine(machine), HeaderMap::new())),
            Ok(Err(refused)) => Ok(machine_refused(found, &refused)),
            Err(error) => {
                let refused = MachineTokenError::of(found, &error);
                match refused.code {
                    MachineTokenErrorCode::TokenInvalid => Ok(machine_refused(found, &refused)),
                    _ => Err(Error::Clerk {
                        token_type: found.into(),
                        cause: error,
                    }),
                }
            }
        }
    }
}

fn machine_of_jwt(
    found: MachineTokenType,
    machine: Result<MachineAuth, VerificationError>,
) -> Decision {
    match machine {
        Ok(machine) => Ok(signed_in(Identity::Machine(machine), HeaderMap::new())),
        Err(error) => {
            let refusal = refusal(error, found.into(), Carrier::Header)?;
            Ok(signed_out(Some(found.into()), refusal))
        }
    }
}

fn machine_refused(found: MachineTokenType, refused: &MachineTokenError) -> RequestState {
    let reason = match refused.code {
        MachineTokenErrorCode::TokenInvalid => Reason::TokenInvalid,
        MachineTokenErrorCode::SecretKeyInvalid => Reason::SecretKeyInvalid,
        _ => Reason::TokenVerificationFailed,
    };
    let code = refused.code.as_str();
    let status = refused
        .status
        .map_or_else(|| "n/a".to_owned(), |it| it.as_u16().to_string());
    let message = format!("{refused} (code={code}, status={status})");
    let reason = AuthReason::Token(reason);
    signed_out(Some(found.into()), Refusal { reason, message })
}
