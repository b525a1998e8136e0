use std::{
    fmt,
    sync::{Condvar, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, futures::Notified};

/// Rings when something may have happened: for the task that sends webhooks, and for tasks and threads that wait for
/// something.
#[derive(Default)]
pub(crate) struct Bell {
    sender: Notify,
    waiting: Notify,
    threads: Condvar,
}

impl Bell {
    /// If the sender does not listen now, it hears it when it does.
    pub(crate) fn ring(&self) {
        self.sender.notify_one();
        self.waiting.notify_waiters();
        self.threads.notify_all();
    }

    /// What the one task that sends waits for.
    pub(crate) async fn heard(&self) {
        self.sender.notified().await;
    }

    /// What happens from when it is enabled on.
    pub(crate) fn change(&self) -> Notified<'_> {
        self.waiting.notified()
    }

    /// Blocks while `is_busy`, but no longer than `within`; says whether it ended.
    pub(crate) fn wait_while<T>(
        &self,
        state: MutexGuard<'_, T>,
        within: Duration,
        is_busy: impl FnMut(&mut T) -> bool,
    ) -> bool {
        let outcome = self.threads.wait_timeout_while(state, within, is_busy);
        let (state, outcome) = outcome.unwrap_or_else(PoisonError::into_inner);
        drop(state);
        !outcome.timed_out()
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bell").finish_non_exhaustive()
    }
}
