use std::{fmt, time::Duration};

use bytes::Bytes;
use clerk_core::MonotonicTime;
use http::{Request, Response};

use crate::{
    Attempts, Deadline, Error, FirstDelay, Operation, RequestTimeout, Settings, TransportError,
    metrics::Meter, trace::Trace,
};

/// What a call needs next.
///
/// A call is a state machine that reads no clock and does no IO: whoever drives it sends the
/// request, or waits, and hands in what happened. [`Client::send`](crate::Client::send) and
/// [`blocking::Client::send`](crate::blocking::Client::send) are the two drivers; write another
/// to run calls inside a simulation, or inside a larger machine.
///
/// ```
/// use clerk_core::MonotonicTime;
/// use clerk_http::{BasePath, Error, Operation, Settings, Step, json};
/// use http::{Request, Response};
/// # use bytes::Bytes;
///
/// struct CountUsers;
///
/// impl Operation for CountUsers {
///     type Output = serde_json::Value;
///     const ID: &'static str = "GetUsersCount";
///     const IDEMPOTENT: bool = true;
///
///     fn request(&self) -> Result<Request<Bytes>, Error> {
///         clerk_http::RequestTarget::new(Self::ID, "/users/count").request(http::Method::GET)
///     }
///
///     fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
///         json(Self::ID, response)
///     }
/// }
///
/// let settings = Settings::builder().secret_key("sk_test_abc".parse()?).build()?;
/// let now = MonotonicTime::default();
/// let Step::Send(request, call) = Step::start(CountUsers, &settings, 0, now) else {
///     panic!("the first step of a call that can be built is to send it");
/// };
/// assert_eq!(request.uri(), "https://api.clerk.com/v1/users/count");
///
/// let answer = Response::new(Bytes::from(r#"{"object":"total_count","total_count":3}"#));
/// let Step::Done(count) = call.received(Ok(answer), now) else {
///     panic!("a success ends the call");
/// };
/// assert_eq!(count?["total_count"], 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a call does nothing until its steps are carried out"]
pub enum Step<'s, O: Operation> {
    /// Send this request, then call [`AwaitingResponse::received`].
    Send(Request<Bytes>, AwaitingResponse<'s, O>),
    /// Let this time pass, then call [`AwaitingRetry::waited`].
    Wait(Duration, AwaitingRetry<'s, O>),
    /// The call is over.
    Done(Result<O::Output, Error>),
}

impl<'s, O: Operation> Step<'s, O> {
    /// Begins a call at `now`.
    ///
    /// `seed` decides the random part of the waits; [`Retry::seed`](crate::Retry::seed) draws one.
    pub fn start(operation: O, settings: &'s Settings, seed: u64, now: MonotonicTime) -> Self {
        Call {
            operation,
            settings,
            seed,
            started: now,
            attempt: 1,
            deadline: None,
            attempts: None,
            first_delay: Duration::ZERO,
            meter: Meter::start(O::ID),
            trace: Trace::start(O::ID),
        }
        .send(None)
    }
}

/// A call whose request was handed out.
#[must_use = "the call goes on once the response is handed in"]
pub struct AwaitingResponse<'s, O>(Call<'s, O>);

impl<'s, O: Operation> AwaitingResponse<'s, O> {
    /// Hands in how the exchange ended, at `now`.
    pub fn received(
        self,
        outcome: Result<Response<Bytes>, TransportError>,
        now: MonotonicTime,
    ) -> Step<'s, O> {
        let call = self.0;
        call.trace.received(&outcome);
        match call.wait(&outcome, now) {
            Some(wait) => {
                call.trace.waits(wait);
                Step::Wait(wait, AwaitingRetry { call, outcome })
            }
            None => Step::Done(call.finish(outcome, now)),
        }
    }

    pub(crate) const fn trace(&self) -> &Trace {
        &self.0.trace
    }
}

/// A call that waits before it sends its request again.
#[must_use = "the call goes on once the wait is over"]
pub struct AwaitingRetry<'s, O> {
    call: Call<'s, O>,
    outcome: Result<Response<Bytes>, TransportError>,
}

