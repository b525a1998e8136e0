use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_http::{Operation, Step, TransportError};
use clerk_jwks::ResolveError;
use clerk_jwt::{KeyId, VerifyError, VerifyingKey};
use http::{Request, Response};

use super::Moment;

/// Something only the driver can do.
pub(super) enum Ask {
    Key(Option<KeyId>),
    Send(Box<Request<Bytes>>),
    Wait(Duration),
    /// To let a signature be checked, which is not the driver's to do: it has but to wait.
    Signature,
}

/// What came of it.
pub(super) enum Answer {
    Key(Result<VerifyingKey, ResolveError>),
    Response(Result<Response<Bytes>, TransportError>),
    Waited,
    NobodyWaits,
}

const NOBODY_WAITS: &str = "the key's library answers later, and a blocking authenticator cannot wait for it; \
                            use the async one, or give the keys to another `Provider`";

/// Where the decision and its driver leave things for each other.
///
/// Only one of the two runs at a time, so nobody ever waits for the lock.
pub(super) struct Effects(Mutex<Mailbox>);

struct Mailbox {
    now: Moment,
    asked: Option<Ask>,
    answer: Option<Answer>,
}

impl Effects {
    pub(super) const fn new(now: Moment) -> Self {
        Self(Mutex::new(Mailbox {
            now,
            asked: None,
            answer: None,
        }))
    }

    pub(super) fn now(&self) -> UnixTime {
        self.moment().calendar()
    }

    fn moment(&self) -> Moment {
        self.mailbox().now
    }

    /// Asks for a key, and waits until the driver has handed it in.
    pub(super) async fn key(&self, id: Option<KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.mailbox().asked = Some(Ask::Key(id));
        self.answered(|answer| match answer {
            Answer::Key(key) => Some(key),
            Answer::Response(_) | Answer::Waited | Answer::NobodyWaits => None,
        })
        .await
    }

    /// Has an operation carried out, by the same rules as every other call of the API.
    pub(super) async fn send<O: Operation + Sync>(
        &self,
        operation: &O,
        api: &clerk_http::Settings,
    ) -> Result<O::Output, clerk_http::Error>
    where
        O::Output: Send,
    {
        let (seed, now) = (api.retry().seed(), self.moment().monotonic());
        let mut step = Step::start(operation, api, seed, now);
        loop {
            step = match step {
                Step::Send(request, call) => {
                    let outcome = self.exchange(request).await;
                    call.received(outcome, self.moment().monotonic())
                }
                Step::Wait(duration, call) => {
                    self.wait(duration).await;
                    call.waited(self.moment().monotonic())
                }
                Step::Done(result) => return result,
            }
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.mailbox().asked = Some(Ask::Send(Box::new(request)));
        self.answered(|answer| match answer {
            Answer::Response(outcome) => Some(outcome),
            Answer::Key(_) | Answer::Waited | Answer::NobodyWaits => None,
        })
        .await
    }

    async fn wait(&self, duration: Duration) {
        self.mailbox().asked = Some(Ask::Wait(duration));
        self.answered(|answer| matches!(answer, Answer::Waited).then_some(()))
            .await;
    }

    /// Lets `checking` come to its end, which takes a driver that waits where the key has to be
    /// [awaited](VerifyingKey::is_awaited).
    pub(super) async fn signature<T>(
        &self,
        checking: impl Future<Output = Result<T, VerifyError>>,
    ) -> Result<T, VerifyError> {
        let mut checking = pin!(checking);
        poll_fn(|context| {
            if matches!(self.mailbox().answer.take(), Some(Answer::NobodyWaits)) {
                return Poll::Ready(Err(VerifyError::Unchecked(NOBODY_WAITS)));
            }
            let checked = checking.as_mut().poll(context);
            if checked.is_pending() {
                self.mailbox().asked = Some(Ask::Signature);
            }
            checked
        })
        .await
    }

    async fn answered<T>(&self, of_its_kind: impl Fn(Answer) -> Option<T>) -> T {
        poll_fn(|_| {
            let answer = self.mailbox().answer.take();
            answer
                .and_then(&of_its_kind)
                .map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    pub(super) fn asked(&self) -> Option<Ask> {
        self.mailbox().asked.take()
    }

    pub(super) fn answer(&self, answer: Answer, now: Moment) {
        let mut mailbox = self.mailbox();
        mailbox.answer = Some(answer);
        mailbox.now = now;
    }

    fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
