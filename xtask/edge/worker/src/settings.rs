//! What the Worker's bindings say.

use std::{error::Error, time::Duration};

use axum::Router;
use clerk_auth::{AcceptedTokens, Authenticator, Settings};
use clerk_core::ManualClock;
use clerk_framework_table::NOW;
use clerk_http::{Client, Retry};
use clerk_http_fetch::{FetchTransport, JsClock, JsRuntime};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys};
use clerk_jwt::{Provider, Ring};
use clerk_webcrypto::WebCrypto;
use clerk_webhooks::{InvalidSigningSecret, Policy, Receiver, SigningSecrets, Verifier};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::{table, tokens};

/// Keys that are looked after this often in a trial of what follows, rather than every few minutes.
const KEYS_FRESH: &str = "KEYS_FRESH_MS";
const KEYS_STALE: &str = "KEYS_STALE_MS";

/// `plain` runs what is spawned without telling the engine, as a program would that knows nothing of `waitUntil`.
const SPAWN: &str = "SPAWN";

/// `ring` checks signatures in WebAssembly, and not in the engine.
const SIGNATURES: &str = "SIGNATURES";

const SIGNING_SECRET: &str = "CLERK_WEBHOOK_SIGNING_SECRET";

/// Less than what the Worker reads of any request, so that the receiver is asked.
const WEBHOOK_LIMIT: usize = 64 * 1024;

/// The table whose application the Worker is to be: [`TOKENS`], or the name of one that the frameworks' table asks.
/// Otherwise it is its own.
const TABLE: &str = "TABLE";
const TOKENS: &str = "tokens";

pub(crate) fn application(env: &JsValue) -> Result<Router, Box<dyn Error>> {
    let binding = |name: &str| binding(env, name).ok_or_else(|| format!("no binding {name}"));
    let client = Client::builder(FetchTransport, runtime(env))
        .base_url(binding("CLERK_API_URL")?)
        .secret_key(binding("CLERK_SECRET_KEY")?.parse()?);
    let policy = CachePolicy::default();
    match binding(TABLE).as_deref() {
        Ok(TOKENS) => {
            let client = client.clock(ManualClock::at(NOW)).build()?;
            Ok(tokens::application(
                keys(env, &client, policy),
                provider(env),
            ))
        }
        Ok(service) => {
            let client = client.clock(ManualClock::at(NOW)).retry(Retry::none());
            let client = client.build()?;
            let keys = keys(env, &client, policy);
            table::application(service, client, keys)
        }
        Err(_) => {
            let client = client.clock(JsClock::new()).build()?;
            Ok(crate::application(clerk(env, client)?, receiver(env)?))
        }
    }
}

fn clerk(env: &JsValue, client: Client) -> Result<(Client, Authenticator), Box<dyn Error>> {
    let binding = |name: &str| binding(env, name).ok_or_else(|| format!("no binding {name}"));
    let mut policy = CachePolicy::default();
    if let Ok(fresh) = binding(KEYS_FRESH) {
        policy.time_to_live = millis(&fresh)?;
        policy.refresh_after = policy.time_to_live / 2;
    }
    if let Ok(stale) = binding(KEYS_STALE) {
        policy.stale_window = millis(&stale)?;
    }
    let settings = Settings::builder()
        .publishable_key(binding("CLERK_PUBLISHABLE_KEY")?.parse()?)
        .accepts(AcceptedTokens::Any)
        .ignore_machine_scopes()
        .build()?;
    let keys = keys(env, &client, policy);
    let authenticator = Authenticator::new(settings, keys, client.clone());
    Ok((client, authenticator))
}

fn runtime(env: &JsValue) -> JsRuntime {
    match binding(env, SPAWN).as_deref() {
        Some("plain") => JsRuntime::new(),
        _ => JsRuntime::on_cloudflare_workers(),
    }
}

fn is_rings(env: &JsValue) -> bool {
    binding(env, SIGNATURES).as_deref() == Some("ring")
}

fn provider(env: &JsValue) -> &'static dyn Provider {
    if is_rings(env) { &Ring } else { &WebCrypto }
}

fn keys(env: &JsValue, client: &Client, policy: CachePolicy) -> RemoteKeys {
    let (source, client) = (KeySource::BackendApi, client.clone());
    if is_rings(env) {
        RemoteKeys::with_provider(client, source, policy, Ring)
    } else {
        RemoteKeys::with_provider(client, source, policy, WebCrypto)
    }
}

/// `None` where there is no secret.
fn receiver(env: &JsValue) -> Result<Option<Receiver>, InvalidSigningSecret> {
    let Some(secret) = binding(env, SIGNING_SECRET) else {
        return Ok(None);
    };
    let secrets = SigningSecrets::parse_with(&secret, WebCrypto)?;
    let receiver = Receiver::new(Verifier::new(secrets)).clock(JsClock::new());
    Ok(Some(
        receiver.policy(Policy::default().body_limit(WEBHOOK_LIMIT)),
    ))
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
