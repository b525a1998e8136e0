use std::{
    fmt,
    future::Future,
    hash::{BuildHasher, RandomState},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

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

    /// A number that is another one each time, in each process: it spreads the waits of clients that
    /// failed together. It keeps no secret. Asked when a call begins, and never while a client is
    /// built.
    ///
    /// Default: it is made of the keys that std hashes with. Those are at random where the
    /// operating system gives randomness to programs, and everywhere the same on
    /// `wasm32-unknown-unknown`, which has none: a runtime for that takes its host's.
    fn seed(&self) -> u64 {
        seed_of_std()
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

    /// A number that is another one each time; see [`Runtime::seed`].
    fn seed(&self) -> u64 {
        seed_of_std()
    }
}

pub(crate) fn seed_of_std() -> u64 {
    RandomState::new().hash_one(())
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

    fn seed(&self) -> u64 {
        (**self).seed()
    }
}

impl<R: BlockingRuntime + ?Sized> BlockingRuntime for Arc<R> {
    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        (**self).spawn(task);
    }

    fn seed(&self) -> u64 {
        (**self).seed()
    }
}