impl<'s, O: Operation> AwaitingRetry<'s, O> {
    /// Says that the wait is over, at `now`.
    pub fn waited(self, now: MonotonicTime) -> Step<'s, O> {
        let Self { mut call, outcome } = self;
        let left = call.left(now);
        if left.is_zero() {
            return Step::Done(call.finish(outcome, now));
        }
        call.meter.sends_again(&outcome);
        call.attempt = call.attempt.saturating_add(1);
        call.send(Some(left))
    }
}

struct Call<'s, O> {
    operation: O,
    settings: &'s Settings,
    seed: u64,
    started: MonotonicTime,
    attempt: u32,
    /// What the operation says of itself, known once its request was made.
    deadline: Option<Deadline>,
    attempts: Option<Attempts>,
    first_delay: Duration,
    meter: Meter,
    trace: Trace,
}

impl<'s, O: Operation> Call<'s, O> {
    /// `left` bounds the attempts after the first one, which only a deadline does.
    fn send(mut self, left: Option<Duration>) -> Step<'s, O> {
        match self.settings.request(&self.operation) {
            Ok(mut request) => {
                self.trace.sends(self.attempt);
                self.deadline = request.extensions().get().copied();
                self.attempts = request.extensions().get().copied();
                let first_delay = request.extensions().get::<FirstDelay>();
                self.first_delay = first_delay.map_or(Duration::ZERO, |FirstDelay(delay)| *delay);
                if let Some(limit) = left.or(self.deadline.map(|Deadline(whole)| whole)) {
                    shorten(&mut request, limit);
                }
                Step::Send(request, AwaitingResponse(self))
            }
            Err(error) => {
                self.meter.cannot_be_sent();
                Step::Done(Err(error))
            }
        }
    }

    fn wait(
        &self,
        outcome: &Result<Response<Bytes>, TransportError>,
        now: MonotonicTime,
    ) -> Option<Duration> {
        if self
            .attempts
            .is_some_and(|Attempts(most)| self.attempt >= most)
        {
            return None;
        }
        let (retry, left) = (self.settings.retry(), self.left(now));
        let (attempt, pace) = (self.attempt, (self.first_delay, self.seed));
        retry.wait(O::IDEMPOTENT, attempt, outcome, left, pace)
    }

    /// What is left at `now` for further attempts and the waits before them.
    fn left(&self, now: MonotonicTime) -> Duration {
        let budget = self.settings.retry().whole_budget();
        let whole = self
            .deadline
            .map_or(budget, |Deadline(whole)| whole.min(budget));
        whole.saturating_sub(now.saturating_duration_since(self.started))
    }

    fn finish(
        self,
        outcome: Result<Response<Bytes>, TransportError>,
        now: MonotonicTime,
    ) -> Result<O::Output, Error> {
        let result = match outcome {
            Ok(response) => self.operation.response(response),
            Err(cause) => Err(Error::Transport {
                operation: O::ID,
                cause,
            }),
        };
        self.meter.ends(&result, self.started, now);
        result
    }
}

fn shorten(request: &mut Request<Bytes>, limit: Duration) {
    let timeout = request
        .extensions()
        .get::<RequestTimeout>()
        .copied()
        .unwrap_or_default();
    request
        .extensions_mut()
        .insert(RequestTimeout(timeout.0.min(limit)));
}

// Written by hand: a request's path and an operation's inputs and output belong to the caller.
impl<O: Operation> fmt::Debug for Step<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(_, call) => f.debug_tuple("Send").field(call).finish(),
            Self::Wait(duration, call) => {
                f.debug_tuple("Wait").field(duration).field(call).finish()
            }
            Self::Done(Ok(_)) => f.debug_tuple("Done").field(&O::ID).finish(),
            Self::Done(Err(error)) => f.debug_tuple("Done").field(error).finish(),
        }
    }
}

impl<O: Operation> fmt::Debug for AwaitingResponse<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<O: Operation> fmt::Debug for AwaitingRetry<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &O::ID)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
