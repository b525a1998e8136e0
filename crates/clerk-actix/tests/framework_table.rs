//! The table that every framework's adapter answers alike.

use actix_web::{
    App, Responder as _,
    body::{MessageBody, to_bytes},
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    test::{TestRequest, init_service, try_call_service},
    web::{self, to},
};
use bytes::Bytes;
use clerk_actix::{
    Allowed, ApiKey, ClerkMiddleware, CurrentAuth, M2m, Machine, MaybeSignedIn, OAuth, Redirects,
    Rejection, SignOut, SignOutResponse, SignedIn,
};
use clerk_auth::Authenticator;
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, TeamManager, missing_layer, run, shown,
    sign_out::{self, GOODBYE},
};
use http::{Request, Response};

#[actix_web::test]
async fn the_framework_table() {
    run(answer).await;
}

#[actix_web::test]
async fn operators_are_told_of_a_missing_layer() {
    let pattern = Some("/invitations/{ticket}");
    missing_layer::run(pattern, "`.wrap(ClerkMiddleware::new(…))`", answer).await;
}

#[actix_web::test]
async fn the_sign_out_table() {
    sign_out::run(answer).await;
}

async fn answer(authenticator: Option<Authenticator>, request: Request<Bytes>) -> Response<Bytes> {
    let application = App::new().configure(routes);
    match authenticator {
        Some(authenticator) => {
            let middleware = ClerkMiddleware::new(authenticator);
            send(application.wrap(middleware), request).await
        }
        None => send(application, request).await,
    }
}

async fn send<F, B>(application: App<F>, request: Request<Bytes>) -> Response<Bytes>
where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let service = init_service(application).await;
    let version = match request.version() {
        http::Version::HTTP_2 => actix_web::http::Version::HTTP_2,
        _ => actix_web::http::Version::HTTP_11,
    };
    let mut sent = TestRequest::with_uri(&request.uri().to_string())
        .version(version)
        .method(request.method().as_str().parse().unwrap());
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        sent = sent.append_header((name, value));
    }
    let answered = try_call_service(&service, sent.to_request()).await.unwrap();

    let mut response = Response::builder().status(answered.status().as_u16());
    for (name, value) in answered.headers() {
        response = response.header(name.as_str(), value.as_bytes());
    }
    let body = to_bytes(answered.into_body()).await;
    response.body(body.unwrap_or_default()).unwrap()
}

fn routes(application: &mut web::ServiceConfig) {
    application
        .route("/public", to(async || PUBLIC))
        .route(
            "/cached",
            to(async || PUBLIC.customize().insert_header(CACHED)),
        )
        .route(
            "/log-out",
            to(async || PUBLIC.customize().insert_header(LOGGED_OUT)),
        )
        .route("/sign-out", to(log_out))
        .route("/sign-in-first", to(sign_in_first))
        .route("/auth", to(async |auth: CurrentAuth| shown(auth.0)))
        .route("/me", to(async |session: SignedIn| shown(session.0)))
        .route(
            "/invitations/{ticket}",
            to(async |session: SignedIn| shown(session.0)),
        )
        .route("/optional", to(optional))
        .route("/machine", to(async |machine: Machine| shown(machine.0)))
        .route("/api-key", to(async |machine: ApiKey| shown(machine.0)))
        .route("/m2m", to(async |machine: M2m| shown(machine.0)))
        .route("/oauth", to(async |machine: OAuth| shown(machine.0)))
        .route("/admin", to(async |it: Allowed<Admin>| shown(it.session)))
        .route(
            "/teams",
            to(async |it: Allowed<TeamManager>| shown(it.session)),
        )
        .route("/fresh", to(async |it: Allowed<Fresh>| shown(it.session)));
}

async fn optional(MaybeSignedIn(session): MaybeSignedIn) -> String {
    session.map_or_else(|| NOBODY.to_owned(), shown)
}

async fn log_out(request: SignOut) -> Result<SignOutResponse, Rejection> {
    request.to(GOODBYE).await
}

async fn sign_in_first(redirects: Redirects) -> Result<web::Redirect, Rejection> {
    Ok(web::Redirect::to(redirects.to_sign_in()?).see_other())
}
