use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::{
    Auth, AuthReason, Error, HeaderEdits, InvalidRedirect, MachineAuth, MachineTokenType,
    Redirects, Rejection, RequestState, Requirement, SessionAuth, SignOut, TokenType, events,
    visit::Visit,
};

/// What a framework does with a request, once it is known who it comes from.
///
/// Adapters carry it out and decide nothing, so every framework does the same.
#[derive(Clone, Debug)]
pub enum Admission {
    /// Answer with this status and these headers, and do not call the handler: the browser has to
    /// go elsewhere first.
    Redirect(HeaderMap),
    /// Call the handler, which may ask this who it deals with; then add
    /// [`apply_to`](RequestAuth::apply_to) the response.
    Proceed(RequestAuth),
}

impl Admission {
    /// The status of a [`Redirect`](Self::Redirect): the method and the body stay as they are
    /// (RFC 9110 §15.4.8).
    pub const REDIRECT_STATUS: StatusCode = StatusCode::TEMPORARY_REDIRECT;

    pub(crate) fn of(outcome: Result<RequestState, Error>, visit: Visit) -> Self {
        if let Ok(state) = &outcome {
            if state.redirect().is_some() {
                return Self::Redirect(state.headers().clone());
            }
        }
        Self::Proceed(RequestAuth(Arc::new(Admitted { outcome, visit })))
    }
}

/// Who an authenticated request comes from, for handlers to ask. Cheap to clone.
///
/// Frameworks put it beside the request, and their extractors ask it.
#[derive(Clone, Debug)]
pub struct RequestAuth(Arc<Admitted>);

#[derive(Debug)]
struct Admitted {
    outcome: Result<RequestState, Error>,
    visit: Visit,
}

impl RequestAuth {
    /// What an adapter has put beside the request, in frameworks whose requests are `http`'s.
    ///
    /// # Errors
    ///
    /// [`Rejection::not_authenticated`]: no adapter is there, or it is further inside.
    pub fn of(extensions: &Extensions) -> Result<&Self, Rejection> {
        let missing = || Rejection::not_authenticated(REMEDY, None);
        extensions.get().ok_or_else(missing)
    }

    /// What was found out about the request.
    ///
    /// # Errors
    ///
    /// It could not be found out.
    pub fn state(&self) -> Result<&RequestState, &Error> {
        self.0.outcome.as_ref()
    }

    /// Who the request comes from, be it nobody.
    ///
    /// # Errors
    ///
    /// It could not be found out: 503 or 500. Whoever that is must not be taken for signed out.
    pub fn auth(&self) -> Result<Auth, Rejection> {
        let state = self.state();
        let state = state.map_err(|error| self.refusing(Rejection::undecided(error)))?;
        let pending_sessions = self.0.visit.settings.pending_sessions;
        Ok(state.to_auth(pending_sessions).unwrap_or_default())
    }

    /// The session of the user the request comes from.
    ///
    /// # Errors
    ///
    /// 401 if nobody is signed in, or not with a session, or with one that is pending; otherwise
    /// those of [`auth`](Self::auth).
    pub fn session(&self) -> Result<SessionAuth, Rejection> {
        match self.auth()? {
            Auth::Session(session) => Ok(session),
            Auth::Machine(machine) => {
                Err(self.wrong_token(machine.kind().into(), &[TokenType::Session]))
            }
            nobody => Err(self.signed_out(&nobody)),
        }
    }

    /// The machine the request comes from, whatever type of token it has.
    ///
    /// # Errors
    ///
    /// 401 if it comes from none; otherwise those of [`auth`](Self::auth).
    pub fn machine(&self) -> Result<MachineAuth, Rejection> {
        match self.auth()? {
            Auth::Machine(machine) => Ok(machine),
            Auth::Session(_) => {
                let all = TokenType::ALL.into_iter();
                let machines: Vec<_> = all.filter(|one| one.is_machine()).collect();
                Err(self.wrong_token(TokenType::Session, &machines))
            }
            nobody => Err(self.signed_out(&nobody)),
        }
    }

