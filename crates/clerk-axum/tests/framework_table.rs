//! The table that every framework's adapter answers alike.

use axum::{Router, body::Body, response::Redirect, routing::any};
use bytes::Bytes;
use clerk_auth::Authenticator;
use clerk_axum::{
    Allowed, ApiKey, ClerkLayer, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects,
    Rejection, SignOut, SignOutResponse, SignedIn,
};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, TeamManager, missing_layer, run, shown,
    sign_out::{self, GOODBYE},
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

#[tokio::test]
async fn the_framework_table() {
    run(answer).await;
}

#[tokio::test]
async fn operators_are_told_of_a_missing_layer() {
    let pattern = Some("/invitations/{ticket}");
    missing_layer::run(pattern, "`.layer(ClerkLayer::new(…))`", answer).await;
}

#[tokio::test]
async fn the_sign_out_table() {
    sign_out::run(answer).await;
}

async fn answer(authenticator: Option<Authenticator>, request: Request<Bytes>) -> Response<Bytes> {
    let router = match authenticator {
        Some(authenticator) => router().layer(ClerkLayer::new(authenticator)),
        None => router(),
    };
    let response = router.oneshot(request.map(Body::from)).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn router() -> Router {
    Router::new()
        .route("/public", any(async || PUBLIC))
        .route("/cached", any(async || ([CACHED], PUBLIC)))
        .route("/log-out", any(async || ([LOGGED_OUT], PUBLIC)))
        .route("/sign-out", any(log_out))
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

/// Both ways to say it.
async fn optional(MaybeSignedIn(session): MaybeSignedIn, option: Option<SignedIn>) -> String {
    let other = option.map(|session| session.0.user_id().to_owned());
    assert_eq!(session.as_ref().map(|it| it.user_id().to_owned()), other);
    session.map_or_else(|| NOBODY.to_owned(), shown)
}

async fn log_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
    request.to(GOODBYE).await
}

async fn sign_in_first(redirects: Redirects) -> Result<Redirect, Rejection> {
    Ok(Redirect::to(&redirects.to_sign_in()?))
}
