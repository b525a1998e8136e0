//! The application that the table of every web framework asks, at its one time.

use axum::{Router, response::Redirect, routing::any};
use clerk_auth::Authenticator;
use clerk_axum::{
    Allowed, ApiKey, ClerkLayer, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects,
    Rejection, SignedIn,
};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, Service, TeamManager, settings, shown,
};
use clerk_http::Client;
use clerk_jwks::RemoteKeys;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize as _, de::IntoDeserializer as _};

pub(crate) fn application(
    service: &str,
    client: Client,
    keys: RemoteKeys,
) -> Result<Router, Box<dyn std::error::Error>> {
    let name: StrDeserializer<'_, Error> = service.into_deserializer();
    let Some(settings) = settings(Service::deserialize(name)?) else {
        return Ok(router());
    };
    let authenticator = Authenticator::new(settings, keys, client);
    Ok(router().layer(ClerkLayer::new(authenticator)))
}

fn router() -> Router {
    Router::new()
        .route("/public", any(async || PUBLIC))
        .route("/cached", any(async || ([CACHED], PUBLIC)))
        .route("/log-out", any(async || ([LOGGED_OUT], PUBLIC)))
        .route("/sign-in-first", any(sign_in_first))
        .route("/auth", any(async |auth: CurrentAuth| shown(auth.0)))
        .route("/me", any(async |session: SignedIn| shown(session.0)))
        .route(
            "/invitations/{ticket}",
            any(async |session: SignedIn| shown(session.0)),
        )
        .route("/optional", any(optional))
        .route("/machine", any(async |machine: Machine| shown(machine.0)))
        .route("/api-key", any(async |machine: ApiKey| shown(machine.0)))
        .route("/m2m", any(async |machine: M2m| shown(machine.0)))
        .route("/oauth", any(async |machine: OAuth| shown(machine.0)))
        .route("/admin", any(async |it: Allowed<Admin>| shown(it.session)))
        .route(
            "/teams",
            any(async |it: Allowed<TeamManager>| shown(it.session)),
        )
        .route("/fresh", any(async |it: Allowed<Fresh>| shown(it.session)))
}

async fn optional(MaybeSignedIn(session): MaybeSignedIn) -> String {
    session.map_or_else(|| NOBODY.to_owned(), shown)
}

async fn sign_in_first(redirects: Redirects) -> Result<Redirect, Rejection> {
    Ok(Redirect::to(&redirects.to_sign_in()?))
}
