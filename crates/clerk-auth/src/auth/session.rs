use std::{fmt, sync::Arc};

use clerk_core::Redacted;
use clerk_jwt::{Actor, FactorAges, Organization, SessionClaims, SessionStatus, Verified};

use super::SessionToken;
use crate::{Denied, Requirement};

/// A signed-in user: the session, and what its token grants.
///
/// Cloning it copies a pointer. What the token says is read when it is asked for.
///
/// ```
/// use clerk_auth::{Requirement, SessionAuth};
///
/// fn invoices(session: &SessionAuth) -> Result<String, clerk_auth::Denied> {
///     session.require(&Requirement::new().permission("org:invoices:read"))?;
///     let organization = session.organization();
///     let name = organization.as_ref().and_then(|organization| organization.slug());
///     Ok(format!("The invoices of {}", name.unwrap_or("your organization")))
/// }
/// ```
#[derive(Clone)]
pub struct SessionAuth(Arc<Session>);

struct Session {
    verified: Verified<SessionClaims>,
    token: Redacted<Box<str>>,
}

impl SessionAuth {
    /// The user of a verified token. `token` is its text, which [`token`](Self::token) passes on.
    pub fn new(verified: Verified<SessionClaims>, token: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Session {
            verified,
            token: Redacted::new(token.into()),
        }))
    }

    /// The user: `user_…`.
    pub fn user_id(&self) -> &str {
        self.claims().user_id()
    }

    /// The session: `sess_…`.
    pub fn session_id(&self) -> &str {
        self.claims().session_id()
    }

    /// Whether the session is complete or has tasks left to do.
    pub fn status(&self) -> SessionStatus<'_> {
        self.claims().status()
    }

    /// The organization that is active in the session, with the user's role and permissions.
    ///
    /// The permissions are unpacked on each call, so keep what this gives.
    pub fn organization(&self) -> Option<Organization<'_>> {
        self.claims().organization()
    }

    /// Who acts as the user, where somebody does: an impersonating member of the team, or an
    /// agent.
    pub fn actor(&self) -> Option<Actor<'_>> {
        self.claims().actor()
    }

    /// How long ago each factor was verified when the token was issued.
    pub fn factor_ages(&self) -> Option<FactorAges> {
        self.claims().factor_ages()
    }

    /// Everything the token claims, the application's own claims included.
    pub fn claims(&self) -> &SessionClaims {
        self.0.verified.claims()
    }

    /// The session token itself, for calls to services that verify it too. Whoever calls this
    /// must not log it.
    pub fn token(&self) -> &str {
        self.0.token.expose()
    }

    /// Asks Clerk for another token of this session, made from a JWT template.
    ///
    /// What it gives is sent by any client of the Backend API.
    ///
    /// ```
    /// # use clerk_auth::SessionAuth;
    /// # fn example(client: &clerk_http::blocking::Client, session: &SessionAuth) -> Result<(), clerk_http::Error> {
    /// let token = client.send(session.token_for_template("hasura"))?;
    /// # let _ = token.expose();
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_for_template(&self, template: impl Into<String>) -> SessionToken {
        SessionToken::new(self.session_id()).template(template)
    }

    /// Whether the session meets `requirement`.
    pub fn has(&self, requirement: &Requirement) -> bool {
        self.require(requirement).is_ok()
    }

    /// Goes on only if the session meets `requirement`.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn require(&self, requirement: &Requirement) -> Result<(), Denied> {
        requirement.check(self.claims())
    }
}

impl fmt::Debug for SessionAuth {
    /// Shows who is signed in. The rest would let whoever reads the log sign in, or is what an
    /// application put into the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionAuth")
            .field("claims", self.claims())
            .finish_non_exhaustive()
    }
}
