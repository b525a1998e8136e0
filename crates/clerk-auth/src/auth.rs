//! Who a request comes from, as a handler sees it.

mod machine;
mod machine_claims;
mod session;
mod session_token;
#[cfg(test)]
mod tests;
mod view;

use clerk_jwt::SessionStatus;

pub(crate) use self::machine::Machine;
pub use self::{
    machine::{MachineAuth, UnexpectedClaims},
    session::SessionAuth,
    session_token::SessionToken,
    view::AuthView,
};

use crate::{Denied, Requirement, TokenType};

/// Who a request comes from: a user, a machine, or nobody that is known.
///
/// ```
/// use clerk_auth::{Auth, Requirement};
///
/// fn greet(auth: &Auth) -> String {
///     match auth {
///         Auth::Session(session) => format!("Hello {}", session.user_id()),
///         Auth::Machine(machine) => format!("Hello machine {}", machine.subject()),
///         _ => "Hello stranger".to_owned(),
///     }
/// }
///
/// let nobody = Auth::default();
/// assert_eq!(greet(&nobody), "Hello stranger");
/// assert!(!nobody.has(&Requirement::new().role("org:admin")));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Auth {
    /// Nobody is signed in.
    SignedOut(SignedOutAuth),
    /// A user, by way of a session.
    Session(SessionAuth),
    /// A machine, or whoever holds an API key or an OAuth access token.
    Machine(MachineAuth),
}

impl Auth {
    /// The user of a session, or nobody if the session is pending and `pending` says that such
    /// users are signed out.
    pub fn of_session(session: SessionAuth, pending: PendingSessions) -> Self {
        let is_pending = session.status() == SessionStatus::Pending;
        match pending {
            PendingSessions::SignedOut if is_pending => Self::SignedOut(SignedOutAuth {
                token_type: Some(TokenType::Session),
                is_pending,
            }),
            _ => Self::Session(session),
        }
    }

    /// The user: of the session, the owner of the API key, or who granted the OAuth access token.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::SignedOut(_) => None,
            Self::Session(session) => Some(session.user_id()),
            Self::Machine(machine) => machine.user_id(),
        }
    }

    /// Whether the request comes from somebody who is known, be it a user or a machine.
    pub const fn is_signed_in(&self) -> bool {
        !matches!(self, Self::SignedOut(_))
    }

    /// Whether nobody is signed in because the session is pending: the user has signed in, and has
    /// something left to do.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::SignedOut(nobody) if nobody.is_pending())
    }

    /// The type of token: the one that came, or where none did, the one that was asked for.
    ///
    /// `None` where tokens of several types were accepted and this was none of them.
    pub fn token_type(&self) -> Option<TokenType> {
        match self {
            Self::SignedOut(nobody) => nobody.token_type(),
            Self::Session(_) => Some(TokenType::Session),
            Self::Machine(machine) => Some(machine.kind().into()),
        }
    }

    /// The session, if a user is signed in with one.
    pub const fn as_session(&self) -> Option<&SessionAuth> {
        match self {
            Self::Session(session) => Some(session),
            _ => None,
        }
    }

    /// The machine, if one is signed in.
    pub const fn as_machine(&self) -> Option<&MachineAuth> {
        match self {
            Self::Machine(machine) => Some(machine),
            _ => None,
        }
    }

    /// Whether a user is signed in who meets `requirement`. Never true for a machine.
    pub fn has(&self, requirement: &Requirement) -> bool {
        self.require(requirement).is_ok()
    }

    /// Goes on only if a user is signed in who meets `requirement`.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn require(&self, requirement: &Requirement) -> Result<(), Denied> {
        match self {
            Self::SignedOut(nobody) if nobody.is_pending() => Err(Denied::SessionPending),
            Self::SignedOut(_) => Err(Denied::SignedOut),
            Self::Session(session) => session.require(requirement),
            Self::Machine(machine) => machine.require(requirement),
        }
    }

    /// What a page that is rendered on the server may show its browser of this.
    pub fn to_view(&self) -> AuthView {
        AuthView::of(self)
    }
}

impl Default for Auth {
    /// Nobody is signed in, and a session was asked for.
    fn default() -> Self {
        Self::SignedOut(SignedOutAuth::new(Some(TokenType::Session)))
    }
}

impl From<SessionAuth> for Auth {
    /// Signed in, whatever the session's status; see [`Auth::of_session`].
    fn from(session: SessionAuth) -> Self {
        Self::Session(session)
    }
}

impl From<MachineAuth> for Auth {
    fn from(machine: MachineAuth) -> Self {
        Self::Machine(machine)
    }
}

/// Nobody that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOutAuth {
    token_type: Option<TokenType>,
    is_pending: bool,
}

impl SignedOutAuth {
    /// Nobody, where a token of this type was asked for; `None` where it could be of several
    /// types, and was none of them.
    pub const fn new(token_type: Option<TokenType>) -> Self {
        Self {
            token_type,
            is_pending: false,
        }
    }

    /// The type of token that was asked for.
    pub const fn token_type(&self) -> Option<TokenType> {
        self.token_type
    }

    /// Whether there is a session that is still pending: the user has signed in, and has
    /// something left to do. Redirects to sign-in lead there.
    pub const fn is_pending(&self) -> bool {
        self.is_pending
    }
}

/// What users are whose session is pending: they have signed in, and have something left to do,
/// such as choosing an organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingSessions {
    /// They are signed out.
    #[default]
    SignedOut,
    /// They are signed in. For the pages on which they do what is left.
    SignedIn,
}
