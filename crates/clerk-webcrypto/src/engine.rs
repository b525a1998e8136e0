//! The engine's `crypto.subtle`, which `web-sys` has for windows of browsers.

use js_sys::{Array, JsString, Object, Promise};
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
