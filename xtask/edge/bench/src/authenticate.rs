//! No framework: from the engine's request to a verdict.

use std::{error::Error, sync::OnceLock};

use clerk_auth::{Authenticator, PendingSessions, RequestHead, Settings};
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::{
    exchange::answer,
    headers,
    settings::{self, binding},
};

static AUTHENTICATOR: OnceLock<Authenticator> = OnceLock::new();

/// Says who is signed in.
///
/// # Errors
///
/// The Worker is not set up, or the engine takes no response.
#[wasm_bindgen]
pub async fn authenticate(request: Request, env: JsValue) -> Result<Response, JsValue> {
    let authenticator = authenticator(&env).map_err(settings::failed)?;
    let text = HeadText::of(&request);
    match authenticator.authenticate(&text.head()).await {
        Ok(state) => match state.to_auth(PendingSessions::SignedOut) {
            Some(auth) => match auth.user_id() {
                Some(user) => answer(200, user),
                None => answer(401, "nobody is signed in"),
            },
            None => answer(401, "a handshake is due"),
        },
        Err(error) => answer(error.fault().status(), &error.to_string()),
    }
}

pub(crate) fn authenticator(env: &JsValue) -> Result<&'static Authenticator, Box<dyn Error>> {
    if let Some(authenticator) = AUTHENTICATOR.get() {
        return Ok(authenticator);
    }
    let (client, keys) = settings::clerk(env)?;
    let settings = Settings::builder()
        .publishable_key(binding(env, "CLERK_PUBLISHABLE_KEY")?.parse()?)
        .build()?;
    Ok(AUTHENTICATOR.get_or_init(|| Authenticator::new(settings, keys, client)))
}

/// What a request's head borrows.
pub(crate) struct HeadText {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

impl HeadText {
    pub(crate) fn of(request: &Request) -> Self {
        let mut all = Vec::new();
        headers::each(request.headers(), |name, value| all.push((name, value)));
        Self {
            method: request.method(),
            url: request.url(),
            headers: all,
        }
    }

    pub(crate) fn head(&self) -> RequestHead<'_> {
        let head = RequestHead::new(&self.method, &self.url);
        self.headers.iter().fold(head, |head, (name, value)| {
            head.header(name, value.as_bytes())
        })
    }
}
