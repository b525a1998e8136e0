//! The engine's requests and responses, and axum's.

use axum::body::{Body, to_bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::ResponseInit;

use crate::headers;

/// More than any page here has, and than a webhook.
const LONGEST_BODY: usize = 1024 * 1024;

fn failed(error: impl ToString) -> JsValue {
    JsValue::from_str(&error.to_string())
}

/// Or the answer to one whose body is too long, or of unknown length.
pub(crate) async fn request(
    from: &web_sys::Request,
) -> Result<Result<Request<Body>, web_sys::Response>, JsValue> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = from.method().parse().map_err(failed)?;
    *request.uri_mut() = from.url().parse().map_err(failed)?;
    let mut read = Ok(());
    headers::each(from.headers(), |name, value| {
        // The engine has read the bytes as UTF-8, and replaced what was none.
        let value = HeaderValue::from_bytes(value.as_bytes());
        match (name.parse::<HeaderName>(), value) {
            (Ok(name), Ok(value)) => {
                request.headers_mut().append(name, value);
            }
            _ => read = Err(failed(format!("the header {name} is none"))),
        }
    });
    read?;
    if from.body().is_some() {
        // The whole of it is read before anybody is asked who sent it, so its length has to be told.
        let length = request.headers().get(header::CONTENT_LENGTH);
        let length: Option<usize> = length.and_then(|it| it.to_str().ok()?.parse().ok());
        if length.is_none_or(|length| length > LONGEST_BODY) {
            return Ok(Err(refused(length)?));
        }
        let body = JsFuture::from(from.array_buffer()?).await?;
        *request.body_mut() = Uint8Array::new(&body).to_vec().into();
    }
    Ok(Ok(request))
}

fn refused(length: Option<usize>) -> Result<web_sys::Response, JsValue> {
    let status = match length {
        None => StatusCode::LENGTH_REQUIRED,
        Some(_) => StatusCode::PAYLOAD_TOO_LARGE,
    };
    let init = ResponseInit::new();
    init.set_status(status.as_u16());
    web_sys::Response::new_with_opt_str_and_init(None, &init)
}

/// What engines take fastest: text rather than bytes, and an object rather than `Headers`.
pub(crate) async fn response(from: Response<Body>) -> Result<web_sys::Response, JsValue> {
    let (head, body) = from.into_parts();
    let init = ResponseInit::new();
    init.set_status(head.status.as_u16());
    init.set_headers(&firsts(&head.headers)?);
    let body = to_bytes(body, LONGEST_BODY).await.map_err(failed)?;
    let response = match std::str::from_utf8(&body) {
        Ok("") => web_sys::Response::new_with_opt_str_and_init(None, &init),
        // The engine would name a type for text that has none.
        Ok(text) if head.headers.contains_key(header::CONTENT_TYPE) => {
            web_sys::Response::new_with_opt_str_and_init(Some(text), &init)
        }
        _ => {
            let body = Uint8Array::from(body.as_ref());
            web_sys::Response::new_with_opt_js_u8_array_and_init(Some(&body), &init)
        }
    }?;
    for name in head.headers.keys() {
        for value in head.headers.get_all(name).iter().skip(1) {
            let value = value.to_str().map_err(failed)?;
            response.headers().append(name.as_str(), value)?;
        }
    }
    Ok(response)
}

/// The first value of each name, as an object. It has no place for more, as of `set-cookie`.
fn firsts(headers: &HeaderMap) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for name in headers.keys() {
        if let Some(value) = headers.get(name) {
            let value = value.to_str().map_err(failed)?;
            Reflect::set(&object, &name.as_str().into(), &value.into())?;
        }
    }
    Ok(object.into())
}
