//! Where CORS goes: outside of all that may refuse, so that a page may read why.

use axum::{Router, body::Body, routing::get};
use clerk::Clerk;
use clerk_axum::{ClerkLayer, RequireLayer, Requirement, SignedIn};
use clerk_emulator::Emulator;
use http::{HeaderName, Method, Request, Response, header};
use tower::ServiceExt as _;
use tower_http::cors::CorsLayer;

const PAGE: &str = "https://app.example.com";

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

/// Nothing here needs a network: no token comes with a request.
fn clerk_layer() -> ClerkLayer {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    ClerkLayer::new(clerk.authenticator().unwrap().clone())
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin([PAGE.parse().unwrap()])
        .allow_methods([Method::GET, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("x-clerk-auth-reason"),
        ])
}

async fn answer(router: Router, method: Method, path: &str, more: &str) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("origin", PAGE)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", more);
    let request = request.body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap()
}

fn allowed(response: &Response<Body>) -> Option<&str> {
    let origin = response.headers().get("access-control-allow-origin")?;
    origin.to_str().ok()
}

#[tokio::test]
async fn preflights_get_through_and_refusals_can_be_read() {
    let router = || {
        Router::new()
            .route("/teams", get(async || "teams"))
            .route_layer(RequireLayer::new(Requirement::new().role("org:admin")))
            .route("/me", get(me).delete(me))
            .layer(clerk_layer())
            .layer(cors())
    };
    for path in ["/me", "/teams"] {
        let preflight = answer(router(), Method::OPTIONS, path, "authorization").await;
        assert_eq!(preflight.status(), 200, "{path}");
        assert_eq!(allowed(&preflight), Some(PAGE), "{path}");
        let headers = preflight.headers();
        assert_eq!(headers["access-control-allow-methods"], "GET,DELETE");
        let names = &headers["access-control-allow-headers"];
        assert_eq!(names, "authorization,content-type");

        let refusal = answer(router(), Method::GET, path, "").await;
        assert_eq!(refusal.status(), 401, "{path}");
        assert_eq!(allowed(&refusal), Some(PAGE), "{path}");
        let exposed = &refusal.headers()["access-control-expose-headers"];
        assert_eq!(exposed, "www-authenticate,x-clerk-auth-reason");
    }
}

/// Why the guide says which goes outside.
#[tokio::test]
async fn inside_of_what_refuses_it_is_not_asked() {
    let router = || {
        Router::new()
            .route("/teams", get(async || "teams"))
            .layer(cors())
            .layer(RequireLayer::new(Requirement::new().role("org:admin")))
            .layer(clerk_layer())
    };
    for method in [Method::OPTIONS, Method::GET] {
        let refusal = answer(router(), method, "/teams", "authorization").await;
        assert_eq!((refusal.status().as_u16(), allowed(&refusal)), (401, None));
    }
}
