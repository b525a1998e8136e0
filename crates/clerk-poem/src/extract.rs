use std::{fmt, marker::PhantomData, ops::Deref};

use clerk_auth::{Auth, Guard, MachineAuth, MachineTokenType, RequestAuth, SessionAuth};
use poem::{FromRequest, Request, RequestBody};

use crate::Rejection;

/// The user who is signed in with a session.
///
/// Where that is optional, take [`MaybeSignedIn`]: `Option<SignedIn>` would be `None` also where it
/// cannot be told.
#[derive(Clone, Debug)]
pub struct SignedIn(pub SessionAuth);

/// The user who is signed in with a session, if there is one.
///
/// Machines are no users, and a session that is pending counts as none unless the authenticator's
/// settings say otherwise.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SessionAuth>);

/// Who the request comes from: a user, a machine, or nobody that is known.
#[derive(Clone, Debug)]
pub struct CurrentAuth(pub Auth);

/// The user who is signed in with a session that meets `G`'s requirement.
pub struct Allowed<G> {
    /// The session.
    pub session: SessionAuth,
    guard: PhantomData<fn() -> G>,
}

/// The machine the request comes from, whatever type of token it has.
#[derive(Clone, Debug)]
pub struct Machine(pub MachineAuth);

/// Whoever holds the API key the request comes with.
#[derive(Clone, Debug)]
pub struct ApiKey(pub MachineAuth);

/// The machine the request comes from, with a token of its own.
#[derive(Clone, Debug)]
pub struct M2m(pub MachineAuth);

/// The OAuth application the request comes from, with a user's consent.
#[derive(Clone, Debug)]
pub struct OAuth(pub MachineAuth);

/// What each extractor asks.
trait Ask: Sized {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection>;
}

impl Ask for SignedIn {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.session().map(Self)
    }
}

impl Ask for MaybeSignedIn {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        Ok(Self(auth.auth()?.as_session().cloned()))
    }
}

impl Ask for CurrentAuth {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.auth().map(Self)
    }
}

impl<G: Guard> Ask for Allowed<G> {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        Ok(Self {
            session: auth.require(&G::requirement())?,
            guard: PhantomData,
        })
    }
}

impl Ask for Machine {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.machine().map(Self)
    }
}

impl Ask for ApiKey {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.machine_of(MachineTokenType::ApiKey).map(Self)
    }
}

impl Ask for M2m {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.machine_of(MachineTokenType::M2m).map(Self)
    }
}

impl Ask for OAuth {
    fn ask(auth: &RequestAuth) -> Result<Self, clerk_auth::Rejection> {
        auth.machine_of(MachineTokenType::OAuth).map(Self)
    }
}

fn extract<T: Ask>(request: &Request) -> Result<T, Rejection> {
    Ok(T::ask(RequestAuth::of(request.extensions())?)?)
}

macro_rules! from_request {
    ($($extractor:ty $(where $guard:ident)?;)+) => {$(
        impl<'a, $($guard: Guard)?> FromRequest<'a> for $extractor {
            async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
                Ok(extract(request)?)
            }
        }
    )+};
}

from_request! {
    SignedIn;
    MaybeSignedIn;
    CurrentAuth;
    Allowed<G> where G;
    Machine;
    ApiKey;
    M2m;
    OAuth;
}

macro_rules! deref {
    ($($extractor:ident: $target:ty;)+) => {$(
        impl Deref for $extractor {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }
    )+};
}

deref! {
    SignedIn: SessionAuth;
    CurrentAuth: Auth;
    Machine: MachineAuth;
    ApiKey: MachineAuth;
    M2m: MachineAuth;
    OAuth: MachineAuth;
}

impl<G> Deref for Allowed<G> {
    type Target = SessionAuth;

    fn deref(&self) -> &SessionAuth {
        &self.session
    }
}

impl<G> Clone for Allowed<G> {
    fn clone(&self) -> Self {
        Self {
            session: self.session.clone(),
            guard: PhantomData,
        }
    }
}

impl<G> fmt::Debug for Allowed<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
