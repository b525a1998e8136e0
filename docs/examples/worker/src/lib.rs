//! A Worker without a framework: from the engine's request to who sent it, and back.

use std::{error::Error, sync::OnceLock};

use clerk::{
    Clerk,
    auth::{Admission, Authenticator, RequestHead},
    edge::{FetchTransport, JsClock, JsRuntime, WebCrypto},
};
use http::{Response, StatusCode, header};
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Headers, ResponseInit};

/// Its keys last as long as the isolate. It is made for the first request, as no clock runs before.
static CLERK: OnceLock<Authenticator> = OnceLock::new();

/// Answers a request: what `shim.mjs` calls.
///
/// # Errors
///
/// A binding is missing, or is not what it should be.
#[wasm_bindgen]
pub async fn handle(request: web_sys::Request, env: JsValue) -> Result<web_sys::Response, JsValue> {
    let clerk = match CLERK.get() {
        Some(clerk) => clerk,
        None => {
            let clerk = authenticator(&env).map_err(|why| JsValue::from_str(&why.to_string()))?;
            CLERK.get_or_init(|| clerk)
        }
    };
    let (method, url, headers) = (request.method(), request.url(), headers(&request)?);
    let head = RequestHead::new(&method, &url);
    let head = headers.iter().fold(head, |head, (name, value)| {
        head.header(name, value.as_bytes())
    });
    let response = match clerk.admit(&head).await {
        // The browser has to go to Clerk first, and comes back.
        Admission::Redirect(headers) => {
            let mut response = Response::new(String::new());
            *response.status_mut() = Admission::REDIRECT_STATUS;
            *response.headers_mut() = headers;
            response
        }
        Admission::Proceed(auth) => {
            let response = match auth.session() {
                Ok(session) => Response::new(session.user_id().to_owned()),
                Err(rejection) => rejection.into_response(),
            };
            auth.applied_to(response)
        }
    };
    to_engine(&response)
}

fn authenticator(env: &JsValue) -> Result<Authenticator, Box<dyn Error>> {
    let clerk = Clerk::builder()
        // Clients reach a Worker without a proxy between that would say where they are.
        .forwarded_headers(false)
        .variables(|name| {
            Reflect::get(env, &JsValue::from_str(name))
                .ok()?
                .as_string()
        })
        .transport(FetchTransport, JsRuntime::on_cloudflare_workers())
        .provider(WebCrypto)
        .clock(JsClock::new())
        .build()?;
    Ok(clerk.authenticator()?.clone())
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

fn to_engine(response: &Response<String>) -> Result<web_sys::Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in response.headers() {
        let value = value
            .to_str()
            .map_err(|error| JsValue::from_str(&error.to_string()))?;
        headers.append(name.as_str(), value)?;
    }
    if response.status() == StatusCode::OK && !response.headers().contains_key(header::CONTENT_TYPE)
    {
        headers.append("content-type", "text/plain; charset=utf-8")?;
    }
    let init = ResponseInit::new();
    init.set_status(response.status().as_u16());
    init.set_headers(&headers);
    web_sys::Response::new_with_opt_str_and_init(Some(response.body()), &init)
}
