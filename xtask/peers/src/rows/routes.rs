//! A whole service, without a connection: a request goes in and a response comes out.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::RouterIntoService;
use std::hint::black_box;
use tower_service::Service;

use super::Run;
use crate::Fixture;
use crate::clients::{caching, clerk};
use crate::futures::{at_once, to_its_end};
use crate::services;

pub(super) fn axum(fixture: &Fixture) -> Run {
    run(services::open(fixture), fixture)
}

pub(super) fn authenticating(fixture: &Fixture) -> Run {
    run(services::by_hand(fixture), fixture)
}

pub(super) fn clerk_layer(fixture: &Fixture) -> Run {
    run(services::by_layer(&clerk(fixture)), fixture)
}

pub(super) fn clerk_known(fixture: &Fixture) -> Run {
    run(services::by_layer(&caching(fixture)), fixture)
}

pub(super) fn clerk_rs(fixture: &Fixture) -> Run {
    run(services::by_clerk_rs(fixture), fixture)
}

fn run(router: Router, fixture: &Fixture) -> Run {
    let mut service: RouterIntoService<Body> = router.into_service();
    let authorization = format!("Bearer {}", fixture.token);
    let request = move || {
        let request = Request::get("/").header("host", "127.0.0.1:8080");
        let request = request.header("authorization", black_box(authorization.as_str()));
        request.body(Body::empty()).expect("a request")
    };
    to_its_end(service.call(request())).expect("an answer");
    Box::new(move || {
        let response = at_once(service.call(request())).expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        black_box(response);
    })
}
