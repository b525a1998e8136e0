use axum::extract::MatchedPath;
use clerk_auth::Rejection;
use http::Extensions;

const REMEDY: &str = "call `.layer(ClerkLayer::new(…))` on the outermost `Router`, after its last \
     route: routes that are added later are outside of the layer";

/// For requests that no layer has authenticated.
pub(crate) fn not_authenticated(extensions: &Extensions) -> Rejection {
    let route = extensions.get::<MatchedPath>();
    Rejection::not_authenticated(REMEDY, route.map(MatchedPath::as_str))
}
