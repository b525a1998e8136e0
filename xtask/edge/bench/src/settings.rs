//! What the Worker's bindings say.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
#[cfg(feature = "keys")]
use {
    clerk_http::Client,
    clerk_http_fetch::{FetchTransport, JsClock, JsRuntime},
    clerk_jwks::{CachePolicy, KeySource, RemoteKeys},
    clerk_webcrypto::WebCrypto,
    std::error::Error,
};

#[cfg(feature = "keys")]
pub(crate) fn clerk(env: &JsValue) -> Result<(Client, RemoteKeys), Box<dyn Error>> {
    let client = Client::builder(FetchTransport, JsRuntime::on_cloudflare_workers())
        .clock(JsClock::new())
        .base_url(binding(env, "CLERK_API_URL")?)
        .secret_key(binding(env, "CLERK_SECRET_KEY")?.parse()?)
        .build()?;
    let (source, policy) = (KeySource::BackendApi, CachePolicy::default());
    let keys = RemoteKeys::with_provider(client.clone(), source, policy, WebCrypto);
    Ok((client, keys))
}

pub(crate) fn binding(env: &JsValue, name: &str) -> Result<String, String> {
    let value = Reflect::get(env, &JsValue::from_str(name)).ok();
    let text = value.and_then(|value| value.as_string());
    text.ok_or_else(|| format!("no binding {name}"))
}

pub(crate) fn failed(error: impl ToString) -> JsValue {
    JsValue::from_str(&error.to_string())
}
