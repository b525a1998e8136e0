use std::{error::Error as StdError, fmt, time::Duration};

use clerk_core::WithCauses;
use redis::{Client, ErrorKind, IntoConnectionInfo, RedisError};

/// How long Redis may take, so that one that hangs does not hang those who ask.
///
/// A command that fails before that is sent once more over a new connection, so asking takes at most
/// twice the sum of both.
///
/// ```
/// use std::time::Duration;
/// use clerk_webhooks_redis::Timeouts;
///
/// let timeouts = Timeouts::default().response(Duration::from_millis(200));
/// # let _ = timeouts;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    connect: Duration,
    response: Duration,
}

impl Timeouts {
    /// How long it may take to connect and to log in: two seconds, if nothing else is set. The
    /// blocking store allows that for each address that a name stands for, and does not count
    /// looking the name up; the async one counts all of it.
    #[must_use]
    pub const fn connect(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// How long the answer to a command may take: a second, if nothing else is set.
    #[must_use]
    pub const fn response(mut self, timeout: Duration) -> Self {
        self.response = timeout;
        self
    }

    /// At least a millisecond, since sockets take nought for "no timeout".
    pub(crate) fn to_connect(self) -> Duration {
        self.connect.max(Duration::from_millis(1))
    }

    pub(crate) fn to_respond(self) -> Duration {
        self.response.max(Duration::from_millis(1))
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            response: Duration::from_secs(1),
        }
    }
}

pub(crate) fn client(server: impl IntoConnectionInfo) -> Result<Client, ConnectError> {
    Client::open(server).map_err(ConnectError::new)
}

/// There is no connection to Redis, or what was given is not an address of one.
///
/// It shows nothing of the address: there may be a password in it.
pub struct ConnectError(Option<RedisError>);

impl ConnectError {
    pub(crate) fn new(cause: RedisError) -> Self {
        // The details of an address that cannot be read are parts of it: what is taken for a
        // setting is the rest of a password that has a question mark in it.
        let shows_address =
            cause.kind() == ErrorKind::InvalidClientConfig && cause.detail().is_some();
        Self((!shows_address).then_some(cause))
    }
}

impl ConnectError {
    /// What the Redis client said, unless that shows the address. It is in the text already, and so
    /// no [`source`](StdError::source).
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = "not the address of a Redis server; write \
                       `redis://user:password@host:port/database`, with what is not a letter or a \
                       digit in a password percent-encoded";
        match &self.0 {
            Some(cause) if cause.kind() == ErrorKind::InvalidClientConfig => {
                write!(f, "{address}: {}", WithCauses(cause))
            }
            Some(cause) => write!(f, "there is no connection to Redis: {}", WithCauses(cause)),
            None => f.write_str(address),
        }
    }
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectError({self})")
    }
}

impl StdError for ConnectError {}
