//! What was received, in one Durable Object for each delivery: `deliveries.mjs` is its class.

use std::{fmt, time::Duration};

use clerk_core::MonotonicTime;
use clerk_webhooks::{Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant};
use js_sys::Promise;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, id: &JsValue) -> Result<Stub, JsValue>;

    type Stub;
    #[wasm_bindgen(method, catch)]
    fn claim(this: &Stub, by: &str, lease: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn complete(this: &Stub, keep: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn release(this: &Stub, by: &str) -> Result<JsValue, JsValue>;
}

/// A namespace of Durable Objects.
pub(crate) struct DurableDeliveries(SendWrapper<Namespace>);

impl DurableDeliveries {
    pub(crate) fn new(namespace: JsValue) -> Self {
        Self(SendWrapper::new(namespace.unchecked_into()))
    }

    /// A stub is the request's that has it, so there is one for each call.
    async fn ask(
        &self,
        key: &str,
        what: impl FnOnce(&Stub) -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, ClaimError> {
        let stub = self.0.id_from_name(key).and_then(|id| self.0.get(&id));
        let answer = stub.and_then(|stub| what(&stub)).map_err(failed)?;
        let answer = JsFuture::from(Promise::resolve(&answer)).await;
        answer.map_err(failed)
    }
}

impl ClaimDelivery for DurableDeliveries {
    fn claim<'a>(
        &'a self,
        key: &'a str,
        by: Claimant,
        lease: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        Box::pin(SendWrapper::new(async move {
            let (by, lease) = (by.to_string(), milliseconds(lease));
            let claim = self.ask(key, |stub| stub.claim(&by, lease)).await?;
            match claim.as_string().as_deref() {
                Some("first") => Ok(Claim::First),
                Some("in progress") => Ok(Claim::InProgress),
                Some("done") => Ok(Claim::Done),
                _ => Err(ClaimError::new("the object is of another class")),
            }
        }))
    }

    fn complete<'a>(
        &'a self,
        key: &'a str,
        keep: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(SendWrapper::new(async move {
            let keep = milliseconds(keep);
            self.ask(key, |stub| stub.complete(keep)).await.map(drop)
        }))
    }

    fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(SendWrapper::new(async move {
            let by = by.to_string();
            self.ask(key, |stub| stub.release(&by)).await.map(drop)
        }))
    }
}

/// A century at most: dates end somewhere.
fn milliseconds(time: Duration) -> f64 {
    const CENTURY: f64 = 100.0 * 365.25 * 24.0 * 3600.0;
    time.as_secs_f64().min(CENTURY) * 1000.0
}

fn failed(error: JsValue) -> ClaimError {
    ClaimError::new(format!("the Durable Object does not answer: {error:?}"))
}

impl fmt::Debug for DurableDeliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DurableDeliveries").finish_non_exhaustive()
    }
}
