use std::time::Duration;

use bytes::Bytes;
use clerk_http::{RequestTimeout, ResponseLimit, Transport, TransportError, TransportErrorKind};
use http::{HeaderMap, Request, Response, StatusCode};
use js_sys::{Array, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestInit, RequestRedirect};

use crate::{
    engine,
    message::{self, Body, Charset},
};

/// Sends with the engine's `fetch`.
///
/// It keeps the [contract](Transport#contract) as far as an engine lets it:
///
/// - No error is [`Connect`](TransportErrorKind::Connect), because engines do not say whether a request was sent.
///   What is no [`Timeout`](TransportErrorKind::Timeout) is [`Broken`](TransportErrorKind::Broken), and so nothing
///   is sent again that must not happen twice.
/// - What belongs to the connection (`Host`, `Content-Length`, `Transfer-Encoding` and the like) the engine writes,
///   even if the request has it. Some engines add more: Node adds `Accept-Language` and `Sec-Fetch-Mode`.
/// - A response's header that comes in several lines is one, with commas in it, but for `Set-Cookie`. Node and Vercel's
///   runtime send a request's so, too.
/// - Node and Vercel's runtime read 16 KiB of a response's headers, unless Node was told `--max-http-header-size`. More
///   than that is [`Broken`](TransportErrorKind::Broken).
/// - An engine's HTTP cache is not told to stay away: engines differ in what they take in `cache`, and workerd throws at any
///   with older compatibility dates. workerd, Vercel's runtime and Node 20, run by themselves, keep none: they ask again
///   for what a server has allowed to be kept. Where yours has a cache, such as Cloudflare's network, have no rule of it
///   keep answers of Clerk's: a key that was taken back would live on in it, and what is kept of one user may go to another.
/// - Cloudflare's engine takes the values of headers for UTF-8. A request with other bytes in one is an error of the
///   [request](TransportErrorKind::Request); in a response, the engine has replaced them.
#[derive(Clone, Copy, Debug, Default)]
pub struct FetchTransport;

#[async_trait::async_trait]
impl Transport for FetchTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let uri = request.uri().clone();
        let fails = |kind| TransportError::to(kind, &uri);
        if !message::can_be_sent(&request) {
            return Err(fails(TransportErrorKind::Request));
        }
        let RequestTimeout(timeout) = request.extensions().get().copied().unwrap_or_default();
        let exchange = SendWrapper::new(async {
            let deadline = Deadline::set(timeout).map_err(|_| TransportErrorKind::Request)?;
            exchange(&request, &deadline)
                .await
                .map_err(|ended| match ended {
                    Ended::Unsendable => TransportErrorKind::Request,
                    Ended::TooLarge => TransportErrorKind::TooLarge,
                    Ended::Hidden => TransportErrorKind::Other,
                    Ended::Thrown if deadline.is_over() => TransportErrorKind::Timeout,
                    Ended::Thrown => TransportErrorKind::Broken,
                })
        });
        exchange.await.map_err(fails)
    }
}

/// Why there is no complete response. What an engine throws says too much to be kept: some repeat the URL.
enum Ended {
    Unsendable,
    TooLarge,
    /// The response is one that browsers show nothing of.
    Hidden,
    Thrown,
}

impl From<JsValue> for Ended {
    fn from(_: JsValue) -> Self {
        Self::Thrown
    }
}

async fn exchange(request: &Request<Bytes>, deadline: &Deadline) -> Result<Response<Bytes>, Ended> {
    let outgoing = outgoing(request, &deadline.controller.signal()).ok_or(Ended::Unsendable)?;
    let response = JsFuture::from(engine::fetch(&outgoing)?).await?;
    let response: web_sys::Response = response.unchecked_into();
    let status = StatusCode::from_u16(response.status()).map_err(|_| Ended::Hidden)?;

    let ResponseLimit(limit) = request.extensions().get().copied().unwrap_or_default();
    let body = read(&response, limit).await?;
    let mut headers = headers(&response)?;
    message::forget_coding(&mut headers, request.method(), status, body.len());

    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

fn outgoing(request: &Request<Bytes>, signal: &web_sys::AbortSignal) -> Option<web_sys::Request> {
    let headers = web_sys::Headers::new().ok()?;
    for (name, value) in message::outgoing(request.headers(), charset)? {
        headers.append(name, &value).ok()?;
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(signal));
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init).ok()
}

/// Asks the engine for its rule. The standard's is to refuse characters that are no byte.
fn charset() -> Charset {
    let takes_any =
        web_sys::Headers::new().is_ok_and(|headers| headers.append("a", "\u{100}").is_ok());
    if takes_any {
        Charset::Utf8
    } else {
        Charset::Latin1
    }
}

async fn read(response: &web_sys::Response, limit: usize) -> Result<Bytes, Ended> {
    let mut body = Body::up_to(limit);
    let Some(stream) = response.body() else {
        return Ok(body.into_bytes());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let read = JsFuture::from(reader.read()).await?;
        if Reflect::get(&read, &JsValue::from_str("done"))?.is_truthy() {
            return Ok(body.into_bytes());
        }
        let chunk = Reflect::get(&read, &JsValue::from_str("value"))?.dyn_into::<Uint8Array>()?;
        if !body.has_room_for(chunk.length()) {
            return Err(Ended::TooLarge);
        }
        body.add(&chunk.to_vec());
    }
}

fn headers(response: &web_sys::Response) -> Result<HeaderMap, Ended> {
    let mut headers = HeaderMap::new();
    for entry in js_sys::try_iter(&response.headers())?.ok_or(Ended::Hidden)? {
        let entry: Array = entry?.unchecked_into();
        let text = |index| entry.get(index).as_string().unwrap_or_default();
        let (name, value) = message::incoming(&text(0), &text(1), charset).ok_or(Ended::Thrown)?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// Aborts an exchange when its time is over, or when it is dropped: then nobody waits for it, or it is at its end,
/// and aborting changes nothing.
struct Deadline {
    controller: AbortController,
    timer: JsValue,
}

impl Deadline {
    /// What the timer calls is bound in the engine. A closure of ours would stay in memory for good where an engine
    /// cancels a request, which drops no future.
    fn set(timeout: Duration) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let abort = Reflect::get(&controller, &JsValue::from_str("abort"))?;
        let abort = abort.unchecked_into::<engine::Method>().bind(&controller);
        let timer = engine::set_timeout(&abort, engine::timer_millis(timeout))?;
        Ok(Self { controller, timer })
    }

    fn is_over(&self) -> bool {
        self.controller.signal().aborted()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        engine::clear_timeout(&self.timer);
        self.controller.abort();
    }
}
