//! A route that knows nobody.

use std::error::Error;

use axum::{Router, routing::get};
use tokio::net::TcpListener;

async fn me() -> &'static str {
    "somebody"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/me", get(me));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
