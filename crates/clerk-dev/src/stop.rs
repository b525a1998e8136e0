//! Being told to stop: Ctrl-C, what service managers send instead, or the end of standard input.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Hears when the program is to stop, from when it is made on.
#[derive(Debug)]
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl Stop {
    /// Starts listening. Without this a signal ends the program at once.
    ///
    /// # Errors
    ///
    /// The operating system does not let signals be received.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            ],
        })
    }

    /// Waits until the program is told to stop.
    #[cfg(unix)]
    pub(crate) async fn asked_for(self) -> io::Result<()> {
        let [mut interrupt, mut terminate] = self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    }

    /// Waits until the program is told to stop.
    #[cfg(not(unix))]
    pub(crate) async fn asked_for(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

/// Is dropped when standard input has ended: with the program that holds the other end of a pipe, however that ends.
///
/// # Errors
///
/// The operating system gives no thread, which a read that nobody can interrupt needs.
pub(crate) fn stdin_ends() -> io::Result<oneshot::Receiver<()>> {
    let (open, end) = oneshot::channel();
    std::thread::Builder::new()
        .name("clerk-dev stdin".into())
        .spawn(move || {
            drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
            drop(open);
        })?;
    Ok(end)
}
