//! What all these engines have in their global scope, and `web-sys` has for windows and workers of browsers.

use std::time::Duration;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    pub(crate) fn fetch(request: &web_sys::Request) -> Result<Promise, JsValue>;

    /// What it returns is a number in some engines and an object in others.
    #[wasm_bindgen(js_name = setTimeout, catch)]
    pub(crate) fn set_timeout(then: &Function, milliseconds: i32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub(crate) fn clear_timeout(timer: &JsValue);

    /// A function that is to be called on something. js-sys calls `bind` otherwise from one version to the next.
    pub(crate) type Method;

    #[wasm_bindgen(method)]
    pub(crate) fn bind(this: &Method, on: &JsValue) -> Function;

    #[wasm_bindgen(js_namespace = performance, js_name = now, catch)]
    pub(crate) fn performance_now() -> Result<f64, JsValue>;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn fill_with_random_bytes(bytes: &Uint8Array) -> Result<Uint8Array, JsValue>;
}

#[cfg(feature = "cloudflare-workers")]
#[wasm_bindgen(module = "cloudflare:workers")]
extern "C" {
    #[wasm_bindgen(js_name = waitUntil, catch)]
    pub(crate) fn wait_until(promise: &Promise) -> Result<(), JsValue>;
}

/// A number at random. Std has none to give here: it has the same for every isolate.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    match fill_with_random_bytes(&Uint8Array::new_with_length(8)) {
        Ok(filled) => filled.copy_to(&mut bytes),
        // Engines that give none while a module starts do so for numbers that are to keep a secret. This keeps none.
        Err(_) => bytes = js_sys::Math::random().to_le_bytes(),
    }
    u64::from_le_bytes(bytes)
}

/// The longest that one timer takes; most engines let a longer one end at once.
pub(crate) const LONGEST_TIMER: Duration = Duration::from_millis(i32::MAX as u64);

/// Whole milliseconds, no fewer than `duration` has, and no more than a timer takes.
pub(crate) fn timer_millis(duration: Duration) -> i32 {
    let begun = duration.saturating_add(Duration::from_nanos(999_999));
    i32::try_from(begun.as_millis()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_end_neither_early_nor_at_once() {
        for (duration, millis) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(1500), 2),
            (Duration::from_secs(30), 30_000),
            (LONGEST_TIMER, i32::MAX),
            (LONGEST_TIMER + Duration::from_nanos(1), i32::MAX),
            (Duration::MAX, i32::MAX),
        ] {
            assert_eq!(timer_millis(duration), millis, "{duration:?}");
        }
    }
}
