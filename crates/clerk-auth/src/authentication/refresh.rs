use std::collections::BTreeMap;

use clerk_http::Error as HttpError;
use clerk_jwks::Error as VerificationError;
use clerk_jwt::{Claims, Reason};
use http::HeaderMap;

use super::{
    browser::Browser,
    decision::{Decision, Refusal, session_signed_out, signed_in},
    directives::{self, Session},
    flow::Flow,
    leaving::expired,
    operations::{RefreshBody, RefreshSession},
    session::{Carrier, refusal, undecided},
    token::Token,
};
use crate::{
    AuthReason, Error, RefreshFailure, RequestState, SessionAuth, TokenType, events,
    public_address::origin, state::Identity, text::lossy,
};

/// Why an expired session has no successor.
enum NotRefreshed {
    Failed(RefreshFailure),
    /// Clerk has sent one, and it cannot be told whether it is good. A handshake would only bring
    /// the browser back with another that cannot be checked either.
    CannotTell(Error),
}

impl From<RefreshFailure> for NotRefreshed {
    fn from(failure: RefreshFailure) -> Self {
        Self::Failed(failure)
    }
}

impl Flow<'_> {
    /// A session token that is not acceptable: the request is signed out, unless time alone has
    /// made the token so. Then it is replaced: an expired one by asking Clerk for a new one, where
    /// there is a refresh cookie, and otherwise by a handshake.
    pub(super) async fn refused(
        &self,
        token: &Token<'_>,
        error: VerificationError,
        carrier: Carrier,
    ) -> Decision {
        let refusal = refusal(error, TokenType::Session, carrier)?;
        let Some(instance) = self.instance() else {
            return Ok(session_signed_out(refusal));
        };
        let mut browser = Browser::read(&self.incoming, instance, self.effects.now());
        if matches!(carrier, Carrier::Header) {
            // The cookies need not be those of whom the token in the header is about.
            browser.refresh = None;
        }
        // A browser's own token says more of its session than one that a script of it sends along.
        let in_cookie = browser.session.take();
        let current =
            in_cookie.unwrap_or_else(|| self.incoming.token(token.text.to_string().into()));
        let reason = match refusal.reason {
            AuthReason::Token(Reason::TokenExpired) => match self.refresh(&browser, &current).await
            {
                Ok(state) => return Ok(state),
                Err(NotRefreshed::CannotTell(error)) => return Err(error),
                Err(NotRefreshed::Failed(failure)) => AuthReason::SessionTokenExpired(failure),
            },
            AuthReason::Token(Reason::TokenNotActiveYet) => AuthReason::SessionTokenNbf,
            AuthReason::Token(Reason::TokenIatInTheFuture) => {
                AuthReason::SessionTokenIatInTheFuture
            }
            _ => return Ok(session_signed_out(refusal)),
        };
        let has_expired = matches!(reason, AuthReason::SessionTokenExpired(_));
        browser.session = Some(current);
        let message = refusal.message;
        let mut state = self.handshake(instance, &browser, Refusal { reason, message });
        if let RequestState::SignedOut(nobody) = &mut state {
            if has_expired && matches!(carrier, Carrier::Cookie) {
                nobody.session_left = expired(token);
            }
        }
        Ok(state)
    }

    async fn refresh(
        &self,
        browser: &Browser<'_>,
        token: &Token<'_>,
    ) -> Result<RequestState, NotRefreshed> {
        if !self.incoming.head.is_get() {
            return Err(RefreshFailure::NotGet.into());
        }
        let refresh_token = browser.refresh.as_deref();
        let refresh_token = refresh_token.ok_or(RefreshFailure::NoRefreshCookie)?;
        let session_id = token.claims().and_then(Claims::session_id);
        let session_id = session_id.ok_or(RefreshFailure::NoSessionId)?;
        let public_origin = self.incoming.public_url().and_then(origin);
        let operation = RefreshSession {
            session_id,
            suffixed_cookies: browser.uses_suffixed,
            body: RefreshBody {
                format: "cookie",
                expired_token: &token.text,
                refresh_token,
                request_origin: public_origin
                    .map(|origin| origin.ascii_serialization())
                    .unwrap_or_default(),
                request_headers: self.forwarded_headers(),
            },
        };
        let answer = self.effects.send(&operation, self.api).await;
        let answer = answer.map_err(|error| failed(&error))?;
        if answer.directives.is_empty() {
            return Err(RefreshFailure::NoToken.into());
        }
        let mut headers = HeaderMap::new();
        let Session::Token(session) = directives::apply(&answer.directives, &mut headers) else {
            return Err(RefreshFailure::InvalidSessionToken.into());
        };
        let token = self.incoming.token((&*session).into());
        let verified = self.verify_session(&token).await.map_err(|error| {
            match undecided(error, TokenType::Session) {
                Ok(undecided) => NotRefreshed::CannotTell(undecided),
                Err(_) => RefreshFailure::InvalidSessionToken.into(),
            }
        })?;
        if verified.claims().session_id() != session_id {
            return Err(RefreshFailure::InvalidSessionToken.into());
        }
        let identity = Identity::Session(SessionAuth::new(verified, session));
        Ok(signed_in(identity, headers))
    }

    /// Clerk judges by these whether it is still the same browser that asks.
    fn forwarded_headers(&self) -> BTreeMap<String, [String; 1]> {
        let head = self.incoming.head;
        let mut all = BTreeMap::<String, [String; 1]>::new();
        for (name, value) in head.headers() {
            let name = name.to_ascii_lowercase();
            let separator = if name == "cookie" { "; " } else { ", " };
            let value = lossy(value);
            all.entry(name)
                .and_modify(|[list]| {
                    list.push_str(separator);
                    list.push_str(&value);
                })
                .or_insert_with(|| [value.into_owned()]);
        }
        all
    }
}

fn failed(error: &HttpError) -> RefreshFailure {
    let failure = match error {
        HttpError::Build { .. } => RefreshFailure::NoSecretKey,
        HttpError::Api(answer) => match answer.errors.first() {
            Some(first) if first.code == "unexpected_error" => RefreshFailure::Fetch,
            Some(first) => RefreshFailure::Api(first.code.as_str().into()),
            None => RefreshFailure::Unspecified,
        },
        _ => RefreshFailure::Fetch,
    };
    // Its name is all that a code of Clerk's needs; everything else has a cause to tell.
    if !matches!(failure, RefreshFailure::Api(_)) {
        events::not_refreshed(error);
    }
    failure
}
