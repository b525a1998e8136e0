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
use clerk_api::users::Users;
use clerk_auth::{Authenticator, Guard, Requirement, Settings};
use clerk_axum::{
    Allowed, ClerkLayer, SignedIn,
    webhooks::{Receiver, Rejection, Webhook},
};
use clerk_http::Client;
use clerk_http_fetch::{FetchTransport, JsClock, JsRuntime};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys};
use clerk_webcrypto::WebCrypto;
use clerk_webhooks::{SigningSecrets, Verifier};
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
        let value = Reflect::get(env, &JsValue::from_str(name)).ok();
        let text = value.and_then(|value| value.as_string());
        text.ok_or_else(|| format!("the Worker has no binding {name}"))
    };
    let client = Client::builder(FetchTransport, JsRuntime::on_cloudflare_workers())
        .clock(JsClock::new())
        .base_url(binding("CLERK_API_URL")?)
        .secret_key(binding("CLERK_SECRET_KEY")?.parse()?)
        .build()?;
    // Clients reach a Worker without a proxy between that would say where they are.
    let mut settings = Settings::builder()
        .publishable_key(binding("CLERK_PUBLISHABLE_KEY")?.parse()?)
        .forwarded_headers(false);
    // Name your front end's origin: a cookie is sent from every subdomain.
    if let Ok(origin) = binding("CLERK_AUTHORIZED_PARTY") {
        settings = settings.authorized_parties([origin]);
    }
    let settings = settings.build()?;
    let policy = CachePolicy::default();
    let keys = RemoteKeys::with_provider(client.clone(), KeySource::BackendApi, policy, WebCrypto);
    let clerk = Authenticator::new(settings, keys, client.clone());
    let secret = binding("CLERK_WEBHOOK_SIGNING_SECRET")?;
    let secrets = SigningSecrets::parse_with(&secret, WebCrypto)?;
    let receiver = Receiver::new(Verifier::new(secrets)).clock(JsClock::new());
    Ok(Router::new()
        .route("/me", get(me))
        .route("/settings", get(settings_page))
        .route("/profile", get(profile))
        .with_state(client)
        .layer(ClerkLayer::new(clerk))
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
    State(client): State<Client>,
) -> Result<String, (StatusCode, String)> {
    let user = Users::new(&client).get(session.user_id()).send().await;
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
