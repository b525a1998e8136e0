//! A protected HTTP API. What protects a route is what its handler takes.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use clerk::{
    Clerk,
    auth::{
        Admission, InvalidSettings, RequestHead, Requirement, Reverification, TokenType,
        blocking::Authenticator,
    },
    axum::{Allowed, ClerkLayer, Guard, Machine, SignedIn},
    blocking,
};
use serde_json::json;

/// The API over the async client.
pub(super) fn router(clerk: &Clerk, webhooks: Router) -> Result<Router, InvalidSettings> {
    let authenticator = clerk.authenticator()?.clone();
    let routes = routes().merge(webhooks);
    Ok(routes.layer(ClerkLayer::new(authenticator)))
}

/// The API over the blocking client.
pub(super) fn blocking_router(
    clerk: &blocking::Clerk,
    webhooks: Router,
) -> Result<Router, InvalidSettings> {
    let authenticator = clerk.authenticator()?.clone();
    let routes = routes().merge(webhooks);
    Ok(routes.layer(middleware::from_fn_with_state(authenticator, admit)))
}

fn routes() -> Router {
    Router::new()
        .route("/status", get(async || "up"))
        .route("/me", get(me))
        .route("/members", get(manage_members))
        .route("/password", get(change_password))
        .route("/machine", get(machine))
}

/// The layer over a blocking authenticator: it may have to fetch keys, which must not hold up the
/// other requests.
async fn admit(
    State(authenticator): State<Authenticator>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = parts.clone();
    let admit = move || authenticator.admit(&RequestHead::from(&asked));
    match tokio::task::spawn_blocking(admit).await {
        Ok(Admission::Redirect(headers)) => (Admission::REDIRECT_STATUS, headers).into_response(),
        Ok(Admission::Proceed(auth)) => {
            parts.extensions.insert(auth.clone());
            let response = next.run(Request::from_parts(parts, body)).await;
            auth.applied_to(response)
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn me(session: SignedIn) -> Response {
    let json = session.claims().all().as_json().to_owned();
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}

/// Who may add and remove members of their organization.
struct MemberManager;

impl Guard for MemberManager {
    fn requirement() -> Requirement {
        Requirement::new().role("org:admin")
    }
}

async fn manage_members(manager: Allowed<MemberManager>) -> Response {
    Json(json!({ "sub": manager.user_id() })).into_response()
}

/// Who has just proved again who they are.
struct Present;

impl Guard for Present {
    fn requirement() -> Requirement {
        Requirement::new().reverification(Reverification::STRICT)
    }
}

async fn change_password(user: Allowed<Present>) -> Response {
    Json(json!({ "sub": user.user_id() })).into_response()
}

async fn machine(machine: Machine) -> Response {
    let token_type = TokenType::from(machine.kind());
    Json(json!({ "token_type": token_type.as_str() })).into_response()
}
