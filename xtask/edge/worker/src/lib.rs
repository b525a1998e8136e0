//! The Worker that trials ask, and nobody else must: it sends what it is told to.
//!
//! It has an axum router with the layer and the extractors, the Backend API, and the transport.

#[path = "../../../../docs/examples/worker-axum/src/headers.rs"]
mod headers;
mod settings;
mod table;
mod tokens;
mod transport;
/// The example's own, which is tried with this.
#[path = "../../../../docs/examples/worker-axum/src/web.rs"]
mod web;

use std::sync::OnceLock;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use clerk_api::users::Users;
use clerk_auth::Authenticator;
use clerk_axum::{
    ClerkLayer, M2m, MaybeSignedIn, SignedIn,
    webhooks::{Receiver, Rejection, Webhook},
};
use clerk_http::Client;
use tower_service::Service as _;
use wasm_bindgen::prelude::*;

/// One for each isolate, as its keys should be.
static APPLICATION: OnceLock<Router> = OnceLock::new();

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log(text: &str);
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| log(&panic.to_string())));
}

/// Answers a request: what the engine calls.
///
/// # Errors
///
/// The Worker is not set up, or the engine did not give the request whole.
#[wasm_bindgen]
pub async fn handle(request: web_sys::Request, env: JsValue) -> Result<web_sys::Response, JsValue> {
    let mut application = match APPLICATION.get() {
        Some(application) => application.clone(),
        None => {
            let application = settings::application(&env);
            let application = application.map_err(|why| JsValue::from_str(&why.to_string()))?;
            APPLICATION.get_or_init(|| application).clone()
        }
    };
    let request = match web::request(&request).await? {
        Ok(request) => request,
        Err(refusal) => return Ok(refusal),
    };
    match application.call(request).await {
        Ok(response) => web::response(response).await,
        Err(never) => match never {},
    }
}

fn application(
    (client, authenticator): (Client, Authenticator),
    receiver: Option<Receiver>,
) -> Router {
    let router = Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/machine", get(machine))
        .layer(ClerkLayer::new(authenticator))
        .route("/users", get(users))
        .with_state(client)
        .route("/transport", post(transport::exchange));
    match receiver {
        Some(receiver) => router.route("/webhooks", post(webhook).with_state(receiver)),
        None => router,
    }
}

async fn webhook(webhook: Webhook) -> Result<&'static str, Rejection> {
    let first = webhook.once(async || Ok(())).await?;
    Ok(first.map_or("known already", |()| "acted on"))
}

async fn home(MaybeSignedIn(session): MaybeSignedIn) -> &'static str {
    match session {
        Some(_) => "Welcome back",
        None => "Hello stranger",
    }
}

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

async fn machine(machine: M2m) -> String {
    machine.machine_id().unwrap_or_default().to_owned()
}

async fn users(State(client): State<Client>) -> Result<String, (StatusCode, String)> {
    let users = Users::new(&client).list().limit(20).send().await;
    let users = users.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    let ids: Vec<&str> = users.data.iter().map(|user| user.id.as_str()).collect();
    Ok(ids.join("\n"))
}
