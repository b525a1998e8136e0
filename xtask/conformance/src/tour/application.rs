//! The application that our axum layer protects. `clients/tour.mjs` has the same routes on Express.

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use clerk::{
    Clerk, WithCauses,
    auth::OrganizationSync,
    axum::{ClerkLayer, MaybeSignedIn, Redirects, Rejection},
};
use serde_json::{Value, json};

use super::Variables;
use crate::outcome::Stopped;

async fn page(MaybeSignedIn(session): MaybeSignedIn) -> Json<Value> {
    let session = session.as_ref();
    let organization = session.and_then(|session| session.organization());
    Json(json!({
        "user": session.map(|session| session.user_id()),
        "organization": organization.as_ref().and_then(|it| it.slug()),
    }))
}

async fn private(session: MaybeSignedIn, redirects: Redirects) -> Result<Response, Rejection> {
    if session.0.is_some() {
        return Ok(page(session).await.into_response());
    }
    // Express redirects with this status; it is the application's to choose.
    let headers = [(header::LOCATION, redirects.to_sign_in()?)];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// Serves it until the runtime ends, and says where.
pub(super) async fn listen(variables: &Variables) -> Result<String, Stopped> {
    let clerk = Clerk::builder()
        .variables(|name| variables.get(name).cloned())
        .organization_sync(OrganizationSync::new(["/orgs/:slug"], [] as [&str; 0])?)
        .build()?;
    let application = Router::new()
        .route("/", get(page))
        .route("/orgs/{slug}", get(page))
        .route("/private", get(private))
        .layer(ClerkLayer::new(clerk.authenticator()?.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, application).await {
            eprintln!("the application: {}", WithCauses(&error));
        }
    });
    Ok(format!("http://localhost:{port}"))
}