    /// The machine the request comes from, if its token is of type `wanted`.
    ///
    /// # Errors
    ///
    /// Those of [`machine`](Self::machine); 401 also for another type of token.
    pub fn machine_of(&self, wanted: MachineTokenType) -> Result<MachineAuth, Rejection> {
        let machine = self.machine()?;
        if machine.kind() == wanted {
            Ok(machine)
        } else {
            Err(self.wrong_token(machine.kind().into(), &[wanted.into()]))
        }
    }

    /// The session, if its user may do what `requirement` asks for.
    ///
    /// # Errors
    ///
    /// Those of [`session`](Self::session); 403 if the user may not.
    pub fn require(&self, requirement: &Requirement) -> Result<SessionAuth, Rejection> {
        let session = self.session()?;
        match session.require(requirement) {
            Ok(()) => Ok(session),
            Err(denied) => {
                events::denied(&session, &denied);
                Err(self.refusing(Rejection::denied(&denied)))
            }
        }
    }

    /// The request as one to be signed out. See [`SignOut`] for what that comes to.
    ///
    /// # Errors
    ///
    /// 405 for a `GET` or another method that is safe; 403 for a form on a page of another origin; 500
    /// where sessions are not accepted, and 503 where it cannot be told whether there is one;
    /// 401 for a machine, and for a token in the header that is not good; otherwise those of [`auth`](Self::auth).
    pub fn sign_out(&self) -> Result<SignOut, Rejection> {
        SignOut::new(&self.0.visit, self.state()).map_err(|refused| self.refusing(refused))
    }

    /// Where to send whoever has to sign in, and to come back from to the page that was asked for.
    ///
    /// # Errors
    ///
    /// The request does not say under which URL the browser knows the page.
    pub fn redirects(&self) -> Result<Redirects, InvalidRedirect> {
        let is_pending = match self.auth() {
            Ok(Auth::SignedOut(nobody)) => nobody.is_pending(),
            _ => false,
        };
        Ok(self.0.visit.redirects()?.pending(is_pending))
    }

    /// Adds to a response what authentication has to tell the browser: cookies, and why it is
    /// not signed in. See [`HeaderEdits`] for what goes with cookies.
    pub fn apply_to(&self, headers: &mut HeaderMap) {
        let existing = |name: &HeaderName| -> Vec<HeaderValue> {
            headers.get_all(name).iter().cloned().collect()
        };
        self.header_edits(existing).carry_out(headers);
    }

    /// What [`apply_to`](Self::apply_to) changes, for frameworks that keep headers in types of
    /// their own. `existing` gives all values that the response has under a name.
    pub fn header_edits<V: AsRef<[u8]>>(
        &self,
        existing: impl Fn(&HeaderName) -> Vec<V>,
    ) -> HeaderEdits {
        let wanted = match self.state() {
            Ok(state) => state.headers().clone(),
            Err(error) => error.headers(),
        };
        HeaderEdits::new(wanted, existing)
    }

    /// [`apply_to`](Self::apply_to) a whole response.
    #[must_use]
    pub fn applied_to<B>(&self, mut response: Response<B>) -> Response<B> {
        self.apply_to(response.headers_mut());
        response
    }

    fn signed_out(&self, auth: &Auth) -> Rejection {
        self.refusing(match self.state() {
            Ok(RequestState::SignedIn(signed_in)) if auth.is_pending() => {
                events::pending(signed_in);
                Rejection::signed_out(&AuthReason::SessionPending)
            }
            Ok(state) => {
                let nobody = AuthReason::SessionTokenAndUatMissing;
                Rejection::signed_out(state.reason().unwrap_or(&nobody))
            }
            Err(error) => Rejection::undecided(error),
        })
    }

    /// A good token of another type than the handler asks for.
    fn wrong_token(&self, found: TokenType, wanted: &[TokenType]) -> Rejection {
        events::wrong_token(found);
        self.refusing(Rejection::wrong_token(wanted))
    }

    /// The rejection, as these settings have it.
    fn refusing(&self, rejection: Rejection) -> Rejection {
        match &self.0.visit.settings.resource_metadata {
            Some(metadata) => rejection.naming(metadata),
            None => rejection,
        }
    }
}

/// What to do where it is not known which framework this is.
const REMEDY: &str = "put the adapter's layer (`ClerkLayer`, or the `ClerkMiddleware` of its framework) \
     around whatever asks";
