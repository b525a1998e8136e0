use http::{HeaderMap, HeaderValue};

use crate::{
    AuthReason, Error, RequestState, SignedIn, SignedOut, TokenType,
    state::{self, Identity},
};

pub(super) type Decision = Result<RequestState, Error>;

/// Why the request is not signed in, and what to tell the developer.
pub(super) struct Refusal {
    pub(super) reason: AuthReason,
    pub(super) message: String,
}

impl From<AuthReason> for Refusal {
    fn from(reason: AuthReason) -> Self {
        let message = String::new();
        Self { reason, message }
    }
}

pub(super) fn signed_in(identity: Identity, headers: HeaderMap) -> RequestState {
    RequestState::SignedIn(SignedIn::new(identity, headers))
}

pub(super) fn session_signed_out(refusal: Refusal) -> RequestState {
    signed_out(Some(TokenType::Session), refusal)
}

pub(super) fn signed_out(token_type: Option<TokenType>, refusal: Refusal) -> RequestState {
    signed_out_with(token_type, refusal, HeaderMap::new())
}

pub(super) fn signed_out_with(
    token_type: Option<TokenType>,
    refusal: Refusal,
    mut headers: HeaderMap,
) -> RequestState {
    let Refusal { reason, message } = refusal;
    state::describe(&mut headers, "signed-out", &reason, &message);
    RequestState::SignedOut(SignedOut {
        reason,
        message,
        token_type,
        headers,
    })
}

/// A header value that no `Debug` shows.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
