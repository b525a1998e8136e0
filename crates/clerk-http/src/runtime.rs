use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

/// What an async driver needs of the program's runtime: to wait, and to run something beside.
///
/// `clerk-http-reqwest` implements it for tokio. Implement it to run on anything else.
#[async_trait::async_trait]
pub trait Runtime: fmt::Debug + Send + Sync {
    /// Completes once `duration` has passed.
    async fn sleep(&self, duration: Duration);

    /// Runs `task` to its end beside the caller, who may be dropped in the meantime.
    ///
    /// A runtime that is shutting down may drop the task instead.
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// What a blocking driver needs of the program: to wait, and to run something beside.
///
/// `clerk-http-ureq` implements it with threads.
pub trait BlockingRuntime: fmt::Debug + Send + Sync {
    /// Returns once `duration` has passed.
    fn sleep(&self, duration: Duration);

    /// Runs `task` to its end beside the caller. Where that is not possible the task is dropped.
    fn spawn(&self, task: Box<dyn FnOnce() + Send>);
}

#[async_trait::async_trait]
impl<R: Runtime + ?Sized> Runtime for Arc<R> {
    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        (**self).spawn(task);
    }
}

impl<R: BlockingRuntime + ?Sized> BlockingRuntime for Arc<R> {
    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        (**self).spawn(task);
    }
}
