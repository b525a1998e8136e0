use std::sync::Arc;

use clerk_jwt::{Claims, Reason};

use super::{
    browser::Browser,
    flow::Flow,
    session::{Carrier, refusal},
    token::Token,
};
use crate::{
    AuthReason, RequestState, SignedOut, TokenType, origin_check::is_safe, settings::Instance,
    state::SessionLeft,
};

impl Flow<'_> {
    /// Finds out which session a browser has that cookies beside its token have made signed out: it
    /// may be here to leave it. Any application of the site can set `__client_uat`, and none may keep
    /// a session from being ended so.
    ///
    /// Who the request comes from is decided by then, and stays so.
    pub(super) async fn find_session_left(&self, instance: &Instance, state: &mut RequestState) {
        let RequestState::SignedOut(nobody) = state else {
            return;
        };
        // No request with a safe method is one to sign out.
        if is_safe(self.incoming.head.method()) || was_token_judged(nobody) {
            return;
        }
        let browser = Browser::read(&self.incoming, instance, self.effects.now());
        if let Some(token) = &browser.session {
            nobody.session_left = self.session_of(token).await;
        }
    }

    async fn session_of(&self, token: &Token<'_>) -> SessionLeft {
        if token.is_marked_as_other().unwrap_or(true) {
            return SessionLeft::None;
        }
        let error = match self.verify_session(token).await {
            Ok(verified) => {
                let id = verified.claims().session_id();
                return SessionLeft::Known(id.into());
            }
            Err(error) => error,
        };
        match refusal(error, TokenType::Session, Carrier::Cookie) {
            Ok(refusal) if refusal.reason == AuthReason::Token(Reason::TokenExpired) => {
                expired(token)
            }
            Ok(_) => SessionLeft::None,
            Err(error) => SessionLeft::Unknown(Arc::new(error)),
        }
    }
}

/// The session of a token that has expired. What is left of the claims was judged before.
pub(super) fn expired(token: &Token<'_>) -> SessionLeft {
    let id = token.claims().and_then(Claims::session_id);
    id.map_or(SessionLeft::None, |id| SessionLeft::Known(id.into()))
}

fn was_token_judged(nobody: &SignedOut) -> bool {
    let reason = nobody.reason();
    let is_by_other_cookies = reason.is_absence()
        || matches!(
            reason,
            AuthReason::SessionTokenButNoClientUat | AuthReason::SessionTokenIatBeforeClientUat
        );
    !is_by_other_cookies
}
