//! The table that every framework's adapter answers alike.

use std::marker::PhantomData;

use bytes::Bytes;
use clerk_auth::{Authenticator, SessionAuth};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, TeamManager, missing_layer, run_as_text,
    shown,
    sign_out::{self, GOODBYE},
};
use clerk_rocket::{
    Allowed, ApiKey, ClerkFairing, CurrentAuth, Guard, M2m, Machine, MaybeSignedIn, OAuth,
    Redirects, Rejection, SignOut, SignOutResponse, SignedIn, catchers,
};
use http::{Request, Response};
use rocket::{
    Data, Route, async_trait,
    config::{Config, LogLevel},
    http::{Header, Method, ext::IntoOwned as _, uri::Host},
    local::asynchronous::Client,
    outcome::{Outcome, try_outcome},
    request::{self, FromRequest},
    response::Redirect,
    route::{self, Handler},
};

#[rocket::async_test]
async fn the_framework_table() {
    run_as_text(async |authenticator, request| answer(routes(), authenticator, request).await)
        .await;
}

#[rocket::async_test]
async fn the_framework_table_with_guards_of_ones_own() {
    run_as_text(async |authenticator, request| {
        answer(routes_with_own_guards(), authenticator, request).await
    })
    .await;
}

#[rocket::async_test]
async fn operators_are_told_of_a_missing_layer() {
    for routes in [routes, routes_with_own_guards] {
        missing_layer::run(
            Some(INVITATIONS),
            "`.attach(ClerkFairing::new(…))`",
            async |authenticator, request| answer(routes(), authenticator, request).await,
        )
        .await;
    }
}

#[rocket::async_test]
async fn the_sign_out_table() {
    sign_out::run(async |authenticator, request| answer(routes(), authenticator, request).await)
        .await;
}

async fn answer(
    routes: Vec<Route>,
    authenticator: Option<Authenticator>,
    request: Request<Bytes>,
) -> Response<Bytes> {
    let config = Config {
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    let mut application = rocket::custom(config).mount("/", routes);
    application = match authenticator {
        Some(authenticator) => application.attach(ClerkFairing::new(authenticator)).mount(
            "/",
            rocket::routes![log_out, log_out_by_link, sign_in_first],
        ),
        None => {
            let log_out = Shown::<SignOut>::route(Method::Post, "/sign-out", |_| PUBLIC.to_owned());
            application
                .register("/", catchers())
                .mount("/", vec![log_out])
        }
    };
    let client = Client::untracked(application).await.unwrap();
    let method: Method = request.method().as_str().parse().unwrap();
    let target = request.uri().path_and_query().unwrap().as_str();
    let mut sent = client.req(method, target.to_owned());
    // As Rocket's server does: an authority is kept beside the target.
    let authority = request.uri().authority().map(ToString::to_string);
    if let Some(authority) = &authority {
        let host = Host::parse(authority).unwrap().into_owned();
        sent.inner_mut().set_host(host);
    }
    for (name, value) in request.headers() {
        // As Rocket's server does: what is not UTF-8 is not there.
        if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
            sent.add_header(Header::new(name.as_str().to_owned(), value.to_owned()));
        }
    }
    let answered = sent.dispatch().await;

    let mut response = Response::builder().status(answered.status().code);
    for header in answered.headers().iter() {
        response = response.header(header.name().as_str(), header.value());
    }
    let body = answered.into_bytes().await.unwrap_or_default();
    response.body(Bytes::from(body)).unwrap()
}

/// Routes whose handlers take this crate's guards.
fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for method in [Method::Get, Method::Post, Method::Options] {
        routes.extend(open(method));
        routes.extend([
            Shown::<CurrentAuth>::route(method, "/auth", |auth| shown(auth.0)),
            Shown::<SignedIn>::route(method, "/me", |session| shown(session.0)),
            Shown::<SignedIn>::route(method, INVITATIONS, |session| shown(session.0)),
            Shown::<MaybeSignedIn>::route(method, "/optional", optional),
            Shown::<Machine>::route(method, "/machine", |machine| shown(machine.0)),
            Shown::<ApiKey>::route(method, "/api-key", |machine| shown(machine.0)),
            Shown::<M2m>::route(method, "/m2m", |machine| shown(machine.0)),
            Shown::<OAuth>::route(method, "/oauth", |machine| shown(machine.0)),
            Shown::<Allowed<Admin>>::route(method, "/admin", |it| shown(it.session)),
            Shown::<Allowed<TeamManager>>::route(method, "/teams", |it| shown(it.session)),
            Shown::<Allowed<Fresh>>::route(method, "/fresh", |it| shown(it.session)),
        ]);
    }
    routes
}

