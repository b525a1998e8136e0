//! A Worker for Clerk's webhooks, which acts once on each, however many isolates there are: they share what was
//! received in Durable Objects.

mod deliveries;

use std::{error::Error, sync::OnceLock};

use clerk_http_fetch::JsClock;
use clerk_webcrypto::WebCrypto;
use clerk_webhooks::{Receiver, Rejection, SigningSecrets, Verifier};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::ResponseInit;

use crate::deliveries::DurableDeliveries;

/// It lasts as long as the isolate, and with it the secret that the engine has taken.
static RECEIVER: OnceLock<Receiver> = OnceLock::new();

/// Answers a request: what `shim.mjs` calls.
///
/// # Errors
///
/// A binding is missing, or is not what it should be.
#[wasm_bindgen]
pub async fn handle(request: web_sys::Request, env: JsValue) -> Result<web_sys::Response, JsValue> {
    let receiver = match RECEIVER.get() {
        Some(receiver) => receiver,
        None => {
            let made = receiver(&env).map_err(|why| JsValue::from_str(&why.to_string()))?;
            RECEIVER.get_or_init(|| made)
        }
    };
    let length = request.headers().get("content-length")?;
    let Some(length) = length.and_then(|text| text.parse().ok()) else {
        return answer(411, "say how long the body is");
    };
    let (status, text) = match webhook(receiver, &request, length).await? {
        Ok(text) => (200, text.to_owned()),
        Err(rejection) => (rejection.status(), rejection.body()),
    };
    answer(status, &text)
}

fn answer(status: u16, text: &str) -> Result<web_sys::Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    web_sys::Response::new_with_opt_str_and_init(Some(text), &init)
}

async fn webhook(
    receiver: &Receiver,
    request: &web_sys::Request,
    length: usize,
) -> Result<Result<&'static str, Rejection>, JsValue> {
    let limit = receiver.body_limit();
    // It is read whole, so its length has to be told; one who says less than there is sends no more than that.
    if length > limit {
        return Ok(Err(Rejection::too_large(limit)));
    }
    let body = JsFuture::from(request.array_buffer()?).await?;
    let body = Uint8Array::new(&body).to_vec();
    let headers = headers(request)?;
    let delivery = match receiver.receive_async(headers.as_slice(), body).await {
        Ok(delivery) => delivery,
        Err(rejection) => return Ok(Err(rejection)),
    };
    // What is to be done, with `delivery.body()`, goes here.
    let outcome = delivery.once(async || Ok(())).await;
    Ok(outcome.map(|first| match first {
        Some(()) => "acted on",
        None => "known already",
    }))
}

fn receiver(env: &JsValue) -> Result<Receiver, Box<dyn Error>> {
    let binding = |name: &str| {
        let value = Reflect::get(env, &JsValue::from_str(name)).ok();
        let value = value.filter(|value| !value.is_undefined());
        value.ok_or_else(|| format!("the Worker has no binding {name}"))
    };
    let secret = binding("CLERK_WEBHOOK_SIGNING_SECRET")?.as_string();
    let secrets = SigningSecrets::parse_with(&secret.unwrap_or_default(), WebCrypto)?;
    let deliveries = DurableDeliveries::new(binding("DELIVERIES")?);
    let receiver = Receiver::new(Verifier::new(secrets));
    Ok(receiver.clock(JsClock::new()).deliveries(deliveries))
}

fn headers(request: &web_sys::Request) -> Result<Vec<(String, String)>, JsValue> {
    let mut headers = Vec::new();
    for header in js_sys::try_iter(&request.headers())?.into_iter().flatten() {
        let header: Array = header?.unchecked_into();
        let text = |index| header.get(index).as_string().unwrap_or_default();
        headers.push((text(0), text(1)));
    }
    Ok(headers)
}
