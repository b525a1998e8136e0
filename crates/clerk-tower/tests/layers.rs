//! The layers around services that know nothing of frameworks.

mod support;

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use bytes::Bytes;
use clerk_auth::{Authenticator, Guard, MachineTokenType, Rejection, RequestAuth, Requirement};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, SECRET_PATH, TeamManager, missing_layer, run,
    shown,
    sign_out::{self, GOODBYE},
};
use clerk_tower::{ClerkLayer, RequireLayer};
use http::{Extensions, HeaderValue, Request, Response, StatusCode, Uri, header::LOCATION};
use http_body_util::{BodyExt as _, Full};
use support::Instance;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

type Body = Full<Bytes>;

#[tokio::test]
async fn the_framework_table() {
    run(answer).await;
}

#[tokio::test]
async fn operators_are_told_of_a_missing_layer() {
    missing_layer::run(None, "(`ClerkLayer`, or", answer).await;
}

#[tokio::test]
async fn the_sign_out_table() {
    sign_out::run(answer).await;
}

async fn answer(authenticator: Option<Authenticator>, request: Request<Bytes>) -> Response<Bytes> {
    let handle = |request: Request<Bytes>| {
        let mut response = match handler(&request) {
            Ok(body) => Response::new(Body::from(body)),
            Err(Some(rejection)) => rejection.into_response(),
            Err(None) => status(StatusCode::NOT_FOUND),
        };
        for (path, (name, value)) in [("/cached", CACHED), ("/log-out", LOGGED_OUT)] {
            if request.uri().path() == path {
                let value = HeaderValue::from_static(value);
                response.headers_mut().insert(name, value);
            }
        }
        async move {
            Ok::<_, Infallible>(match request.uri().path() {
                "/sign-out" => log_out(&request)
                    .await
                    .unwrap_or_else(Rejection::into_response),
                "/sign-in-first" => {
                    sign_in_first(&request).unwrap_or_else(Rejection::into_response)
                }
                _ => response,
            })
        }
    };
    match authenticator {
        Some(authenticator) => {
            let service = ClerkLayer::new(authenticator).layer(service_fn(handle));
            read(service.oneshot(request).await.unwrap()).await
        }
        None => read(service_fn(handle).oneshot(request).await.unwrap()).await,
    }
}

