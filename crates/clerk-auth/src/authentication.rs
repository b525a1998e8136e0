//! The decision who a request comes from, as a state machine without IO.

mod browser;
mod cookie_path;
mod decision;
mod directives;
mod effects;
mod evidence;
mod flow;
mod foreign_page;
mod handshake;
mod header_path;
mod incoming;
mod leaving;
mod moment;
mod operations;
mod referrer;
mod refresh;
mod session;
mod token;

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use clerk_http::TransportError;
use clerk_jwks::ResolveError;
use clerk_jwt::{KeyId, VerifyingKey};
use http::{Request, Response};

use self::{
    effects::{Answer, Ask, Effects},
    flow::Flow,
};
pub use self::{
    evidence::{BrowserEvidence, Evidence, HandshakeEvidence, TokenEvidence},
    incoming::{NoRedirect, Place},
    moment::Moment,
};
pub(crate) use self::{incoming::header_token, operations::bounded};
use crate::{Error, RequestHead, RequestState, Settings, events};

/// What finding out about a request needs next.
///
/// It reads no clock and does no IO: whoever drives it finds the key, sends the request or waits,
/// and hands in what came of it. [`Authenticator`](crate::Authenticator) and
/// [`blocking::Authenticator`](crate::blocking::Authenticator) are the two drivers.
///
/// ```
/// use clerk_auth::{Moment, RequestHead, RequestState, Settings, Step};
/// use clerk_core::SystemClock;
///
/// let settings = Settings::builder()
///     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?)
///     .build()?;
/// let api = clerk_http::Settings::builder().secret_key("sk_live_abc".parse()?).build()?;
///
/// let head = RequestHead::new("GET", "https://example.com/");
/// let now = Moment::of(&SystemClock::new());
/// let Step::Done(state) = Step::start(&head, &settings, &api, now) else {
///     panic!("a request without cookies asks for nothing");
/// };
/// let state = state?;
/// assert_eq!(state.status(), "signed-out");
/// assert_eq!(state.reason().unwrap().to_string(), "session-token-and-uat-missing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is decided until the steps are carried out"]
pub enum Step<'r> {
    /// Find the key of this id, then call [`AwaitingKey::resolved`].
    Resolve(Option<KeyId>, AwaitingKey<'r>),
    /// Send this request, then call [`AwaitingResponse::received`].
    Send(Request<Bytes>, AwaitingResponse<'r>),
    /// Let this time pass, then call [`AwaitingRetry::waited`].
    Wait(Duration, AwaitingRetry<'r>),
    /// Wait until a signature is checked: [`AwaitingSignature::verified`]. It is asked for where the
    /// key has to be [awaited](VerifyingKey::is_awaited); who cannot wait says so by
    /// [`AwaitingSignature::unverified`].
    Verify(AwaitingSignature<'r>),
    /// It is decided, or cannot be.
    Done(Result<RequestState, Error>),
}

impl<'r> Step<'r> {
    /// Begins to find out who `head` comes from, at `now`.
    ///
    /// `api` is what the Backend API is called with, for instance
    /// [`Client::settings`](clerk_http::Client::settings).
    pub fn start(
        head: &'r RequestHead<'r>,
        settings: &'r Settings,
        api: &'r clerk_http::Settings,
        now: Moment,
    ) -> Self {
        let effects = Arc::new(Effects::new(now));
        let flow = Flow::new(head, settings, api, Arc::clone(&effects));
        let decision = Box::pin(flow.decide());
        let authentication = Authentication {
            decision,
            effects,
            settings,
        };
        authentication.advance(&mut Context::from_waker(Waker::noop()))
    }
}

/// The decision under way.
///
/// It is written as one async function, read from top to bottom; the compiler makes the states.
/// It never waits for anything but an [`Ask`], so no executor is needed: it is polled once for
/// each answer. Only while a signature is checked beside does it matter who is woken.
struct Authentication<'r> {
    decision: Pin<Box<dyn Future<Output = Result<RequestState, Error>> + Send + 'r>>,
    effects: Arc<Effects>,
    settings: &'r Settings,
}

impl<'r> Authentication<'r> {
    fn advance(mut self, context: &mut Context<'_>) -> Step<'r> {
        if let Poll::Ready(decided) = self.decision.as_mut().poll(context) {
            events::decided(&decided, self.settings);
            return Step::Done(decided);
        }
        match self.effects.asked() {
            Some(Ask::Key(id)) => Step::Resolve(id, AwaitingKey(self)),
            Some(Ask::Send(request)) => Step::Send(*request, AwaitingResponse(self)),
            Some(Ask::Wait(duration)) => Step::Wait(duration, AwaitingRetry(self)),
            Some(Ask::Signature) => Step::Verify(AwaitingSignature(self)),
            None => Step::Done(Err(Error::Driver)),
        }
    }

    fn resume(self, answer: Answer, now: Moment) -> Step<'r> {
        self.effects.answer(answer, now);
        self.advance(&mut Context::from_waker(Waker::noop()))
    }
}

/// An authentication that waits for a key.
#[must_use = "the authentication goes on once the key is handed in"]
pub struct AwaitingKey<'r>(Authentication<'r>);

impl<'r> AwaitingKey<'r> {
    /// Hands in the key, or why there is none, at `now`.
    pub fn resolved(self, key: Result<VerifyingKey, ResolveError>, now: Moment) -> Step<'r> {
        self.0.resume(Answer::Key(key), now)
    }
}

