//! No framework, and no cookies: a bearer token is verified with the keys that Clerk publishes.

use std::{error::Error, sync::OnceLock};

use clerk_http_fetch::JsClock;
use clerk_jwks::Verifier;
use clerk_jwt::{Policy, SessionClaims};
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::{
    exchange::{answer, bearer},
    settings,
};

static VERIFIER: OnceLock<Verifier> = OnceLock::new();

/// Says whose token it is.
///
/// # Errors
///
/// The Worker is not set up, or the engine takes no response.
#[wasm_bindgen]
pub async fn verify(request: Request, env: JsValue) -> Result<Response, JsValue> {
    let verifier = verifier(&env).map_err(settings::failed)?;
    let authorization = request.headers().get("authorization")?;
    let token = authorization.as_deref().and_then(bearer);
    match verifier
        .verify::<SessionClaims>(token.unwrap_or_default())
        .await
    {
        Ok(session) => answer(200, session.claims().user_id()),
        Err(error) => answer(error.fault().status(), &error.to_string()),
    }
}

pub(crate) fn verifier(env: &JsValue) -> Result<&'static Verifier, Box<dyn Error>> {
    if let Some(verifier) = VERIFIER.get() {
        return Ok(verifier);
    }
    let (_, keys) = settings::clerk(env)?;
    Ok(VERIFIER.get_or_init(|| Verifier::new(keys, Policy::default(), JsClock::new())))
}
