//! What the Worker's bindings say.

use std::{error::Error, time::Duration};

use axum::Router;
use clerk_auth::{AcceptedTokens, Authenticator, Settings};
use clerk_http::Client;
use clerk_http_fetch::{FetchTransport, JsClock, JsRuntime};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys};
use clerk_jwt::Ring;
use clerk_webcrypto::WebCrypto;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::table;

/// Keys that are looked after this often in a trial of what follows, rather than every few minutes.
const KEYS_FRESH: &str = "KEYS_FRESH_MS";
const KEYS_STALE: &str = "KEYS_STALE_MS";

/// `plain` runs what is spawned without telling the engine, as a program would that knows nothing of `waitUntil`.
const SPAWN: &str = "SPAWN";

/// `ring` checks signatures in WebAssembly, and not in the engine.
const SIGNATURES: &str = "SIGNATURES";

/// The name of the table's application that the Worker is to be; otherwise it is its own.
const TABLE: &str = "TABLE";

pub(crate) fn application(env: &JsValue) -> Result<Router, Box<dyn Error>> {
    let Some(service) = binding(env, TABLE) else {
        return Ok(crate::application(clerk(env)?));
    };
    let binding = |name: &str| binding(env, name).ok_or_else(|| format!("no binding {name}"));
    table::application(
        &service,
        &binding("CLERK_API_URL")?,
        &binding("CLERK_SECRET_KEY")?,
    )
}

fn clerk(env: &JsValue) -> Result<(Client, Authenticator), Box<dyn Error>> {
    let binding = |name: &str| binding(env, name).ok_or_else(|| format!("no binding {name}"));
    let runtime = match binding(SPAWN).as_deref() {
        Ok("plain") => JsRuntime::new(),
        _ => JsRuntime::on_cloudflare_workers(),
    };
    let client = Client::builder(FetchTransport, runtime)
        .clock(JsClock::new())
        .base_url(binding("CLERK_API_URL")?)
        .secret_key(binding("CLERK_SECRET_KEY")?.parse()?)
        .build()?;
    let mut policy = CachePolicy::default();
    if let Ok(fresh) = binding(KEYS_FRESH) {
        policy.time_to_live = millis(&fresh)?;
        policy.refresh_after = policy.time_to_live / 2;
    }
    if let Ok(stale) = binding(KEYS_STALE) {
        policy.stale_window = millis(&stale)?;
    }
    let (source, asking) = (KeySource::BackendApi, client.clone());
    let keys = match binding(SIGNATURES).as_deref() {
        Ok("ring") => RemoteKeys::with_provider(asking, source, policy, Ring),
        _ => RemoteKeys::with_provider(asking, source, policy, WebCrypto),
    };
    let settings = Settings::builder()
        .publishable_key(binding("CLERK_PUBLISHABLE_KEY")?.parse()?)
        .accepts(AcceptedTokens::Any)
        .ignore_machine_scopes()
        .build()?;
    let authenticator = Authenticator::new(settings, keys, client.clone());
    Ok((client, authenticator))
}

fn binding(env: &JsValue, name: &str) -> Option<String> {
    Reflect::get(env, &JsValue::from_str(name))
        .ok()?
        .as_string()
}

fn millis(text: &str) -> Result<Duration, String> {
    let millis = text.parse().map_err(|_| format!("{text} is no number"))?;
    Ok(Duration::from_millis(millis))
}
