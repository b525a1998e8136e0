//! A small axum service that answers with the id of its user, protected in several ways.

use axum::extract::Extension;
use axum::http::{StatusCode, request::Parts};
use axum::{Router, routing::get};
use clerk::{
    Clerk,
    auth::{Auth, PendingSessions, RequestHead},
    axum::{ClerkLayer, SignedIn},
};
use clerk_aws_lc::AwsLc;
use clerk_rs::validators::{authorizer::ClerkJwt, axum::ClerkLayer as ClerkRsLayer};

use crate::Fixture;
use crate::clients::{builder, caching, clerk, clerk_rs_keys};

/// A way to protect the route, and the service that has it.
pub struct Service {
    /// How it is called on the command line.
    pub name: &'static str,
    /// The service. `/` is its only route.
    pub router: fn(&Fixture) -> Router,
}

/// Every way, and none.
pub const SERVICES: &[Service] = &[
    Service {
        name: "axum",
        router: open,
    },
    Service {
        name: "authenticate",
        router: by_hand,
    },
    Service {
        name: "clerk",
        router: |fixture| by_layer(&clerk(fixture)),
    },
    Service {
        name: "clerk-aws-lc",
        router: |fixture| {
            let built = builder(fixture).provider(AwsLc).build();
            by_layer(&built.expect("sound settings"))
        },
    },
    Service {
        name: "clerk-known",
        router: |fixture| by_layer(&caching(fixture)),
    },
    Service {
        name: "clerk-rs",
        router: by_clerk_rs,
    },
];

/// As long as the answers of the others.
pub(crate) fn open(_: &Fixture) -> Router {
    Router::new().route("/", get(|| async { Fixture::USER.to_owned() }))
}

/// What a layer and an extractor are compared with: the handler asks itself.
pub(crate) fn by_hand(fixture: &Fixture) -> Router {
    let clerk = clerk(fixture);
    let handler = move |parts: Parts| {
        let clerk = clerk.clone();
        async move {
            let authenticator = clerk.authenticator().expect("sound settings");
            let state = authenticator.authenticate(&RequestHead::from(&parts)).await;
            let auth = state
                .ok()
                .and_then(|it| it.to_auth(PendingSessions::SignedOut));
            match auth {
                Some(Auth::Session(session)) => Ok(session.user_id().to_owned()),
                _ => Err(StatusCode::UNAUTHORIZED),
            }
        }
    };
    Router::new().route("/", get(handler))
}

pub(crate) fn by_layer(clerk: &Clerk) -> Router {
    let authenticator = clerk.authenticator().expect("sound settings");
    Router::new()
        .route(
            "/",
            get(|user: SignedIn| async move { user.user_id().to_owned() }),
        )
        .layer(ClerkLayer::new(authenticator.clone()))
}

pub(crate) fn by_clerk_rs(fixture: &Fixture) -> Router {
    Router::new()
        .route(
            "/",
            get(|Extension(jwt): Extension<ClerkJwt>| async move { jwt.sub }),
        )
        .layer(ClerkRsLayer::new(clerk_rs_keys(fixture), None, true))
}
