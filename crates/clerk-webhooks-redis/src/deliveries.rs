use std::{fmt, sync::Arc, time::Duration};

use clerk_core::MonotonicTime;
use clerk_webhooks::{Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant};
#[cfg(any(target_os = "android", target_os = "linux"))]
use redis::ConnectionInfo;
use redis::{
    FromRedisValue, IntoConnectionInfo,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::{
    ConnectError, PREFIX, Timeouts,
    commands::{Command, claimed, is_sent_again},
    connect,
};

/// The claims in a Redis, over one connection that all share. Cheap to clone.
///
/// It is made and used inside a tokio runtime with IO and time enabled.
#[derive(Clone)]
pub struct RedisDeliveries {
    connection: ConnectionManager,
    prefix: Arc<str>,
}

impl RedisDeliveries {
    /// Connects to `server`, which is most often a URL such as `redis://user:password@host:6379/0`.
    ///
    /// # Errors
    ///
    /// It is no address of a Redis server, the server cannot be reached, or does not let us in.
    pub async fn connect(server: impl IntoConnectionInfo) -> Result<Self, ConnectError> {
        Self::connect_with(server, Timeouts::default()).await
    }

    /// The same, with other timeouts.
    ///
    /// # Errors
    ///
    /// See [`RedisDeliveries::connect`].
    pub async fn connect_with(
        server: impl IntoConnectionInfo,
        timeouts: Timeouts,
    ) -> Result<Self, ConnectError> {
        let server = server.into_connection_info().map_err(ConnectError::new)?;
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let server = noticing_silence(server, timeouts);
        let client = connect::client(server)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeouts.to_connect()))
            .set_response_timeout(Some(timeouts.to_respond()))
            // Whoever sends a delivery tries again; those who wait for an answer do not.
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_with_config(client, config).await;
        Ok(Self::from_connection(
            connection.map_err(ConnectError::new)?,
        ))
    }

    /// The claims behind a connection that you have. Its timeouts and its reconnecting are as you
    /// have set them.
    pub fn from_connection(connection: ConnectionManager) -> Self {
        Self {
            connection,
            prefix: PREFIX.into(),
        }
    }

    /// Has keys begin with `prefix` instead of `clerk:webhook:`. Those with the same prefix in the
    /// same Redis share their claims.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    async fn ask<T: FromRedisValue>(&self, command: Command) -> Result<T, ClaimError> {
        let mut connection = self.connection.clone();
        let mut answer = command.cmd.query_async(&mut connection).await;
        if matches!(&answer, Err(error) if is_sent_again(error)) {
            answer = command.cmd.query_async(&mut connection).await;
        }
        answer.map_err(ClaimError::new)
    }
}

/// A server that has vanished without a word leaves a connection on which every command waits in
/// vain. These systems can be told to give such a one up.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn noticing_silence(server: ConnectionInfo, timeouts: Timeouts) -> ConnectionInfo {
    let settings = server.tcp_settings().clone();
    let timeout = settings.user_timeout().unwrap_or(timeouts.to_connect());
    server.set_tcp_settings(settings.set_user_timeout(timeout))
}

impl ClaimDelivery for RedisDeliveries {
    fn claim<'a>(
        &'a self,
        id: &'a str,
        by: Claimant,
        lease: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        let command = Command::claim(&self.prefix, id, by, lease);
        Box::pin(async move {
            let held: Option<String> = self.ask(command).await?;
            claimed(held.as_deref())
        })
    }

    fn complete<'a>(
        &'a self,
        id: &'a str,
        keep: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(self.ask(Command::complete(&self.prefix, id, keep)))
    }

    fn release<'a>(&'a self, id: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(self.ask(Command::release(&self.prefix, id, by)))
    }
}

/// Not the connection: its address may name a user.
impl fmt::Debug for RedisDeliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisDeliveries");
        shown.field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[cfg(all(test, any(target_os = "android", target_os = "linux")))]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_falls_silent_is_given_up_unless_the_program_says_when() {
        let timeouts = Timeouts::default().connect(Duration::from_secs(7));
        let noticed = |server: &ConnectionInfo| {
            let server = noticing_silence(server.clone(), timeouts);
            server.tcp_settings().user_timeout()
        };
        let server = "redis://127.0.0.1/".into_connection_info().unwrap();
        assert_eq!(noticed(&server), Some(Duration::from_secs(7)));
        let settings = server.tcp_settings().clone();
        let own = settings.set_user_timeout(Duration::from_secs(30));
        let server = server.set_tcp_settings(own);
        assert_eq!(noticed(&server), Some(Duration::from_secs(30)));
    }
}
