use clerk_auth::{Admission, FromRequestAuth, Guard};
use rocket::{
    Ignite, Request, Rocket, Sentinel, async_trait,
    http::Status,
    request::{FromRequest, Outcome},
};

use crate::{Rejection, SignOutResponse, admission::admission, fairing::Attached};

clerk_auth::extractors!();

const REMEDY: &str =
    "`.attach(ClerkFairing::new(…))` to the `Rocket`, before any fairing that asks";

fn guard<T: FromRequestAuth>(request: &Request<'_>) -> Outcome<T, Rejection> {
    let asked = match admission(request) {
        Some(Admission::Proceed(auth)) => T::from_request_auth(auth),
        // The gate answers. Fairings alone come to ask before it does.
        Some(Admission::Redirect(_)) => return Outcome::Forward(Status::TemporaryRedirect),
        None => {
            let route = request.route().map(|route| route.uri.as_str());
            Err(clerk_auth::Rejection::not_authenticated(REMEDY, route))
        }
    };
    match asked {
        Ok(answer) => Outcome::Success(answer),
        Err(rejection) => Rejection(rejection).refuse(request),
    }
}

macro_rules! from_request {
    ($($guard:ty $(where $of:ident)?;)+) => {$(
        #[async_trait]
        impl<'r, $($of: Guard)?> FromRequest<'r> for $guard {
            type Error = Rejection;

            async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Rejection> {
                guard(request)
            }
        }

        /// Without the fairing, a handler that takes this guard keeps the application from
        /// launching.
        impl$(<$of>)? Sentinel for $guard {
            fn abort(rocket: &Rocket<Ignite>) -> bool {
                rocket.state::<Attached>().is_none()
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
