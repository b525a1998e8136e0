//! The same for services without an async runtime.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clerk_core::MonotonicTime;
use clerk_webhooks::{BlockingClaimDelivery, Claim, ClaimError, Claimant};
use redis::{Client, Connection, FromRedisValue, IntoConnectionInfo, RedisResult};

use crate::{
    ConnectError, PREFIX, Timeouts,
    commands::{Command, claimed, is_sent_again},
    connect,
};

/// How many connections are kept open while nobody uses them.
const KEPT: usize = 8;

/// The claims in a Redis. A thread that asks takes a connection that is free, or opens another, so
/// none waits for what another asked; up to eight stay open.
///
/// ```no_run
/// use clerk_webhooks::blocking::Receiver;
/// use clerk_webhooks_redis::blocking::RedisDeliveries;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let deliveries = RedisDeliveries::connect("redis://127.0.0.1/")?;
/// let receiver = Receiver::from_env()?.deliveries(deliveries);
/// # drop(receiver);
/// # Ok(())
/// # }
/// ```
pub struct RedisDeliveries {
    client: Client,
    timeouts: Timeouts,
    free: Mutex<Vec<Connection>>,
    prefix: Box<str>,
}

impl RedisDeliveries {
    /// Connects to `server`, which is most often a URL such as `redis://user:password@host:6379/0`.
    ///
    /// # Errors
    ///
    /// It is no address of a Redis server, the server cannot be reached, or does not let us in.
    pub fn connect(server: impl IntoConnectionInfo) -> Result<Self, ConnectError> {
        Self::connect_with(server, Timeouts::default())
    }

    /// The same, with other timeouts.
    ///
    /// # Errors
    ///
    /// See [`RedisDeliveries::connect`].
    pub fn connect_with(
        server: impl IntoConnectionInfo,
        timeouts: Timeouts,
    ) -> Result<Self, ConnectError> {
        let store = Self::from_client(connect::client(server)?, timeouts);
        store.keep(store.open().map_err(ConnectError::new)?);
        Ok(store)
    }

    /// The claims in the Redis that a client of yours leads to. It is connected to when there is
    /// something to ask.
    pub fn from_client(client: Client, timeouts: Timeouts) -> Self {
        Self {
            client,
            timeouts,
            free: Mutex::default(),
            prefix: PREFIX.into(),
        }
    }

    /// Has keys begin with `prefix` instead of `clerk:webhook:`. Replicas of an endpoint need the same
    /// prefix, and endpoints none of their own.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn ask<T: FromRedisValue>(&self, command: &Command) -> Result<T, ClaimError> {
        let free = self.free().pop();
        let mut answer = self.ask_over(free, command);
        if matches!(&answer, Err(error) if is_sent_again(error)) {
            answer = self.ask_over(None, command);
        }
        answer.map_err(ClaimError::new)
    }

    fn ask_over<T: FromRedisValue>(
        &self,
        connection: Option<Connection>,
        command: &Command,
    ) -> RedisResult<T> {
        let mut connection = connection.map_or_else(|| self.open(), Ok)?;
        let answer = command.cmd.query(&mut connection);
        match &answer {
            Ok(_) => self.keep(connection),
            // The others lead to where this one leads.
            Err(_) => self.free().clear(),
        }
        answer
    }

    fn open(&self) -> RedisResult<Connection> {
        let timeout = self.timeouts.to_connect();
        let connection = self.client.get_connection_with_timeout(timeout)?;
        let timeout = Some(self.timeouts.to_respond());
        connection.set_read_timeout(timeout)?;
        connection.set_write_timeout(timeout)?;
        Ok(connection)
    }

    fn keep(&self, connection: Connection) {
        let mut free = self.free();
        if free.len() < KEPT {
            free.push(connection);
        }
    }

    /// Connections are whole even where a thread that held the lock has panicked.
    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BlockingClaimDelivery for RedisDeliveries {
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
        _: MonotonicTime,
    ) -> Result<Claim, ClaimError> {
        let held: Option<String> = self.ask(&Command::claim(&self.prefix, key, by, lease))?;
        claimed(held.as_deref())
    }

    fn complete(&self, key: &str, keep: Duration, _: MonotonicTime) -> Result<(), ClaimError> {
        self.ask(&Command::complete(&self.prefix, key, keep))
    }

    fn release(&self, key: &str, by: Claimant) -> Result<(), ClaimError> {
        self.ask(&Command::release(&self.prefix, key, by))
    }
}

/// Not the client: its address may name a user.
impl fmt::Debug for RedisDeliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisDeliveries");
        shown.field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
