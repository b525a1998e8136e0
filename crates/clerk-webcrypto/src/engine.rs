//! The engine's `crypto.subtle`, which `web-sys` has for windows of browsers.

use js_sys::{Array, JsString, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    pub(crate) fn import_key(
        format: &str,
        key: &Object,
        algorithm: &Object,
        is_extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    /// It copies the bytes before it returns (Web Cryptography API §14.3.4), so they are lent to it where they lie.
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    pub(crate) fn verify(
        algorithm: &JsString,
        key: &JsValue,
        signature: &[u8],
        message: &[u8],
    ) -> Result<Promise, JsValue>;
}

#[cfg(feature = "webhooks")]
#[wasm_bindgen]
extern "C" {
    /// It copies the bytes before it returns (Web Cryptography API §14.3.9): no copy of a secret is made for it.
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    pub(crate) fn import_raw_key(
        format: &str,
        key: &[u8],
        algorithm: &Object,
        is_extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    /// It copies the bytes, too (§14.3.3).
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    pub(crate) fn sign(
        algorithm: &JsString,
        key: &JsValue,
        message: &[u8],
    ) -> Result<Promise, JsValue>;

    /// It fills the bytes where they lie.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    pub(crate) fn fill_at_random(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

pub(crate) fn object(members: &[(&str, &JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
