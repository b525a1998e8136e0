//! The table that every framework's adapter answers alike.

use bytes::Bytes;
use clerk_auth::Authenticator;
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, TeamManager, missing_layer, run, shown,
    sign_out::{self, GOODBYE},
};
use clerk_poem::{
    Allowed, ApiKey, ClerkMiddleware, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects,
    Rejection, SignOut, SignOutResponse, SignedIn,
};
use http::{Request, Response};
use poem::{
    Body, Endpoint, EndpointExt as _, RequestParts, Route, handler,
    http::uri::Scheme,
    middleware::SetHeader,
    web::{LocalAddr, Redirect, RemoteAddr},
};

#[tokio::test]
async fn the_framework_table() {
    run(answer).await;
}

#[tokio::test]
async fn operators_are_told_of_a_missing_layer() {
    let pattern = Some("/invitations/:ticket");
    missing_layer::run(pattern, "`.with(ClerkMiddleware::new(…))`", answer).await;
}

#[tokio::test]
async fn the_sign_out_table() {
    sign_out::run(answer).await;
}

async fn answer(authenticator: Option<Authenticator>, request: Request<Bytes>) -> Response<Bytes> {
    match authenticator {
        Some(authenticator) => {
            send(routes().with(ClerkMiddleware::new(authenticator)), request).await
        }
        None => send(routes(), request).await,
    }
}

async fn send(application: impl Endpoint, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, ()) = request.map(drop).into_parts();
    let addresses = (LocalAddr::default(), RemoteAddr::default());
    let parts = RequestParts::from((parts, addresses.0, addresses.1, Scheme::HTTP));
    let sent = poem::Request::from_parts(parts, Body::empty());
    let (parts, body) = application.get_response(sent).await.into_parts();

    let mut response = Response::new(body.into_bytes().await.unwrap());
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    response
}

fn routes() -> Route {
    Route::new()
        .at("/public", public)
        .at(
            "/cached",
            public.with(SetHeader::new().appending(CACHED.0, CACHED.1)),
        )
        .at(
            "/log-out",
            public.with(SetHeader::new().appending(LOGGED_OUT.0, LOGGED_OUT.1)),
        )
        .at("/sign-out", log_out)
        .at("/sign-in-first", sign_in_first)
        .at("/auth", auth)
        .at("/me", me)
        .at("/invitations/:ticket", me)
        .at("/optional", optional)
        .at("/machine", machine)
        .at("/api-key", api_key)
        .at("/m2m", m2m)
        .at("/oauth", oauth)
        .at("/admin", admin)
        .at("/teams", teams)
        .at("/fresh", fresh)
}

#[handler]
async fn public() -> &'static str {
    PUBLIC
}

#[handler]
async fn auth(it: CurrentAuth) -> String {
    shown(it.0)
}

#[handler]
async fn me(session: SignedIn) -> String {
    shown(session.0)
}

#[handler]
async fn optional(MaybeSignedIn(session): MaybeSignedIn) -> String {
    session.map_or_else(|| NOBODY.to_owned(), shown)
}

#[handler]
async fn machine(it: Machine) -> String {
    shown(it.0)
}

#[handler]
async fn api_key(it: ApiKey) -> String {
    shown(it.0)
}

#[handler]
async fn m2m(it: M2m) -> String {
    shown(it.0)
}

#[handler]
async fn oauth(it: OAuth) -> String {
    shown(it.0)
}

#[handler]
async fn admin(allowed: Allowed<Admin>) -> String {
    shown(allowed.session)
}

#[handler]
async fn teams(allowed: Allowed<TeamManager>) -> String {
    shown(allowed.session)
}

#[handler]
async fn fresh(allowed: Allowed<Fresh>) -> String {
    shown(allowed.session)
}

#[handler]
async fn log_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
    request.to(GOODBYE).await
}

#[handler]
async fn sign_in_first(redirects: Redirects) -> Result<Redirect, Rejection> {
    Ok(Redirect::see_other(redirects.to_sign_in()?))
}
