use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clerk_core::MonotonicTime;
use clerk_webhooks::{Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant};
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult,
    aio::MultiplexedConnection,
};
use tokio::{sync::OnceCell, time::timeout};

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
    line: Arc<Line>,
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
        let store = Self::from_client(connect::client(server)?, timeouts);
        let opened = store.line.opened(&store.line.current()).await.map(drop);
        opened.map_err(ConnectError::new)?;
        Ok(store)
    }

    /// The claims in the Redis that a client of yours leads to. It is connected to when there is
    /// something to ask.
    pub fn from_client(client: Client, timeouts: Timeouts) -> Self {
        Self {
            line: Arc::new(Line {
                client,
                timeouts,
                current: Mutex::default(),
            }),
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

    async fn ask<T: FromRedisValue>(&self, command: Command) -> Result<T, ClaimError> {
        let mut answer = self.line.ask(&command).await;
        if matches!(&answer, Err(error) if is_sent_again(error)) {
            answer = self.line.ask(&command).await;
        }
        answer.map_err(ClaimError::new)
    }
}

/// The connection that is used now, which is opened when somebody needs it, by one of those who do.
type Connecting = Arc<OnceCell<MultiplexedConnection>>;

/// What clones share.
struct Line {
    client: Client,
    timeouts: Timeouts,
    current: Mutex<Connecting>,
}

impl Line {
    async fn ask<T: FromRedisValue>(&self, command: &Command) -> RedisResult<T> {
        let connecting = self.current();
        let mut connection = self.opened(&connecting).await?;
        let answer = command.cmd.query_async(&mut connection).await;
        if answer.is_err() {
            self.give_up(&connecting);
        }
        answer
    }

    async fn opened(&self, connecting: &Connecting) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(Some(self.timeouts.to_respond()));
        let open = || {
            let client = &self.client;
            client.get_multiplexed_async_connection_with_config(&config)
        };
        // For those, too, who wait until another has failed to open it.
        let opened = timeout(self.timeouts.to_connect(), connecting.get_or_try_init(open));
        let timed_out = |_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut));
        opened.await.map_err(timed_out)?.cloned()
    }

    /// Has the next ones open another connection. Those who are asking over this one keep it until
    /// they are answered.
    fn give_up(&self, connecting: &Connecting) {
        let mut current = self.lock();
        if Arc::ptr_eq(&current, connecting) {
            *current = Connecting::default();
        }
    }

    fn current(&self) -> Connecting {
        Arc::clone(&self.lock())
    }

    /// What it guards is whole even where a thread that held it has panicked.
    fn lock(&self) -> MutexGuard<'_, Connecting> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClaimDelivery for RedisDeliveries {
    fn claim<'a>(
        &'a self,
        key: &'a str,
        by: Claimant,
        lease: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        let command = Command::claim(&self.prefix, key, by, lease);
        Box::pin(async move {
            let held: Option<String> = self.ask(command).await?;
            claimed(held.as_deref())
        })
    }

    fn complete<'a>(
        &'a self,
        key: &'a str,
        keep: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, ()> {
        Box::pin(self.ask(Command::complete(&self.prefix, key, keep)))
    }

    fn release<'a>(&'a self, key: &'a str, by: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(self.ask(Command::release(&self.prefix, key, by)))
    }
}

/// Not the client: its address may name a user.
impl fmt::Debug for RedisDeliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisDeliveries");
        shown.field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
