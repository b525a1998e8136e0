use std::{fmt, future::Future, pin::Pin, rc::Rc, time::Duration};

use clerk_http::Runtime;
use js_sys::Promise;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::engine::{self, LONGEST_TIMER};

/// Waits with the engine's timers, and runs what is spawned as a promise.
///
/// Where an engine drops what a request has begun once that request is answered, as Cloudflare's and Vercel's do,
/// it has to be told of each promise to wait for, by a function called `waitUntil`. Say which one is yours:
///
/// ```no_run
/// use clerk_http_fetch::{JsRuntime, js_sys::{Function, Promise}};
/// use wasm_bindgen::JsValue;
///
/// fn runtime(wait_until: Function) -> JsRuntime {
///     JsRuntime::with_wait_until(move |promise: &Promise| {
///         // It throws where no request is being handled; then nobody would wait anyway.
///         let _ = wait_until.call1(&JsValue::UNDEFINED, promise);
///     })
/// }
/// ```
#[derive(Clone, Default)]
pub struct JsRuntime {
    wait_until: Option<SendWrapper<Rc<WaitUntil>>>,
}

type WaitUntil = dyn Fn(&Promise);

impl JsRuntime {
    /// For engines where promises run to their end by themselves, such as Node.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands each promise of a spawned task to `wait_until`, which tells the engine to wait for it.
    ///
    /// It runs in the request that spawns, which need not be the one in which the runtime was made. So a
    /// function of one request's context will do only where the runtime is made for each request.
    pub fn with_wait_until(wait_until: impl Fn(&Promise) + 'static) -> Self {
        Self {
            wait_until: Some(SendWrapper::new(Rc::new(wait_until))),
        }
    }

    /// For Cloudflare Workers: `waitUntil` of the module `cloudflare:workers`, which knows by itself which
    /// request is being handled.
    #[cfg(feature = "cloudflare-workers")]
    #[cfg_attr(docsrs, doc(cfg(feature = "cloudflare-workers")))]
    pub fn on_cloudflare_workers() -> Self {
        Self::with_wait_until(|promise| {
            // It throws where no request is being handled: then nobody would wait in any case.
            let _ = engine::wait_until(promise);
        })
    }
}

impl fmt::Debug for JsRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsRuntime")
            .field("wait_until", &self.wait_until.is_some())
            .finish()
    }
}

#[async_trait::async_trait]
impl Runtime for JsRuntime {
    async fn sleep(&self, duration: Duration) {
        let mut left = duration;
        while !left.is_zero() {
            let step = left.min(LONGEST_TIMER);
            SendWrapper::new(timer(step)).await;
            left = left.saturating_sub(step);
        }
    }

    /// Cloudflare's engine ties what is waited for to the request that waits. Others do not, and lose little.
    fn wakes_across_tasks(&self) -> bool {
        false
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let promise = future_to_promise(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        if let Some(wait_until) = &self.wait_until {
            wait_until(&promise);
        }
    }

    fn seed(&self) -> u64 {
        engine::random()
    }
}

async fn timer(duration: Duration) {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(refused) = engine::set_timeout(&resolve, engine::timer_millis(duration)) {
            let _ = reject.call1(&JsValue::UNDEFINED, &refused);
        }
    });
    // While a module starts there are no timers. Whoever waits there goes on, rather than never.
    let _ = JsFuture::from(promise).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_is_made_without_asking_the_engine() {
        let hook = JsRuntime::with_wait_until(|_| {});
        assert_eq!(format!("{hook:?}"), "JsRuntime { wait_until: true }");
        assert!(!hook.wakes_across_tasks());
        let plain = JsRuntime::new();
        assert_eq!(format!("{plain:?}"), "JsRuntime { wait_until: false }");
    }
}
