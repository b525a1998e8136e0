//! A route for those who are signed in. Their tokens are verified with keys from Clerk's API.

use std::error::Error;

use axum::{Router, routing::get};
use clerk::Clerk;
use clerk::axum::{ClerkLayer, SignedIn};
use tokio::net::TcpListener;

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clerk = Clerk::from_env()?;
    let app = Router::new()
        .route("/me", get(me))
        .layer(ClerkLayer::new(clerk.authenticator()?.clone()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
