use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

/// A stream of what `next` brings, until it brings nothing. (`futures-util` has the same, among
/// much that nobody here needs.)
pub(crate) fn unfold<'a, S, T, F>(
    state: S,
    next: impl Fn(S) -> F + Send + 'a,
) -> impl Stream<Item = T> + Send + Unpin + 'a
where
    S: 'a,
    T: 'a,
    F: Future<Output = (S, Option<T>)> + Send + 'a,
{
    let next = move |state| -> Step<'a, S, T> { Box::pin(next(state)) };
    Unfold {
        step: Some(next(state)),
        next: Box::new(next),
    }
}

struct Unfold<'a, S, T> {
    /// The one under way; none once the stream is over.
    step: Option<Step<'a, S, T>>,
    next: Box<dyn Fn(S) -> Step<'a, S, T> + Send + 'a>,
}

type Step<'a, S, T> = Pin<Box<dyn Future<Output = (S, Option<T>)> + Send + 'a>>;

impl<S, T> Stream for Unfold<'_, S, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(step) = &mut self.step else {
            return Poll::Ready(None);
        };
        let Poll::Ready((state, item)) = step.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.step = item.is_some().then(|| (self.next)(state));
        Poll::Ready(item)
    }
}
