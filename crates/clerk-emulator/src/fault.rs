use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::refusal::Refusal;

/// Something that goes wrong with requests, on purpose.
///
/// It applies to every request until a [`path`](Self::path) or a [`method`](Self::method) says
/// to which, and until it is cleared unless [`times`](Self::times) says how often. Of several,
/// the first one added that fits a request is the one that happens to it. The control plane
/// (`/_emulator/…`) has no faults.
///
/// ```
/// use clerk_emulator::{Emulator, Fault};
/// use std::time::Duration;
///
/// let emulator = Emulator::builder().build()?;
/// emulator.add_fault(Fault::status(503).path("/v1/jwks").times(2));
/// emulator.add_fault(Fault::status(429).method("POST").path("/v1/users").retry_after(7));
/// emulator.add_fault(Fault::delay(Duration::from_secs(3)).path("/v1/users/{user_id}"));
/// emulator.add_fault(Fault::drop_connection());
/// emulator.clear_faults();
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "hand it to `Emulator::add_fault`"]
pub struct Fault {
    method: Option<String>,
    path: Option<String>,
    effect: Effect,
    code: Option<String>,
    retry_after: Option<u64>,
    delay: Duration,
    remaining: Option<u64>,
}

#[derive(Clone, Debug)]
enum Effect {
    /// The operation is carried out as ever.
    None,
    Status(StatusCode),
    Answer(Response<Bytes>),
    Drop,
}

/// What the fault that fits a request does to it.
#[derive(Debug)]
pub(crate) struct Misfortune {
    pub(crate) delay: Duration,
    pub(crate) end: End,
}

#[derive(Debug)]
pub(crate) enum End {
    /// The operation is carried out as ever.
    CarryOut,
    /// The answer is this error; the operation is not carried out.
    Refuse(Refusal),
    /// The answer is this; the operation is not carried out.
    Answer(Response<Bytes>),
    /// There is no answer; the operation is not carried out.
    Drop,
}

impl Fault {
    /// Answers with an error of this status, in Clerk's shape; the operation is not carried out.
    /// A number that is no status, or not one of an error, makes it 500.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::with(Effect::Status(status))
    }

    /// Answers with this response, whatever it is; the operation is not carried out.
    ///
    /// ```
    /// # use clerk_emulator::Fault;
    /// # use bytes::Bytes;
    /// let page = http::Response::builder()
    ///     .status(502)
    ///     .header("content-type", "text/html")
    ///     .body(Bytes::from_static(b"<h1>Bad gateway</h1>"))?;
    /// let fault = Fault::answer(page).path("/v1/jwks");
    /// # let _ = fault;
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn answer(response: Response<Bytes>) -> Self {
        Self::with(Effect::Answer(response))
    }

    /// Carries the operation out, and holds the answer back for this long.
    pub fn delay(delay: Duration) -> Self {
        Self::with(Effect::None).after(delay)
    }

    /// Closes the connection without an answer; the operation is not carried out.
    pub fn drop_connection() -> Self {
        Self::with(Effect::Drop)
    }

    fn with(effect: Effect) -> Self {
        Self {
            method: None,
            path: None,
            effect,
            code: None,
            retry_after: None,
            delay: Duration::ZERO,
            remaining: None,
        }
    }

    /// Only for requests with this method.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only for requests with this path. `/v1/users/{user_id}` stands for any user's, and a `*`
    /// at the end for whatever follows.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Clerk's code of the error, such as `resource_not_found`. Without it, one that goes with
    /// the status.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds `Retry-After`, in seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Waits this long before anything happens on the connection.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Ends after this many requests.
    pub fn times(mut self, count: u64) -> Self {
        self.remaining = Some(count);
        self
    }

    fn fits(&self, method: &Method, path: &str, template: Option<&str>) -> bool {
        let method_fits = self
            .method
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()));
        method_fits
            && self.path.as_deref().is_none_or(|wanted| {
                wanted == path
                    || Some(wanted) == template
                    || wanted
                        .strip_suffix('*')
                        .is_some_and(|prefix| path.starts_with(prefix))
            })
    }

    fn misfortune(&self) -> Misfortune {
        let end = match &self.effect {
            Effect::None => End::CarryOut,
            Effect::Drop => End::Drop,
            Effect::Answer(response) => End::Answer(response.clone()),
            Effect::Status(status) => End::Refuse(
                Refusal::new(
                    *status,
                    self.code.as_deref().unwrap_or_else(|| usual_code(*status)),
                    status.canonical_reason().unwrap_or("error"),
                    "This error was asked for: the emulator has a fault on this request.",
                )
                .after(self.retry_after),
            ),
        };
        Misfortune {
            delay: self.delay,
            end,
        }
    }
}

fn usual_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "clerk_key_invalid",
        404 => "resource_not_found",
        422 => "form_param_value_invalid",
        429 => "too_many_requests",
        400..=499 => "bad_request",
        _ => "internal_clerk_error",
    }
}

/// The faults that are waiting for requests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// What happens to this request; `template` is the path of its operation.
    pub(crate) fn strike(
        &mut self,
        method: &Method,
        path: &str,
        template: Option<&str>,
    ) -> Option<Misfortune> {
        self.waiting.retain(|fault| fault.remaining != Some(0));
        let fault = self
            .waiting
            .iter_mut()
            .find(|fault| fault.fits(method, path, template))?;
        fault.remaining = fault.remaining.map(|left| left - 1);
        Some(fault.misfortune())
    }
}
