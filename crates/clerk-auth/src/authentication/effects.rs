use std::{
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_http::{Operation, TransportError};
use clerk_jwks::ResolveError;
use clerk_jwt::{KeyId, VerifyingKey};
use http::{Request, Response};

/// Something only the driver can do.
pub(super) enum Ask {
    Key(Option<KeyId>),
    Send(Box<Request<Bytes>>),
}

/// What came of it.
pub(super) enum Answer {
    Key(Result<VerifyingKey, ResolveError>),
    Response(Result<Response<Bytes>, TransportError>),
}

/// Where the decision and its driver leave things for each other.
///
/// Only one of the two runs at a time, so nobody ever waits for the lock.
pub(super) struct Effects(Mutex<Mailbox>);

struct Mailbox {
    now: UnixTime,
    asked: Option<Ask>,
    answer: Option<Answer>,
}

impl Effects {
    pub(super) const fn new(now: UnixTime) -> Self {
        Self(Mutex::new(Mailbox {
            now,
            asked: None,
            answer: None,
        }))
    }

    pub(super) fn now(&self) -> UnixTime {
        self.mailbox().now
    }

    /// Asks for a key, and waits until the driver has handed it in.
    pub(super) async fn key(&self, id: Option<KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.mailbox().asked = Some(Ask::Key(id));
        self.answered(|answer| match answer {
            Answer::Key(key) => Some(key),
            Answer::Response(_) => None,
        })
        .await
    }

    /// Has an operation carried out, once: whoever waits for a page waits for no second attempt.
    pub(super) async fn send<O: Operation + Sync>(
        &self,
        operation: &O,
        api: &clerk_http::Settings,
    ) -> Result<O::Output, clerk_http::Error> {
        let request = api.request(operation)?;
        self.mailbox().asked = Some(Ask::Send(Box::new(request)));
        let outcome = self
            .answered(|answer| match answer {
                Answer::Response(outcome) => Some(outcome),
                Answer::Key(_) => None,
            })
            .await;
        match outcome {
            Ok(response) => operation.response(response),
            Err(source) => Err(clerk_http::Error::Transport {
                operation: O::ID,
                source,
            }),
        }
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

    pub(super) fn answer(&self, answer: Answer, now: UnixTime) {
        let mut mailbox = self.mailbox();
        mailbox.answer = Some(answer);
        mailbox.now = now;
    }

    fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
