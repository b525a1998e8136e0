//! Machine tokens that only Clerk can read: asking what they are, and reading the answer.

#[cfg(test)]
mod tests;

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use clerk_core::{Redacted, UnixTime};
use clerk_http::{Authorization, BasePath, Error, Operation, RequestTarget, json};
use clerk_jwt::MachineScopes;
use http::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Value, value::RawValue};

use crate::{MachineAuth, MachineTokenType, TokenType, auth::Machine, authentication::bounded};

/// A type of machine token, as the endpoint that verifies it is called.
pub(crate) trait Kind {
    const TYPE: MachineTokenType;
    const ID: &'static str;
    const PATH: &'static str;
    /// The member of the request's body that holds the token.
    const MEMBER: &'static str;
    const AUTHORIZATION: Authorization;
}

/// An API key, `ak_…`.
#[derive(Debug)]
pub(crate) enum ApiKey {}

/// A machine-to-machine token, `mt_…`.
#[derive(Debug)]
pub(crate) enum M2m {}

/// An OAuth access token, `oat_…`.
#[derive(Debug)]
pub(crate) enum OAuth {}

impl Kind for ApiKey {
    const TYPE: MachineTokenType = MachineTokenType::ApiKey;
    const ID: &'static str = "verifyApiKey";
    const PATH: &'static str = "/api_keys/verify";
    const MEMBER: &'static str = "secret";
    const AUTHORIZATION: Authorization = Authorization::SecretKey;
}

impl Kind for M2m {
    const TYPE: MachineTokenType = MachineTokenType::M2m;
    const ID: &'static str = "verifyM2MToken";
    const PATH: &'static str = "/m2m_tokens/verify";
    const MEMBER: &'static str = "token";
    const AUTHORIZATION: Authorization = Authorization::MachineOrSecretKey;
}

impl Kind for OAuth {
    const TYPE: MachineTokenType = MachineTokenType::OAuth;
    const ID: &'static str = "verifyOAuthAccessToken";
    const PATH: &'static str = "/oauth_applications/access_tokens/verify";
    const MEMBER: &'static str = "access_token";
    const AUTHORIZATION: Authorization = Authorization::SecretKey;
}

/// Asks Clerk whose a machine token is.
///
/// The answer may be that the token was good once, which is a [`MachineTokenError`]. So is every
/// failure to get an answer, by way of [`MachineTokenError::of`].
pub(crate) struct VerifyMachineToken<K> {
    token: Redacted<Box<str>>,
    /// Whom the token has to be for. Default: anybody.
    audiences: Option<Vec<Box<str>>>,
    /// For which machine an M2M token has to be.
    machine_scopes: MachineScopes,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> VerifyMachineToken<K> {
    pub(crate) fn new(token: impl Into<Box<str>>) -> Self {
        Self {
            token: Redacted::new(token.into()),
            audiences: None,
            machine_scopes: MachineScopes::Ignore,
            kind: PhantomData,
        }
    }

    /// Accepts only tokens that are for one of `audiences`; for anybody if that is `None`.
    pub(crate) fn audiences(mut self, audiences: Option<Vec<Box<str>>>) -> Self {
        self.audiences = audiences;
        self
    }
}

impl VerifyMachineToken<M2m> {
    /// Accepts only tokens that are for the machine that `scopes` says.
    ///
    /// Clerk compares them itself where it is asked with that machine's own key. With the
    /// instance's, it tells of every token.
    pub(crate) fn machine_scopes(mut self, scopes: MachineScopes) -> Self {
        self.machine_scopes = scopes;
        self
    }
}

impl<K: Kind> fmt::Debug for VerifyMachineToken<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyMachineToken")
            .field("token_type", &TokenType::from(K::TYPE))
            .finish_non_exhaustive()
    }
}

struct Body<'t> {
    member: &'static str,
    token: &'t str,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(Some(1))?;
        body.serialize_entry(self.member, self.token)?;
        body.end()
    }
}

impl<K: Kind> Operation for VerifyMachineToken<K> {
    type Output = Result<MachineAuth, MachineTokenError>;