/// An authentication whose request was handed out.
#[must_use = "the authentication goes on once the response is handed in"]
pub struct AwaitingResponse<'r>(Authentication<'r>);

impl<'r> AwaitingResponse<'r> {
    /// Hands in how the exchange ended, at `now`.
    pub fn received(
        self,
        outcome: Result<Response<Bytes>, TransportError>,
        now: Moment,
    ) -> Step<'r> {
        self.0.resume(Answer::Response(outcome), now)
    }
}

/// An authentication that waits before it sends a request again.
#[must_use = "the authentication goes on once the wait is over"]
pub struct AwaitingRetry<'r>(Authentication<'r>);

impl<'r> AwaitingRetry<'r> {
    /// Says that the wait is over, at `now`.
    pub fn waited(self, now: Moment) -> Step<'r> {
        self.0.resume(Answer::Waited, now)
    }
}

/// An authentication whose token's signature is being checked, by a library that answers later.
#[must_use = "the authentication goes on once the signature is checked"]
pub struct AwaitingSignature<'r>(Authentication<'r>);

impl<'r> AwaitingSignature<'r> {
    /// Waits until it is checked.
    pub async fn verified(self) -> Step<'r> {
        let mut waiting = Some(self.0);
        poll_fn(|context| {
            let Some(authentication) = waiting.take() else {
                return Poll::Pending;
            };
            match authentication.advance(context) {
                Step::Verify(Self(still)) => {
                    waiting = Some(still);
                    Poll::Pending
                }
                step => Poll::Ready(step),
            }
        })
        .await
    }

    /// Says that nobody can wait for it, at `now`. Nothing is believed of the token then, and nobody
    /// counts as signed out: it is [`Error::Signature`].
    pub fn unverified(self, now: Moment) -> Step<'r> {
        self.0.resume(Answer::NobodyWaits, now)
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(id, _) => f.debug_tuple("Resolve").field(id).finish(),
            Self::Send(request, _) => {
                let path = request.uri().path();
                f.debug_tuple("Send")
                    .field(request.method())
                    .field(&path)
                    .finish()
            }
            Self::Wait(duration, _) => f.debug_tuple("Wait").field(duration).finish(),
            Self::Verify(_) => f.write_str("Verify"),
            Self::Done(decided) => f.debug_tuple("Done").field(decided).finish(),
        }
    }
}

impl fmt::Debug for AwaitingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingKey")
    }
}

impl fmt::Debug for AwaitingResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingResponse")
    }
}

impl fmt::Debug for AwaitingRetry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingRetry")
    }
}

impl fmt::Debug for AwaitingSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingSignature")
    }
}
