use clerk_auth::{FromRequestAuth, Guard, RequestAuth};
use poem::{FromRequest, PathPattern, Request, RequestBody};

use crate::{Rejection, SignOutResponse};

clerk_auth::extractors!();

const REMEDY: &str = "put `.with(ClerkMiddleware::new(…))` behind the outermost `Route`: it is around \
     what is before it, and not around routes that this is nested in";

fn extract<T: FromRequestAuth>(request: &Request) -> Result<T, Rejection> {
    let auth = request.data::<RequestAuth>().ok_or_else(|| {
        let route = request.data::<PathPattern>().map(|pattern| &*pattern.0);
        clerk_auth::Rejection::not_authenticated(REMEDY, route)
    })?;
    Ok(T::from_request_auth(auth)?)
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
    SignOut;
    Redirects;
}
