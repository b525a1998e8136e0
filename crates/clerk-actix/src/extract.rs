use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use clerk_auth::{FromRequestAuth, Guard, RequestAuth};

use crate::{Rejection, SignOutResponse};

clerk_auth::extractors!();

const REMEDY: &str = "`.wrap(ClerkMiddleware::new(…))` the whole `App`, outside of any middleware \
     that asks: what is wrapped last is outermost";

fn extract<T: FromRequestAuth>(request: &HttpRequest) -> Result<T, Rejection> {
    let extensions = request.extensions();
    let auth = extensions.get::<RequestAuth>();
    let auth = auth.ok_or_else(|| {
        let route = request.match_pattern();
        clerk_auth::Rejection::not_authenticated(REMEDY, route.as_deref())
    })?;
    Ok(T::from_request_auth(auth)?)
}

macro_rules! from_request {
    ($($extractor:ty $(where $guard:ident)?;)+) => {$(
        impl$(<$guard: Guard>)? FromRequest for $extractor {
            type Error = Rejection;
            type Future = Ready<Result<Self, Rejection>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(extract(request))
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
    SignOut;
    Redirects;
}
