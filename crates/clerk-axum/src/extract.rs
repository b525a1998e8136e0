use std::{fmt, marker::PhantomData, ops::Deref};

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use clerk_auth::{Auth, Guard, MachineAuth, MachineTokenType, RequestAuth, SessionAuth};
use http::request::Parts;

use crate::Rejection;

/// The user who is signed in with a session.
///
/// `Option<SignedIn>` is what [`MaybeSignedIn`] is: `None` for those who are not, and never where
/// it cannot be told.
#[derive(Clone, Debug)]
pub struct SignedIn(pub SessionAuth);

impl Deref for SignedIn {
    type Target = SessionAuth;

    fn deref(&self) -> &SessionAuth {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(asked(parts)?.session()?))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(session_if_any(parts)?.map(Self))
    }
}

/// The user who is signed in with a session, if there is one.
///
/// Machines are no users, and a session that is pending counts as none unless the authenticator's
/// settings say otherwise.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SessionAuth>);

impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(session_if_any(parts)?))
    }
}

/// Who the request comes from: a user, a machine, or nobody that is known.
#[derive(Clone, Debug)]
pub struct CurrentAuth(pub Auth);

impl Deref for CurrentAuth {
    type Target = Auth;

    fn deref(&self) -> &Auth {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentAuth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self(asked(parts)?.auth()?))
    }
}

/// The user who is signed in with a session that meets `G`'s requirement.
pub struct Allowed<G> {
    /// The session.
    pub session: SessionAuth,
    guard: PhantomData<fn() -> G>,
}

impl<G> Deref for Allowed<G> {
    type Target = SessionAuth;

    fn deref(&self) -> &SessionAuth {
        &self.session
    }
}

impl<G: Guard, S: Sync> FromRequestParts<S> for Allowed<G> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self {
            session: asked(parts)?.require(&G::requirement())?,
            guard: PhantomData,
        })
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

macro_rules! machines {
    ($($(#[$docs:meta])* $name:ident: $ask:expr;)+) => {$(
        $(#[$docs])*
        #[derive(Clone, Debug)]
        pub struct $name(pub MachineAuth);

        impl Deref for $name {
            type Target = MachineAuth;

            fn deref(&self) -> &MachineAuth {
                &self.0
            }
        }

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
                let ask: fn(&RequestAuth) -> Result<MachineAuth, clerk_auth::Rejection> = $ask;
                Ok(Self(ask(asked(parts)?)?))
            }
        }
    )+};
}

machines! {
    /// The machine the request comes from, whatever type of token it has.
    Machine: RequestAuth::machine;
    /// Whoever holds the API key the request comes with.
    ApiKey: |auth| auth.machine_of(MachineTokenType::ApiKey);
    /// The machine the request comes from, with a token of its own.
    M2m: |auth| auth.machine_of(MachineTokenType::M2m);
    /// The OAuth application the request comes from, with a user's consent.
    OAuth: |auth| auth.machine_of(MachineTokenType::OAuth);
}

fn asked(parts: &Parts) -> Result<&RequestAuth, Rejection> {
    Ok(RequestAuth::of(&parts.extensions)?)
}

fn session_if_any(parts: &Parts) -> Result<Option<SessionAuth>, Rejection> {
    let auth = asked(parts)?.auth()?;
    Ok(auth.as_session().cloned())
}
