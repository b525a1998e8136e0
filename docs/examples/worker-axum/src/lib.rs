//! A Worker with an axum router: sessions, what they may do, webhooks, and the Backend API.

mod headers;
mod web;

use std::{convert::Infallible, error::Error, sync::OnceLock};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use clerk::{
    Clerk,
    auth::{Guard, Requirement},
    axum::{
        Allowed, ClerkLayer, SignedIn,
        webhooks::{Receiver, Rejection, Webhook},
    },
    edge::{FetchTransport, JsClock, JsRuntime, WebCrypto},
    webhooks::{SigningSecrets, Verifier},
};
use js_sys::Reflect;
use tower_service::Service as _;
use wasm_bindgen::prelude::*;

/// Its keys last as long as the isolate. It is made for the first request, as no clock runs before.
static APPLICATION: OnceLock<Router> = OnceLock::new();

/// Answers a request: what `shim.mjs` calls.
///
/// # Errors
///
/// A binding is missing, or is not what it should be.
#[wasm_bindgen]
pub async fn handle(request: web_sys::Request, env: JsValue) -> Result<web_sys::Response, JsValue> {
    let mut application = match APPLICATION.get() {
        Some(application) => application.clone(),
        None => {
            let made = application(&env).map_err(|why| JsValue::from_str(&why.to_string()))?;
            APPLICATION.get_or_init(|| made).clone()
        }
    };
    let request = match web::request(&request).await? {
        Ok(request) => request,
        Err(refusal) => return Ok(refusal),
    };
    let response: Result<_, Infallible> = application.call(request).await;
    match response {
        Ok(response) => web::response(response).await,
        Err(never) => match never {},
    }
}

fn application(env: &JsValue) -> Result<Router, Box<dyn Error>> {
    let binding = |name: &str| {
        Reflect::get(env, &JsValue::from_str(name))
            .ok()?
            .as_string()
    };
    let clerk = Clerk::builder()
        // Clients reach a Worker without a proxy between that would say where they are.
        .forwarded_headers(false)
        .variables(binding)
        .transport(FetchTransport, JsRuntime::on_cloudflare_workers())
        .provider(WebCrypto)
        .clock(JsClock::new())
        .build()?;
    let layer = ClerkLayer::new(clerk.authenticator()?.clone());
    let secret = binding("CLERK_WEBHOOK_SIGNING_SECRET");
    let secret = secret.ok_or("the Worker has no binding CLERK_WEBHOOK_SIGNING_SECRET")?;
    let secrets = SigningSecrets::parse_with(&secret, WebCrypto)?;
    let receiver = Receiver::new(Verifier::new(secrets)).clock(JsClock::new());
    Ok(Router::new()
        .route("/me", get(me))
        .route("/settings", get(settings_page))
        .route("/profile", get(profile))
        .with_state(clerk)
        .layer(layer)
        .route("/webhooks", post(webhook).with_state(receiver)))
}

async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

/// The admins of the active organization.
enum Admin {}

impl Guard for Admin {
    fn requirement() -> Requirement {
        Requirement::new().role("org:admin")
    }
}

async fn settings_page(admin: Allowed<Admin>) -> String {
    format!("{} may change the settings", admin.user_id())
}

/// What Clerk knows of whoever asks. The secret key opens every user's; whom a caller may see is for a handler to say.
async fn profile(
    session: SignedIn,
    State(clerk): State<Clerk>,
) -> Result<String, (StatusCode, String)> {
    let user = clerk.users().get(session.user_id()).send().await;
    let user = user.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    Ok(user.id.to_string())
}

/// Acts on each webhook once, as far as this isolate remembers. In the Worker `worker-webhooks` all of them share that.
async fn webhook(webhook: Webhook) -> Result<&'static str, Rejection> {
    let first = webhook.once(async || Ok(())).await?;
    Ok(match first {
        Some(()) => "acted on",
        None => "known already",
    })
}
