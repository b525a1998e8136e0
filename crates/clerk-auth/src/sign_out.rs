//! Signing out, for applications that render their pages on the server.

mod operation;
#[cfg(test)]
mod tests;

use clerk_http::{Error as HttpError, blocking};
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
};
use url::{Position, Url};

use self::operation::RevokeSession;
use crate::{
    AuthReason, Error, Rejection, RequestState, Settings, TokenType, cookies, events,
    public_address::origin, state::SessionLeft, visit::Visit,
};

/// A request to be signed out, which a handler answers with where to go on.
///
/// [`RequestAuth::sign_out`](crate::RequestAuth::sign_out) makes it; frameworks have an extractor.
///
/// Signing out ends the session at Clerk and has the browser drop its cookies, and answers with a
/// redirect. In this order, because nothing may look signed out that is not: where Clerk cannot be
/// asked to end the session, the cookies stay, and the answer is an error. Whoever tries again then
/// tries all of it again. Without its cookies the browser could not even say which session it is,
/// and the next page with Clerk's frontend on it would sign it in again.
///
/// - The session of an expired token is ended as well. Pages that have been open for longer than a
///   minute have no other.
/// - So is that of a token that is good while other cookies contradict it: any application on the
///   site can set those.
/// - Where there is no token, none is ended; nor is there more than the one of the token. A browser that
///   has signed in elsewhere since is sent to Clerk with the next page, to learn who it is.
/// - Whoever is not signed in is redirected all the same, but for a token in the header that is not
///   good, which is answered 401.
///
/// It takes a `POST`, or another method that is not safe (RFC 9110 §9.2.1): a link, or an image on
/// anybody's page, must sign nobody out. Nor may a form on a page of another origin, be that checked
/// otherwise or not; [`allowed_origins`](crate::Builder::allowed_origins) names those that may.
///
/// Other browsers of the user stay signed in, and so do other users in this one, where the instance
/// lets several be signed in at a time. A token that was copied before stays good until it expires,
/// within a minute.
#[derive(Clone, Debug)]
#[must_use = "nobody is signed out until it is answered"]
pub struct SignOut {
    visit: Visit,
    session_id: Option<Box<str>>,
    /// Whether the browser may have signed in elsewhere since, with another session.
    may_be_replaced: bool,
}

/// The answer to a browser that has been signed out: a redirect that takes its cookies away.
#[derive(Clone, Debug)]
#[must_use = "the browser stays signed in until it is answered so"]
pub struct SignOutResponse {
    headers: HeaderMap,
}

const SESSION: &str = "__session";
const REFRESH: &str = "__refresh";
const CLIENT_UAT: &str = "__client_uat";

impl SignOut {
    pub(crate) fn new(
        visit: &Visit,
        state: Result<&RequestState, &Error>,
    ) -> Result<Self, Rejection> {
        if visit.is_safe {
            return Err(Rejection::safe_method());
        }
        if visit.is_of_foreign_page {
            let reason = AuthReason::OriginNotAllowed;
            // Where the settings ask for it, that was an event before.
            if state.ok().and_then(RequestState::reason) != Some(&reason) {
                events::foreign_sign_out(&visit.settings);
            }
            return Err(Rejection::signed_out(&reason));
        }
        accepts_sessions(&visit.settings)?;
        let state = state.map_err(Rejection::undecided)?;
        let session_id = match state {
            // Whoever has not finished signing in may leave, too.
            RequestState::SignedIn(state) => match state.session() {
                Some(session) => Some(session.session_id().into()),
                None => {
                    events::wrong_token(state.token_type());
                    return Err(Rejection::wrong_token(&[TokenType::Session]));
                }
            },
            // No cookie has a say in it, so no later request finds out more.
            RequestState::SignedOut(state) if visit.has_header_token => {
                return Err(Rejection::signed_out(state.reason()));
            }
            RequestState::SignedOut(state) => match &state.session_left {
                SessionLeft::None => None,
                SessionLeft::Known(session_id) => Some(session_id.clone()),
                SessionLeft::Unknown(error) => {
                    events::not_signed_out(None, &events::told(error), &visit.settings);
                    return Err(Rejection::still_signed_in(error));
                }
            },
            RequestState::Handshake(_) => None,
        };
        let older = AuthReason::SessionTokenIatBeforeClientUat;
        Ok(Self {
            visit: visit.clone(),
            session_id,
            may_be_replaced: state.reason() == Some(&older),
        })
    }

    /// The session that is to be ended, if the request tells which.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// Signs out, and sends the browser to `target`: a path of the application as browsers see it,
    /// such as `/`, or a URL.
    ///
    /// `target` may come from the request. What leads to another origin than the application's own
    /// and the [`allowed_redirect_origins`](crate::Builder::allowed_redirect_origins) is not
    /// followed: the browser is sent to the application's root.
    ///
    /// # Errors
    ///
    /// The session could not be ended, and the browser stays signed in: 503 where Clerk could not be
    /// asked, 500 where this service is set up wrongly. It needs a secret key.
    pub async fn to(&self, target: &str) -> Result<SignOutResponse, Rejection> {
        let revoked = match (self.revocation(), &self.visit.client) {
            (None, _) => None,
            (Some(revocation), Some(client)) => Some(client.send(revocation).await),
            (Some(_), None) => {
                let remedy = "a blocking `Authenticator` has judged the request; sign out by its \
                              `sign_out`, or judge by the async one";
                return Err(Rejection::not_authenticated(remedy, None));
            }
        };
        self.answer(revoked, target)
    }

