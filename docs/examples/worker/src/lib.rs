//! A Worker without a framework: from the engine's request to who sent it, and back.

use std::{error::Error, sync::OnceLock};

use clerk_auth::{Admission, Authenticator, RequestHead, Settings};
use clerk_http::Client;
use clerk_http_fetch::{FetchTransport, JsClock, JsRuntime};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys};
use clerk_webcrypto::WebCrypto;
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
    Ok(Authenticator::new(settings, keys, client))
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
