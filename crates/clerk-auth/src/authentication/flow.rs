use std::sync::Arc;

use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
};

use super::{
    decision::{Decision, Refusal, in_a_circle, sensitive, session_signed_out, signed_out},
    effects::Effects,
    incoming::{Incoming, NoRedirect},
    token::Token,
};
use crate::{
    AcceptedTokens, AuthReason, Handshake, RequestHead, RequestState, Settings, TokenType,
    auth_headers, settings::Instance,
};

/// One decision: what it reads, and where it asks for what it cannot do itself.
pub(super) struct Flow<'r> {
    pub(super) incoming: Incoming<'r>,
    pub(super) settings: &'r Settings,
    pub(super) api: &'r clerk_http::Settings,
    pub(super) effects: Arc<Effects>,
}

impl<'r> Flow<'r> {
    pub(super) fn new(
        head: &'r RequestHead<'r>,
        settings: &'r Settings,
        api: &'r clerk_http::Settings,
        effects: Arc<Effects>,
    ) -> Self {
        Self {
            incoming: Incoming::new(head, settings),
            settings,
            api,
            effects,
        }
    }

    /// Who the request comes from. A token in the header has precedence over cookies.
    pub(super) async fn decide(self) -> Decision {
        self.check_sign_in_url()?;
        let token = self.incoming.header_token();
        let machine_type = || token.as_ref().and_then(Token::machine_type);
        let mismatch = || AuthReason::TokenTypeMismatch.into();
        let machine_type = match &self.settings.accepts {
            AcceptedTokens::Session => None,
            AcceptedTokens::Machine(wanted) => {
                let wanted_type = Some(TokenType::from(*wanted));
                let Some(token) = &token else {
                    return Ok(signed_out(wanted_type, AuthReason::NoTokenInHeader.into()));
                };
                return match machine_type() {
                    Some(found) if found == *wanted => self.machine(token, found).await,
                    _ => Ok(signed_out(wanted_type, mismatch())),
                };
            }
            AcceptedTokens::OneOf(types) => {
                let found = machine_type();
                if !types.contains(&found.map_or(TokenType::Session, TokenType::from)) {
                    return Ok(signed_out(None, mismatch()));
                }
                found
            }
            AcceptedTokens::Any => machine_type(),
        };
        match (&token, machine_type) {
            (Some(token), Some(found)) => self.machine(token, found).await,
            (Some(token), None) => self.session_in_header(token).await,
            (None, _) => match self.instance() {
                Some(instance) => match self.foreign_page(instance) {
                    Some(state) => Ok(state),
                    None => self.cookie_path(instance).await,
                },
                None => Ok(session_signed_out(
                    AuthReason::SessionTokenAndUatMissing.into(),
                )),
            },
        }
    }

    /// Sends the browser to a handshake, or to `location`, if it would follow; if not, the
    /// request is signed out for the same reason.
    pub(super) fn handshake_or_signed_out(
        &self,
        refusal: Refusal,
        location: impl FnOnce() -> Option<String>,
    ) -> RequestState {
        match self.incoming.no_redirect() {
            None => {}
            Some(NoRedirect::TooMany) => return in_a_circle(refusal),
            Some(_) => return session_signed_out(refusal),
        }
        let mut headers = HeaderMap::new();
        let Some(()) = location().and_then(|url| self.redirect(&url, &mut headers)) else {
            return session_signed_out(refusal);
        };
        let Refusal { reason, message } = refusal;
        auth_headers::describe(&mut headers, "handshake", &reason, &message);
        RequestState::Handshake(Handshake {
            reason,
            message,
            headers,
        })
    }

    /// Sends the browser to `url`, and counts it: whatever leads in a circle ends, since every
    /// redirect of ours goes through here. `None` if `url` cannot be sent.
    pub(super) fn redirect(&self, url: &str, headers: &mut HeaderMap) -> Option<()> {
        headers.insert(LOCATION, sensitive(url)?);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let count = self.incoming.redirects_so_far().saturating_add(1);
        let counter = format!("__clerk_redirect_count={count}; SameSite=Lax; HttpOnly; Max-Age=2");
        headers.append(SET_COOKIE, HeaderValue::from_str(&counter).ok()?);
        Some(())
    }

    pub(super) const fn instance(&self) -> Option<&'r Instance> {
        self.settings.instance.as_ref()
    }
}
