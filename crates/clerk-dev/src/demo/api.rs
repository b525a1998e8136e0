//! A protected HTTP API: `GET /me` answers with the claims of whoever calls it.

use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use clerk::{Clerk, SessionClaims, VerificationError, Verified, blocking};
use serde_json::json;

/// The API over the async client.
pub(crate) fn router(clerk: Clerk) -> Router {
    Router::new().route("/me", get(me)).with_state(clerk)
}

/// The API over the blocking client.
pub(crate) fn blocking_router(clerk: blocking::Clerk) -> Router {
    Router::new()
        .route("/me", get(me_blocking))
        .with_state(clerk)
}

async fn me(State(clerk): State<Clerk>, headers: HeaderMap) -> Result<Response, Refusal> {
    let session = clerk.verify_token(bearer(&headers)?).await?;
    Ok(claims_of(&session))
}

async fn me_blocking(
    State(clerk): State<blocking::Clerk>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = bearer(&headers)?.to_owned();
    // Keys may have to be fetched, which must not hold up the other requests.
    let verified = tokio::task::spawn_blocking(move || clerk.verify_token(&token)).await;
    let session = verified.map_err(|_| Refusal::unexpected())??;
    Ok(claims_of(&session))
}

fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(Refusal::without_token)
}

fn claims_of(session: &Verified<SessionClaims>) -> Response {
    let json = session.claims().all().as_json().to_owned();
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}

/// Why a request is not answered, in the shape of Clerk's own errors.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// Clerk's name for a request that brings nothing to verify.
const NO_TOKEN: &str = "session-token-and-uat-missing";

impl Refusal {
    fn without_token() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: NO_TOKEN,
            message: "send a session token: `Authorization: Bearer …`".to_owned(),
        }
    }

    fn unexpected() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "unexpected-error",
            message: "the token could not be verified".to_owned(),
        }
    }
}

impl From<VerificationError> for Refusal {
    /// 401 where the token is at fault, 503 where Clerk is, 500 where we are.
    fn from(error: VerificationError) -> Self {
        let status = error.fault().status();
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: error.reason().as_str(),
            message: error.to_string(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.code, "message": self.message });
        let body = Json(json!({ "errors": [error] }));
        let reason = [("x-clerk-auth-reason", self.code)];
        if self.status != StatusCode::UNAUTHORIZED {
            return (self.status, reason, body).into_response();
        }
        let challenge = match self.code {
            // Only a token that was sent can be an invalid one (RFC 6750 §3.1).
            NO_TOKEN => "Bearer",
            _ => r#"Bearer error="invalid_token""#,
        };
        (self.status, reason, [(WWW_AUTHENTICATE, challenge)], body).into_response()
    }
}
