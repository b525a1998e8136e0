use clerk_auth::{FromRequestAuth, Guard, RequestAuth};
use poem::{FromRequest, Request, RequestBody};

use crate::Rejection;

clerk_auth::extractors!();

fn extract<T: FromRequestAuth>(request: &Request) -> Result<T, Rejection> {
    let auth = RequestAuth::of(request.extensions())?;
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
}
