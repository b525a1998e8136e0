//! The engine's requests and responses, and axum's.

use axum::body::{Body, to_bytes};
use http::{HeaderName, HeaderValue, Request, Response};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ResponseInit};

/// More than any trial sends.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

fn failed(error: impl ToString) -> JsValue {
    JsValue::from_str(&error.to_string())
}

pub(crate) async fn request(from: &web_sys::Request) -> Result<Request<Body>, JsValue> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = from.method().parse().map_err(failed)?;
    *request.uri_mut() = from.url().parse().map_err(failed)?;
    for header in js_sys::try_iter(&from.headers())?.into_iter().flatten() {
        let header: Array = header?.unchecked_into();
        let text = |index| header.get(index).as_string().unwrap_or_default();
        let name: HeaderName = text(0).parse().map_err(failed)?;
        // The engine has read the bytes as UTF-8, and replaced what was none.
        let value = HeaderValue::from_bytes(text(1).as_bytes()).map_err(failed)?;
        request.headers_mut().append(name, value);
    }
    if from.body().is_some() {
        let body = JsFuture::from(from.array_buffer()?).await?;
        *request.body_mut() = Uint8Array::new(&body).to_vec().into();
    }
    Ok(request)
}

pub(crate) async fn response(from: Response<Body>) -> Result<web_sys::Response, JsValue> {
    let (head, body) = from.into_parts();
    let headers = Headers::new()?;
    for (name, value) in &head.headers {
        headers.append(name.as_str(), value.to_str().map_err(failed)?)?;
    }
    let init = ResponseInit::new();
    init.set_status(head.status.as_u16());
    init.set_headers(&headers);
    let body = to_bytes(body, LONGEST_BODY).await.map_err(failed)?;
    if body.is_empty() {
        return web_sys::Response::new_with_opt_str_and_init(None, &init);
    }
    let body = Uint8Array::from(body.as_ref());
    web_sys::Response::new_with_opt_js_u8_array_and_init(Some(&body), &init)
}
