//! Nothing is fetched: a bearer token is verified with the key that the Worker was given.

use std::{error::Error, sync::OnceLock};

use clerk_core::Clock as _;
use clerk_http_fetch::JsClock;
use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, Verified, VerifyError, VerifyingKey};
use clerk_webcrypto::WebCrypto;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::{
    exchange::{answer, bearer},
    settings::{self, binding},
};

static KEY: OnceLock<VerifyingKey> = OnceLock::new();

/// Says whose token it is.
///
/// # Errors
///
/// The Worker is not set up, or the engine takes no response.
#[wasm_bindgen]
pub async fn pem(request: Request, env: JsValue) -> Result<Response, JsValue> {
    let key = key(&env).map_err(settings::failed)?;
    let authorization = request.headers().get("authorization")?;
    let token = authorization.as_deref().and_then(bearer);
    match verified(token.unwrap_or_default(), key).await {
        Ok(session) => answer(200, session.claims().user_id()),
        Err(error) => answer(401, &error.to_string()),
    }
}

async fn verified(token: &str, key: &VerifyingKey) -> Result<Verified<SessionClaims>, VerifyError> {
    let token = UnverifiedToken::parse(token)?;
    let now = JsClock::new().now();
    token.verify_async(key, now, &Policy::default()).await
}

fn key(env: &JsValue) -> Result<&'static VerifyingKey, Box<dyn Error>> {
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let key = VerifyingKey::from_pem_with(&binding(env, "CLERK_JWT_KEY")?, &WebCrypto)?;
    Ok(KEY.get_or_init(|| key))
}