fn sign_in_first(request: &Request<Bytes>) -> Result<Response<Body>, Rejection> {
    let redirects = RequestAuth::of(request.extensions())?.redirects()?;
    let mut response = status(StatusCode::SEE_OTHER);
    let location = HeaderValue::from_str(&redirects.to_sign_in()?).unwrap();
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

async fn log_out(request: &Request<Bytes>) -> Result<Response<Body>, Rejection> {
    let asked = RequestAuth::of(request.extensions())?.sign_out()?;
    Ok(asked.to(GOODBYE).await?.into_response())
}

/// `None` is a path that has no handler.
fn handler(request: &Request<Bytes>) -> Result<String, Option<Rejection>> {
    let auth = || RequestAuth::of(request.extensions());
    let machine = |kind| auth()?.machine_of(kind).map(shown);
    let allowed = |requirement: Requirement| auth()?.require(&requirement).map(shown);
    Ok(match request.uri().path() {
        "/public" | "/cached" | "/log-out" => PUBLIC.to_owned(),
        "/auth" => shown(auth()?.auth()?),
        "/me" | SECRET_PATH => shown(auth()?.session()?),
        "/optional" => match auth()?.auth()?.as_session() {
            Some(session) => shown(session.clone()),
            None => NOBODY.to_owned(),
        },
        "/machine" => shown(auth()?.machine()?),
        "/api-key" => machine(MachineTokenType::ApiKey)?,
        "/m2m" => machine(MachineTokenType::M2m)?,
        "/oauth" => machine(MachineTokenType::OAuth)?,
        "/admin" => allowed(Admin::requirement())?,
        "/teams" => allowed(TeamManager::requirement())?,
        "/fresh" => allowed(Fresh::requirement())?,
        _ => return Err(None),
    })
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

async fn read<B>(response: Response<B>) -> Response<Bytes>
where
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn get(authorization: Option<&str>) -> Request<Bytes> {
    let mut request = Request::get("/").header("host", "localhost:3000");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    request.body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn a_requirement_for_a_whole_route() {
    let instance = Instance::new();
    let admins = RequireLayer::new(Requirement::new().role("org:admin"));
    let anybody = RequireLayer::signed_in();
    let handle = |_: Request<Bytes>| ready(Ok::<_, Infallible>(status(StatusCode::IM_A_TEAPOT)));
    for (layer, authorization, expected) in [
        (&admins, Some(instance.admin()), 418),
        (&admins, Some(instance.member()), 403),
        (&admins, None, 401),
        (&anybody, Some(instance.member()), 418),
        (&anybody, Some("Bearer x".to_owned()), 401),
        (&anybody, None, 401),
    ] {
        let guarded = layer.layer(service_fn(handle));
        let service = ClerkLayer::new(instance.authenticator()).layer(guarded.clone());
        let request = get(authorization.as_deref());
        let response = read(service.oneshot(request.clone()).await.unwrap()).await;
        assert_eq!(response.status(), expected, "{layer:?} {authorization:?}");
        assert_eq!(response.body().is_empty(), expected == 418);

        let without = read(guarded.oneshot(request).await.unwrap()).await;
        assert_eq!(without.status(), 500);
        assert!(without.headers().get("www-authenticate").is_none());
    }
}

#[tokio::test]
async fn a_requirement_without_the_layer_is_said_to_operators() {
    for layer in [
        RequireLayer::signed_in(),
        RequireLayer::new(Requirement::new().role("org:admin")),
    ] {
        let guarded = layer.layer(Once::default());
        let (response, log) = missing_layer::logged(guarded.oneshot(get(None))).await;
        assert_eq!(response.unwrap().status(), 500);
        assert_eq!(
            log,
            "ERROR clerk::security: event=\"layer-missing\" nothing has found out who the \
             request comes from: put a `ClerkLayer` around the service, outside of the \
             `RequireLayer`\n"
        );
    }
}

/// A service whose clones are not ready, as those of limits and buffers are not.
#[derive(Default)]
struct Once {
    ready: bool,
}

impl Clone for Once {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<Bytes>> for Once {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        assert!(self.ready, "called without having been polled");
        ready(Ok(Response::new(Body::default())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let instance = Instance::new();
    let layer = ClerkLayer::new(instance.authenticator());
    let mut service = layer.layer(RequireLayer::signed_in().layer(Once::default()));
    let admin = instance.admin();
    for _ in 0..2 {
        let service = service.ready().await.unwrap();
        let response = service.call(get(Some(&admin))).await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[derive(Clone)]
struct Whole(Uri);

fn whole_uri(extensions: &Extensions) -> Option<&Uri> {
    Some(&extensions.get::<Whole>()?.0)
}

#[tokio::test]
async fn a_router_that_strips_the_path_says_where_the_whole_url_is() {
    let mut request = get(None);
    *request.uri_mut() = Uri::from_static("/page");
    let headers = request.headers_mut();
    headers.insert("sec-fetch-dest", "document".parse().unwrap());

    let layer = ClerkLayer::new(Instance::new().authenticator());
    for (layer, whole, expected) in [
        (layer.clone(), Some("/inner/page?a=b"), "%3A3000%2Fpage&"),
        (
            layer.clone().original_uri(whole_uri),
            None,
            "%3A3000%2Fpage&",
        ),
        (
            layer.original_uri(whole_uri),
            Some("/inner/page?a=b"),
            "%3A3000%2Finner%2Fpage%3Fa%3Db&",
        ),
    ] {
        let mut request = request.clone();
        if let Some(uri) = whole {
            request
                .extensions_mut()
                .insert(Whole(Uri::from_static(uri)));
        }
        let response = layer.layer(Once::default()).oneshot(request).await.unwrap();
        let location = response.headers()["location"].to_str().unwrap();
        assert!(location.contains(expected), "{location}");
    }
}
