//! A route for those who are signed in. Their tokens are verified with keys from Clerk's API.

use std::error::Error;

use axum::{Extension, Router, routing::get};
use clerk_rs::validators::authorizer::ClerkJwt;
use clerk_rs::validators::axum::ClerkLayer;
use clerk_rs::validators::jwks::MemoryCacheJwksProvider;
use clerk_rs::{Clerk, ClerkConfiguration};
use tokio::net::TcpListener;

async fn me(Extension(session): Extension<ClerkJwt>) -> String {
    session.sub
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret_key = std::env::var("CLERK_SECRET_KEY")?;
    let keys = MemoryCacheJwksProvider::new(Clerk::new(ClerkConfiguration::new(secret_key)));
    let app = Router::new()
        .route("/me", get(me))
        .layer(ClerkLayer::new(keys, None, true));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
