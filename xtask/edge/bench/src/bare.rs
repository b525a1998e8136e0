//! Nothing of ours: what the engine takes to start any Worker that is written in Rust.

use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::exchange::answer;

/// Knows nobody.
///
/// # Errors
///
/// The engine takes no response.
#[wasm_bindgen]
pub async fn bare(_request: Request, _env: JsValue) -> Result<Response, JsValue> {
    answer(401, "nobody is signed in")
}
