use clerk_auth::Requirement;
use clerk_tower::Require;
use tower_layer::Layer;

use crate::not_authenticated::not_authenticated;

/// Lets requests through that come from a session that meets a requirement.
///
/// Put it around the routes it is for, inside of a [`ClerkLayer`](crate::ClerkLayer), with
/// `route_layer`, which leaves alone what is not routed:
///
/// ```
/// use axum::{Router, routing::get};
/// use clerk_axum::{ClerkLayer, RequireLayer, Requirement};
///
/// fn application(authenticator: clerk_auth::Authenticator) -> Router {
///     Router::new()
///         .route("/teams", get(async || "teams"))
///         .route_layer(RequireLayer::new(Requirement::new().role("org:admin")))
///         .route("/", get(async || "open to everybody"))
///         .layer(ClerkLayer::new(authenticator))
/// }
/// # let _ = application;
/// ```
#[derive(Clone, Debug)]
pub struct RequireLayer(clerk_tower::RequireLayer);

impl RequireLayer {
    /// Asks for a session that meets `requirement`.
    pub const fn new(requirement: Requirement) -> Self {
        Self(clerk_tower::RequireLayer::new(requirement).not_authenticated(not_authenticated))
    }

    /// Asks for a session, and for nothing of it.
    pub const fn signed_in() -> Self {
        Self(clerk_tower::RequireLayer::signed_in().not_authenticated(not_authenticated))
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Require<S> {
        self.0.layer(inner)
    }
}
