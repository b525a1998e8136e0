//! The engine's `crypto.subtle`, which `web-sys` has for windows of browsers.

use js_sys::{Array, Object, Promise, Uint8Array};
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

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    pub(crate) fn verify(
        algorithm: &str,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}