    pub(crate) fn to_by(
        &self,
        client: &blocking::Client,
        target: &str,
    ) -> Result<SignOutResponse, Rejection> {
        let revoked = self.revocation().map(|revocation| client.send(revocation));
        self.answer(revoked, target)
    }

    fn revocation(&self) -> Option<RevokeSession<'_>> {
        let session_id = self.session_id()?;
        Some(RevokeSession { session_id })
    }

    /// What to answer, once Clerk was asked to end the session, if there is one.
    fn answer(
        &self,
        revoked: Option<Result<(), HttpError>>,
        target: &str,
    ) -> Result<SignOutResponse, Rejection> {
        let has_ended = match revoked {
            None => false,
            Some(Ok(())) => true,
            Some(Err(error)) if is_unknown(&error) => {
                let session_id = self.session_id().unwrap_or_default();
                events::unknown_session(session_id, &self.visit.settings);
                true
            }
            Some(Err(cause)) => {
                let told = events::told_of_call(&cause);
                events::not_signed_out(self.session_id(), &told, &self.visit.settings);
                let token_type = TokenType::Session;
                return Err(Rejection::still_signed_in(&Error::Clerk {
                    token_type,
                    cause,
                }));
            }
        };
        let mut headers = self.removals(has_ended && !self.may_be_replaced);
        let location = HeaderValue::from_str(&self.location(target));
        headers.insert(
            LOCATION,
            location.unwrap_or_else(|_| HeaderValue::from_static("/")),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(SignOutResponse { headers })
    }

    /// `__client_uat` says that somebody is signed in. It goes with the session. Where none was
    /// ended, or one that may not be the latest, it stays, so that the next page asks Clerk who is
    /// there instead of taking for granted that nobody is. The development browser is no session,
    /// and stays.
    fn removals(&self, is_nobody_left: bool) -> HeaderMap {
        let instance = self.visit.settings.instance.as_ref();
        let suffixed = |name: &str| Some(format!("{name}_{}", instance?.cookie_suffix));
        let of_session = [
            Some(SESSION.to_owned()),
            suffixed(SESSION),
            suffixed(REFRESH),
        ];
        let of_browser = [Some(CLIENT_UAT.to_owned()), suffixed(CLIENT_UAT)];
        let of_browser = of_browser.into_iter().filter(|_| is_nobody_left);
        let mut headers = HeaderMap::new();
        for name in of_session.into_iter().chain(of_browser).flatten() {
            for line in cookies::removals(&name, self.visit.here.get()) {
                if let Ok(line) = HeaderValue::from_str(&line) {
                    headers.append(SET_COOKIE, line);
                }
            }
        }
        headers
    }

    /// A path rather than a URL where that will do: where the address that browsers know was
    /// mistaken, a path leads there all the same.
    fn location(&self, target: &str) -> String {
        let own = self.visit.here.get().map_or_else(
            || Url::parse("http://own.invalid/").ok(),
            |here| Some(here.clone()),
        );
        let place = own.and_then(|own| {
            let url = own.join(target).ok()?;
            if origin(&url)? == origin(&own)? {
                let path = url[Position::BeforePath..].to_owned();
                // Two slashes at its beginning would name another host.
                return Some(path).filter(|path| !path.starts_with("//"));
            }
            let is_plain = url.username().is_empty() && url.password().is_none();
            let allowed = &self.visit.settings.redirect_origins;
            let is_allowed = is_plain && allowed.contains(&origin(&url)?);
            is_allowed.then(|| url.into())
        });
        place.unwrap_or_else(|| self.visit.settings.public_address.root_path())
    }
}

impl SignOutResponse {
    /// The response's status: the browser goes on with a `GET` (RFC 9110 §15.4.4).
    pub const STATUS: StatusCode = StatusCode::SEE_OTHER;

    /// The response's headers: `Location`, `Set-Cookie`, and what keeps caches away.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The whole response. Its body is empty.
    pub fn into_response<B: Default>(self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = Self::STATUS;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Where no session can be seen, one that is there could not be told from none at all.
fn accepts_sessions(settings: &Settings) -> Result<(), Rejection> {
    if settings.accepts().contains(TokenType::Session) {
        return Ok(());
    }
    let problem = "no session tokens are accepted here; have the route of signing out accept them";
    events::not_signed_out(None, &problem, settings);
    Err(Rejection::misconfigured())
}

/// Whether Clerk itself says that it has no such session, so that there is none to be ended. The
/// status alone is also that of a proxy, or of whatever else a wrong API URL leads to.
fn is_unknown(error: &HttpError) -> bool {
    error.api().is_some_and(|answer| {
        answer.status == StatusCode::NOT_FOUND && answer.has_code("resource_not_found")
    })
}
