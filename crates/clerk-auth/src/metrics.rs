//! What is counted of requests. Without the feature `metrics` it is nothing, and does nothing.
//!
//! Labels are Clerk's names of states, reasons and types of tokens, and never a text of somebody else's.

use crate::{Error, RequestState};
#[cfg(feature = "metrics")]
use {
    crate::{AuthReason, RefreshFailure, TokenType},
    clerk_jwt::Reason,
    metrics::{Counter, counter, describe_counter},
    std::{
        borrow::Cow,
        sync::{Arc, OnceLock},
    },
};

#[cfg(feature = "metrics")]
const AUTHENTICATED: &str = "clerk_requests_authenticated_total";
#[cfg(feature = "metrics")]
const DENIED: &str = "clerk_requests_denied_total";

/// Tells the recorder what the metrics of this crate mean, for `# HELP` lines and the like, and of what fails seldom that it
/// has not so far: who computes a rise from nothing misses the first.
///
/// Call it once the program's recorder is installed. Without one it does nothing.
#[cfg(feature = "metrics")]
pub fn register_metrics() {
    describe_counter!(
        AUTHENTICATED,
        "Requests of which it was to be found out who they come from, by what came of it."
    );
    describe_counter!(
        DENIED,
        "Requests with good credentials that may not do what a handler asks for, by what is missing."
    );
    for token_type in TokenType::ALL {
        for reason in [
            AuthReason::Token(Reason::JwkRemoteFailedToLoad),
            AuthReason::Token(Reason::JwkFailedToResolve),
            AuthReason::Token(Reason::SecretKeyInvalid),
            AuthReason::UnexpectedError,
        ] {
            authenticated("undecided", reason.as_str(), token_type.as_str()).increment(0);
        }
    }
}

/// What all that come of the same settings count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    /// By type of token. A look into a recorder takes a tenth of a microsecond, so what most requests come to is
    /// kept.
    #[cfg(feature = "metrics")]
    signed_in: Arc<[OnceLock<Counter>; TokenType::ALL.len()]>,
}

#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
impl Requests {
    pub(crate) fn decided(&self, decided: &Result<RequestState, Error>) {
        #[cfg(feature = "metrics")]
        match decided {
            // Its reason is an everyday one, which would hide it.
            Ok(RequestState::SignedOut(state)) if state.is_in_circle() => {
                let token_type = TokenType::Session.as_str();
                authenticated("redirect-circle", name(state.reason()), token_type).increment(1);
            }
            Ok(state) => match (state.reason(), state.token_type()) {
                (None, Some(token_type)) => self.signed_in(token_type, state.status()),
                (reason, token_type) => {
                    let token_type = token_type.map_or("none", TokenType::as_str);
                    let reason = reason.map_or("none".into(), name);
                    authenticated(state.status(), reason, token_type).increment(1);
                }
            },
            Err(error) => {
                let token_type = error.token_type().as_str();
                authenticated("undecided", name(&error.reason()), token_type).increment(1);
            }
        }
    }

    #[cfg(feature = "metrics")]
    fn signed_in(&self, token_type: TokenType, status: &'static str) {
        let at = TokenType::ALL.iter().position(|one| *one == token_type);
        let signed_in = || authenticated(status, "none".into(), token_type.as_str());
        match at.and_then(|at| self.signed_in.get(at)) {
            Some(kept) => kept.get_or_init(signed_in).increment(1),
            None => signed_in().increment(1),
        }
    }
}

/// Somebody may not do something, for want of what `reason` names.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn denied(reason: &'static str) {
    #[cfg(feature = "metrics")]
    counter!(DENIED, "reason" => reason).increment(1);
}

#[cfg(feature = "metrics")]
fn authenticated(
    status: &'static str,
    reason: Cow<'static, str>,
    token_type: &'static str,
) -> Counter {
    counter!(AUTHENTICATED, "reason" => reason, "status" => status, "token_type" => token_type)
}

/// The reason's name, where that is a word of ours. The code of an answer is whatever answers says, and would be a new
/// series each time.
#[cfg(feature = "metrics")]
fn name(reason: &AuthReason) -> Cow<'static, str> {
    match reason {
        AuthReason::SessionTokenExpired(RefreshFailure::Api(_)) => {
            "session-token-expired-refresh-refused".into()
        }
        reason => reason.as_str(),
    }
}
