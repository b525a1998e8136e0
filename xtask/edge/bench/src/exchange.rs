//! What is read of a request, and written of a response.

use wasm_bindgen::JsValue;
use web_sys::{Response, ResponseInit};

#[cfg(any(feature = "keys", feature = "pem"))]
pub(crate) fn bearer(authorization: &str) -> Option<&str> {
    authorization.strip_prefix("Bearer ")
}

pub(crate) fn answer(status: u16, text: &str) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    Response::new_with_opt_str_and_init(Some(text), &init)
}
