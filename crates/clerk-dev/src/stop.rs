//! Being told to stop.

use std::io;

/// Waits for Ctrl-C, or for what service managers send instead.
///
/// # Errors
///
/// The operating system does not let signals be received.
pub(crate) async fn asked_for() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