    const ID: &'static str = K::ID;
    const IDEMPOTENT: bool = true;
    const BASE: BasePath = BasePath::Root;
    const AUTHORIZATION: Authorization = K::AUTHORIZATION;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let body = Body {
            member: K::MEMBER,
            token: self.token.expose(),
        };
        let request = RequestTarget::new(K::ID, K::PATH).json(Method::POST, &body);
        request.map(bounded)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
        let answer: Answer = json(K::ID, response)?;
        Ok(self.judge(answer))
    }
}

/// The members of the three answers that anything is made of.
#[derive(Deserialize)]
struct Answer {
    id: Option<String>,
    subject: Option<String>,
    client_id: Option<String>,
    name: Option<String>,
    scopes: Option<Vec<String>>,
    claims: Option<Box<RawValue>>,
    aud: Option<Value>,
    act: Option<Box<RawValue>>,
    active: Option<bool>,
    revoked: Option<bool>,
    expired: Option<bool>,
    created_at: Option<f64>,
    expiration: Option<f64>,
}

/// What was attached when the token was made, as far as it is anything to go by.
#[derive(Default, Deserialize)]
struct Attached {
    aud: Option<Value>,
}

impl Answer {
    /// Whether the token is good for anybody.
    fn check_state(&self) -> Result<(), MachineTokenError> {
        let invalid = |message: &str| MachineTokenError {
            code: MachineTokenErrorCode::TokenInvalid,
            status: Some(StatusCode::OK),
            message: message.to_owned(),
        };
        if self.revoked == Some(true) {
            return Err(invalid("The token has been revoked"));
        }
        if self.expired == Some(true) {
            return Err(invalid("The token has expired"));
        }
        if self.active == Some(false) {
            return Err(invalid("The token is not active"));
        }
        Ok(())
    }

    /// Whom the token is for. Of OAuth access tokens Clerk says it; for the others, whoever made
    /// the token may have, among the claims that its JWT would have.
    fn audience(&self, kind: MachineTokenType) -> Option<Value> {
        match (kind, &self.claims) {
            (MachineTokenType::OAuth, _) => self.aud.clone(),
            (MachineTokenType::ApiKey | MachineTokenType::M2m, Some(claims)) => {
                let attached: Attached = serde_json::from_str(claims.get()).ok()?;
                attached.aud
            }
            (MachineTokenType::ApiKey | MachineTokenType::M2m, None) => None,
        }
    }
}

impl<K: Kind> VerifyMachineToken<K> {
    fn judge(&self, answer: Answer) -> Result<MachineAuth, MachineTokenError> {
        answer.check_state()?;
        let audience = answer.audience(K::TYPE);
        let Some(subject) = answer.subject.filter(|subject| !subject.is_empty()) else {
            return Err(MachineTokenError::unexpected(Some(StatusCode::OK)));
        };
        if let Some(audiences) = &self.audiences {
            if !is_for(audience.as_ref(), audiences) {
                return Err(MachineTokenError::not_for("an accepted audience"));
            }
        }
        // What cannot be read as somebody must not pass for nobody.
        if answer
            .act
            .as_ref()
            .is_some_and(|act| !act.get().starts_with('{'))
        {
            return Err(MachineTokenError {
                code: MachineTokenErrorCode::TokenVerificationFailed,
                status: None,
                message: "The token's act is not an object, so it does not tell who acts"
                    .to_owned(),
            });
        }
        let scopes = answer.scopes.unwrap_or_default();
        if K::TYPE == MachineTokenType::M2m
            && !self
                .machine_scopes
                .accept(scopes.iter().map(String::as_str))
        {
            return Err(MachineTokenError::not_for("this machine"));
        }
        Ok(Machine {
            kind: K::TYPE,
            id: answer.id.unwrap_or_default(),
            subject,
            scopes,
            claims: answer.claims.map(|claims| claims.get().into()),
            name: answer.name,
            client_id: answer.client_id,
            audiences: texts(audience.as_ref())
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect(),
            actor: answer.act.map(|act| act.get().into()),
            created_at: answer.created_at.and_then(time),
            expires_at: answer.expiration.and_then(time),
            token: self.token.clone(),
        }
        .into())
    }
}