/// The same, whose handlers take guards of the application's own.
fn routes_with_own_guards() -> Vec<Route> {
    let mut routes = Vec::new();
    for method in [Method::Get, Method::Post, Method::Options] {
        routes.extend(open(method));
        routes.extend([
            Shown::<Passes<CurrentAuth>>::route(method, "/auth", |it| shown(it.0.0)),
            Shown::<Passes<SignedIn>>::route(method, "/me", |it| shown(it.0.0)),
            Shown::<Renames<SignedIn>>::route(method, INVITATIONS, |it| shown(it.0.0)),
            Shown::<Passes<MaybeSignedIn>>::route(method, "/optional", |it| optional(it.0)),
            Shown::<Renames<Machine>>::route(method, "/machine", |it| shown(it.0.0)),
            Shown::<Renames<ApiKey>>::route(method, "/api-key", |it| shown(it.0.0)),
            Shown::<Passes<M2m>>::route(method, "/m2m", |it| shown(it.0.0)),
            Shown::<Passes<OAuth>>::route(method, "/oauth", |it| shown(it.0.0)),
            Shown::<Refuses<Admin>>::route(method, "/admin", |it| shown(it.0)),
            Shown::<Refuses<TeamManager>>::route(method, "/teams", |it| shown(it.0)),
            Shown::<Refuses<Fresh>>::route(method, "/fresh", |it| shown(it.0)),
        ]);
    }
    routes
}

const INVITATIONS: &str = "/invitations/<ticket>";

/// What asks for nothing.
fn open(method: Method) -> [Route; 3] {
    [
        Shown::<Method>::route(method, "/public", |_| PUBLIC.to_owned()),
        Route::new(method, "/cached", WithHeader(CACHED)),
        Route::new(method, "/log-out", WithHeader(LOGGED_OUT)),
    ]
}

fn optional(MaybeSignedIn(session): MaybeSignedIn) -> String {
    session.map_or_else(|| NOBODY.to_owned(), shown)
}

/// Passes on what one of this crate's guards refuses.
struct Passes<G>(G);

#[async_trait]
impl<'r, G: FromRequest<'r, Error = Rejection>> FromRequest<'r> for Passes<G> {
    type Error = Rejection;

    async fn from_request(request: &'r rocket::Request<'_>) -> request::Outcome<Self, Rejection> {
        Outcome::Success(Self(try_outcome!(request.guard::<G>().await)))
    }
}

/// Passes it on as an error of its own.
struct Renames<G>(G);

#[derive(Debug)]
struct NotHere;

#[async_trait]
impl<'r, G: FromRequest<'r, Error = Rejection>> FromRequest<'r> for Renames<G> {
    type Error = NotHere;

    async fn from_request(request: &'r rocket::Request<'_>) -> request::Outcome<Self, NotHere> {
        let asked = request.guard::<G>().await.map(Self);
        asked.map_error(|(status, _)| (status, NotHere))
    }
}

/// Lets in whom one of this crate's guards lets in, and refuses some of them by itself.
struct Refuses<G>(SessionAuth, PhantomData<fn() -> G>);

#[async_trait]
impl<'r, G: Guard> FromRequest<'r> for Refuses<G> {
    type Error = Rejection;

    async fn from_request(request: &'r rocket::Request<'_>) -> request::Outcome<Self, Rejection> {
        let SignedIn(session) = try_outcome!(request.guard::<SignedIn>().await);
        match session.require(&G::requirement()) {
            Ok(()) => Outcome::Success(Self(session, PhantomData)),
            Err(denied) => Rejection::from(denied).refuse(request),
        }
    }
}

/// A handler that says something of caches or cookies itself.
#[derive(Clone)]
struct WithHeader((&'static str, &'static str));

#[async_trait]
impl Handler for WithHeader {
    async fn handle<'r>(&self, _: &'r rocket::Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        let mut response = rocket::Response::new();
        let (name, value) = self.0;
        response.set_header(Header::new(name, value));
        response.set_sized_body(PUBLIC.len(), std::io::Cursor::new(PUBLIC));
        Outcome::Success(response)
    }
}

/// A handler that takes a guard, as Rocket's attributes make them, for any method.
struct Shown<G> {
    show: fn(G) -> String,
    guard: PhantomData<fn() -> G>,
}

impl<G> Shown<G>
where
    G: for<'r> FromRequest<'r> + Send + 'static,
{
    fn route(method: Method, path: &str, show: fn(G) -> String) -> Route {
        let guard = PhantomData;
        Route::new(method, path, Self { show, guard })
    }
}

impl<G> Clone for Shown<G> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

#[async_trait]
impl<G> Handler for Shown<G>
where
    G: for<'r> FromRequest<'r> + Send + 'static,
{
    async fn handle<'r>(
        &self,
        request: &'r rocket::Request<'_>,
        data: Data<'r>,
    ) -> route::Outcome<'r> {
        match request.guard::<G>().await {
            Outcome::Success(guard) => route::Outcome::from(request, (self.show)(guard)),
            Outcome::Error((status, _)) => Outcome::Error(status),
            Outcome::Forward(status) => Outcome::Forward((data, status)),
        }
    }
}

#[rocket::post("/sign-out")]
async fn log_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
    request.to(GOODBYE).await
}

#[rocket::get("/sign-out")]
async fn log_out_by_link(request: SignOut) -> Result<SignOutResponse, Rejection> {
    request.to(GOODBYE).await
}

#[rocket::get("/sign-in-first")]
async fn sign_in_first(redirects: Redirects) -> Result<Redirect, Rejection> {
    Ok(Redirect::to(redirects.to_sign_in()?))
}
