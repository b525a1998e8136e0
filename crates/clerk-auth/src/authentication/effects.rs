use std::{
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_http::{Operation, Step, TransportError};
use clerk_jwks::ResolveError;
use clerk_jwt::{KeyId, VerifyingKey};
use http::{Request, Response};

use super::Moment;

/// Something only the driver can do.
pub(super) enum Ask {
    Key(Option<KeyId>),
    Send(Box<Request<Bytes>>),
    Wait(Duration),
}

/// What came of it.
pub(super) enum Answer {
    Key(Result<VerifyingKey, ResolveError>),
    Response(Result<Response<Bytes>, TransportError>),
    Waited,
}

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
            Answer::Response(_) | Answer::Waited => None,
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
            Answer::Key(_) | Answer::Waited => None,
        })
        .await
    }

    async fn wait(&self, duration: Duration) {
        self.mailbox().asked = Some(Ask::Wait(duration));
        self.answered(|answer| matches!(answer, Answer::Waited).then_some(()))
            .await;
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
