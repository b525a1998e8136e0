use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderValue, header::LOCATION};

use crate::{
    Auth, AuthReason, Error, MachineAuth, PendingSessions, SessionAuth, SignedOutAuth, TokenType,
};

/// What was found out about a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RequestState {
    /// It comes from somebody.
    SignedIn(SignedIn),
    /// It comes from nobody that is known.
    SignedOut(SignedOut),
    /// The browser has to be sent to Clerk first, which then sends it back with what is missing.
    Handshake(Handshake),
}

impl RequestState {
    /// Clerk's name for the state: `signed-in`, `signed-out` or `handshake`.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::SignedIn(_) => "signed-in",
            Self::SignedOut(_) => "signed-out",
            Self::Handshake(_) => "handshake",
        }
    }

    /// Why the request is not signed in; `None` where it is.
    pub const fn reason(&self) -> Option<&AuthReason> {
        match self {
            Self::SignedIn(_) => None,
            Self::SignedOut(state) => Some(&state.reason),
            Self::Handshake(state) => Some(&state.reason),
        }
    }

    /// The type of token the state is about; `None` where a token is of no accepted type.
    pub fn token_type(&self) -> Option<TokenType> {
        match self {
            Self::SignedIn(state) => Some(state.token_type()),
            Self::SignedOut(state) => state.token_type,
            Self::Handshake(_) => Some(TokenType::Session),
        }
    }

    /// What to add to the response, whatever the application answers.
    ///
    /// Adapters add it by [`RequestAuth::apply_to`](crate::RequestAuth::apply_to), which sees to
    /// what goes with it: `Set-Cookie` may be there several times, a cookie that the application
    /// has set itself stands, and no shared cache may store what carries cookies.
    pub const fn headers(&self) -> &HeaderMap {
        match self {
            Self::SignedIn(state) => &state.headers,
            Self::SignedOut(state) => &state.headers,
            Self::Handshake(state) => &state.headers,
        }
    }

    pub(crate) const fn headers_mut(&mut self) -> &mut HeaderMap {
        match self {
            Self::SignedIn(state) => &mut state.headers,
            Self::SignedOut(state) => &mut state.headers,
            Self::Handshake(state) => &mut state.headers,
        }
    }

    /// Where to send the browser, with status 307 and [`headers`](Self::headers), instead of
    /// letting the application answer.
    ///
    /// Besides handshakes this may be so for signed-in requests: after a handshake, a development
    /// instance takes its parameters out of the URL.
    pub fn redirect(&self) -> Option<&HeaderValue> {
        self.headers().get(LOCATION)
    }

    /// Whom the application deals with; `None` on a handshake, where it deals with nobody yet.
    pub fn to_auth(&self, pending: PendingSessions) -> Option<Auth> {
        match self {
            Self::SignedIn(state) => Some(state.to_auth(pending)),
            Self::SignedOut(state) => Some(state.to_auth()),
            Self::Handshake(_) => None,
        }
    }
}

/// A request that comes from somebody.
#[derive(Clone, Debug)]
pub struct SignedIn {
    identity: Identity,
    pub(crate) headers: HeaderMap,
}

#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Session(SessionAuth),
    Machine(MachineAuth),
}

impl SignedIn {
    pub(crate) const fn new(identity: Identity, headers: HeaderMap) -> Self {
        Self { identity, headers }
    }

    /// The type of the token.
    pub fn token_type(&self) -> TokenType {
        match &self.identity {
            Identity::Session(_) => TokenType::Session,
            Identity::Machine(machine) => machine.kind().into(),
        }
    }

    pub(crate) const fn session(&self) -> Option<&SessionAuth> {
        match &self.identity {
            Identity::Session(session) => Some(session),
            Identity::Machine(_) => None,
        }
    }

    /// Whom the application deals with. A pending session is signed out unless `pending` says
    /// otherwise.
    pub fn to_auth(&self, pending: PendingSessions) -> Auth {
        match &self.identity {
            Identity::Session(session) => Auth::of_session(session.clone(), pending),
            Identity::Machine(machine) => Auth::Machine(machine.clone()),
        }
    }
}

/// A request that comes from nobody that is known.
#[derive(Clone)]
pub struct SignedOut {
    pub(crate) reason: AuthReason,
    pub(crate) message: String,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) is_in_circle: bool,
    pub(crate) session_left: SessionLeft,
    pub(crate) headers: HeaderMap,
}

/// Which session whoever signs out leaves, without being signed in: that of a cookie's token that is
/// good but for its expiry, or for what other cookies say.
#[derive(Clone, Default)]
pub(crate) enum SessionLeft {
    #[default]
    None,
    Known(Box<str>),
    /// The token could not be verified.
    Unknown(Arc<Error>),
}

impl SignedOut {
    /// Why.
    pub const fn reason(&self) -> &AuthReason {
        &self.reason
    }

    /// More words on why, for developers; may be empty.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the browser would have been redirected once more, had not three redirects in a row
    /// been of no use. Something is set up wrongly then; [`message`](Self::message) says what to
    /// look at.
    pub const fn is_in_circle(&self) -> bool {
        self.is_in_circle
    }

    /// Whom the application deals with: nobody.
    pub fn to_auth(&self) -> Auth {
        Auth::SignedOut(SignedOutAuth::new(self.token_type))
    }
}

impl fmt::Debug for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedOut")
            .field("reason", &self.reason)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// A browser that has to be sent to Clerk first.
#[derive(Clone)]
pub struct Handshake {
    pub(crate) reason: AuthReason,
    pub(crate) message: String,
    pub(crate) headers: HeaderMap,
}

impl Handshake {
    /// Why.
    pub const fn reason(&self) -> &AuthReason {
        &self.reason
    }

    /// More words on why, for developers; may be empty.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The URL to send the browser to holds tokens.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("reason", &self.reason)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
