//! An axum back end that knows who calls it.

use axum::{Json, Router, routing::get};
use clerk::{
    AuthorizedParties, Clerk,
    axum::{ClerkLayer, SignedIn},
};
use serde_json::{Value, json};

/// Whose tokens count: those of pages of this origin.
const FRONT_END: &str = "http://localhost:5173";

async fn me(session: SignedIn) -> Json<Value> {
    let organization = session.organization();
    let organization = organization.as_ref();
    Json(json!({
        "user": session.user_id(),
        "organization": organization.and_then(|it| it.slug()),
        "role": organization.and_then(|it| it.role()),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    dotenvy::dotenv()?;
    let clerk = Clerk::builder()
        .env()
        .authorized_parties(AuthorizedParties::require([FRONT_END]))
        .build()?;
    let app = Router::new()
        .route("/api/me", get(me))
        .layer(ClerkLayer::new(clerk.authenticator()?.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
