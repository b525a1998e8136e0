use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use clerk_auth::{FromRequestAuth, Guard, RequestAuth};
use http::request::Parts;

use crate::{Rejection, SignOutResponse, not_authenticated::not_authenticated};

clerk_auth::extractors!();

fn extract<T: FromRequestAuth>(parts: &Parts) -> Result<T, Rejection> {
    let auth = parts.extensions.get::<RequestAuth>();
    let auth = auth.ok_or_else(|| not_authenticated(&parts.extensions))?;
    Ok(T::from_request_auth(auth)?)
}

macro_rules! from_request_parts {
    ($($extractor:ty $(where $guard:ident)?;)+) => {$(
        impl<$($guard: Guard,)? S: Sync> FromRequestParts<S> for $extractor {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
                extract(parts)
            }
        }
    )+};
}

from_request_parts! {
    SignedIn;
    MaybeSignedIn;
    CurrentAuth;
    Allowed<G> where G;
    Machine;
    ApiKey;
    M2m;
    OAuth;
    SignOut;
    Redirects;
}

/// `Option<SignedIn>` is what [`MaybeSignedIn`] is: `None` for those who are not, and never where
/// it cannot be told.
impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        let MaybeSignedIn(session) = extract(parts)?;
        Ok(session.map(Self))
    }
}
