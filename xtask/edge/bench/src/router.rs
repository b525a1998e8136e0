//! The same with axum.

use std::{error::Error, sync::OnceLock};

use axum::{Router, routing::get};
use clerk_axum::{ClerkLayer, SignedIn};
use tower_service::Service as _;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::{authenticate::authenticator, settings, web};

static ROUTER: OnceLock<Router> = OnceLock::new();

/// Says who is signed in.
///
/// # Errors
///
/// The Worker is not set up, or the engine did not give the request whole.
#[wasm_bindgen]
pub async fn route(request: Request, env: JsValue) -> Result<Response, JsValue> {
    let mut router = router(&env).map_err(settings::failed)?;
    let request = match web::request(&request).await? {
        Ok(request) => request,
        Err(refusal) => return Ok(refusal),
    };
    match router.call(request).await {
        Ok(response) => web::response(response).await,
        Err(never) => match never {},
    }
}

fn router(env: &JsValue) -> Result<Router, Box<dyn Error>> {
    if let Some(router) = ROUTER.get() {
        return Ok(router.clone());
    }
    let router = Router::new()
        .route("/me", get(me))
        .layer(ClerkLayer::new(authenticator(env)?.clone()));
    Ok(ROUTER.get_or_init(|| router).clone())
}

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}
