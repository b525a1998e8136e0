//! The engine's headers, which come over in one call: each call costs more than most headers.

use wasm_bindgen::prelude::*;
use web_sys::Headers;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Headers)]
    type EachHeader;

    #[wasm_bindgen(method, js_name = forEach)]
    fn for_each(this: &EachHeader, visit: &mut dyn FnMut(String, String));
}

/// Gives each name and value, in the engine's order.
pub(crate) fn each(headers: Headers, mut visit: impl FnMut(String, String)) {
    let headers: EachHeader = headers.unchecked_into();
    headers.for_each(&mut |value, name| visit(name, value));
}
