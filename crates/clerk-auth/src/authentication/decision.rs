use http::{HeaderMap, HeaderValue};

use crate::{
    AuthReason, Error, RequestState, SignedIn, SignedOut, TokenType, auth_headers,
    state::{Identity, SessionLeft},
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

/// One more redirect would mend nothing. The developer has to hear of it: the reason alone is that
/// of somebody who is just not signed in yet.
pub(super) fn in_a_circle(refusal: Refusal) -> RequestState {
    let Refusal { reason, message } = refusal;
    let separator = if message.is_empty() { "" } else { "; " };
    let message = format!("{message}{separator}{CIRCLE}");
    let refusal = Refusal { reason, message };
    RequestState::SignedOut(SignedOut {
        is_in_circle: true,
        ..nobody(Some(TokenType::Session), refusal, HeaderMap::new())
    })
}

const CIRCLE: &str = "the browser was redirected three times in a row, to no avail: see whether the \
    publishable key and the secret key are the frontend's, whether the clock is right, and whether \
    the browser keeps the cookies: their Secure and Domain, and at most 4096 bytes each";

pub(super) fn signed_out(token_type: Option<TokenType>, refusal: Refusal) -> RequestState {
    signed_out_with(token_type, refusal, HeaderMap::new())
}

pub(super) fn signed_out_with(
    token_type: Option<TokenType>,
    refusal: Refusal,
    headers: HeaderMap,
) -> RequestState {
    RequestState::SignedOut(nobody(token_type, refusal, headers))
}

fn nobody(token_type: Option<TokenType>, refusal: Refusal, mut headers: HeaderMap) -> SignedOut {
    let Refusal { reason, message } = refusal;
    auth_headers::describe(&mut headers, "signed-out", &reason, &message);
    SignedOut {
        reason,
        message,
        token_type,
        is_in_circle: false,
        session_left: SessionLeft::default(),
        headers,
    }
}

/// A header value that no `Debug` shows.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