/// Whether one of `audiences` is meant. An `aud` that is missing, empty, or not made of texts alone
/// is for nobody.
fn is_for(aud: Option<&Value>, audiences: &[Box<str>]) -> bool {
    texts(aud).is_some_and(|texts| {
        let mut texts = texts.into_iter();
        texts.any(|text| audiences.iter().any(|accepted| **accepted == *text))
    })
}

/// The texts that `aud` is made of; `None` where it is made of anything else.
fn texts(aud: Option<&Value>) -> Option<Vec<&str>> {
    let meant = match aud {
        Some(Value::Array(many)) => many.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let texts = meant
        .iter()
        .map(|one| one.as_str().filter(|text| !text.is_empty()));
    texts.collect()
}

/// Reads a time that may be in seconds or in milliseconds.
///
/// Clerk gives those of API keys and M2M tokens in milliseconds and those of OAuth access tokens in
/// seconds. Their sizes tell them apart for any date between 1973 and 5138, so a unit that changes,
/// as it has for one of them, cannot make a token expire a thousand times later.
fn time(number: f64) -> Option<UnixTime> {
    const LEAST_MILLISECONDS: f64 = 1e11;
    /// The last date of RFC 3339, the end of the year 9999, in milliseconds.
    const LAST: f64 = 253_402_300_799_999.0;
    if !(0.0..=LAST).contains(&number) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "range-checked above")]
    let whole = number as i64;
    Some(if number < LEAST_MILLISECONDS {
        UnixTime::from_secs(whole)
    } else {
        UnixTime::from_millis(whole)
    })
}

/// Why Clerk did not say whose a machine token is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct MachineTokenError {
    /// Whose fault it is.
    pub code: MachineTokenErrorCode,
    /// The status of Clerk's answer, if it was what decided.
    pub status: Option<StatusCode>,
    /// What to tell people.
    pub message: String,
}

impl MachineTokenError {
    pub(crate) fn of(kind: MachineTokenType, error: &Error) -> Self {
        let (code, message) = match error.api() {
            Some(api) if api.status == StatusCode::UNAUTHORIZED => {
                let said = api.errors.first().map(|error| error.message.as_str());
                let said = said.filter(|message| !message.is_empty());
                (
                    MachineTokenErrorCode::SecretKeyInvalid,
                    said.unwrap_or("Invalid secret key"),
                )
            }
            Some(api) if api.status == StatusCode::NOT_FOUND => (
                MachineTokenErrorCode::TokenInvalid,
                match kind {
                    MachineTokenType::ApiKey => "API key not found",
                    MachineTokenType::M2m => "Machine token not found",
                    MachineTokenType::OAuth => "OAuth token not found",
                },
            ),
            _ => return Self::unexpected(error.status()),
        };
        Self {
            code,
            status: error.status(),
            message: message.to_owned(),
        }
    }

    fn not_for(whom: &str) -> Self {
        Self {
            code: MachineTokenErrorCode::TokenVerificationFailed,
            status: None,
            message: format!("The token is not for {whom}"),
        }
    }

    fn unexpected(status: Option<StatusCode>) -> Self {
        Self {
            code: MachineTokenErrorCode::UnexpectedError,
            status,
            message: "Unexpected error".to_owned(),
        }
    }
}

/// What kind of failure a [`MachineTokenError`] is, under Clerk's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MachineTokenErrorCode {
    /// Clerk does not know the token, or it is no longer good. The caller's fault.
    TokenInvalid,
    /// The token is genuine, and not for this service.
    TokenVerificationFailed,
    /// Clerk refuses this service's own key.
    SecretKeyInvalid,
    /// Clerk could not be reached, or answered with something else.
    UnexpectedError,
}

impl MachineTokenErrorCode {
    /// Clerk's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenInvalid => "token-invalid",
            Self::TokenVerificationFailed => "token-verification-failed",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::UnexpectedError => "unexpected-error",
        }
    }
}
