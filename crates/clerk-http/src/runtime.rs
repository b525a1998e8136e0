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

    /// Whether what one task does may wake another. That is so, unless a runtime ties tasks to requests
    /// and ends a task's timers and connections with its request, as Cloudflare's Workers do: there, a
    /// task that another's work has woken goes on in the other's request. Say `false` then, and nothing here
    /// has one task wait for another; they share values alone.
    fn wakes_across_tasks(&self) -> bool {
        true
    }
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

    fn wakes_across_tasks(&self) -> bool {
        (**self).wakes_across_tasks()
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
