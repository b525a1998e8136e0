//! Looking a host up when a connection to it is opened, and at no other time.
//!
//! ureq does it before each request, connection or not, and bounds it with a thread. To a busy
//! program that is a question to a name server for every request, and most of what a request costs.

use std::{fmt, io, sync::Arc, time};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{
            ConnectionDetails, Connector, DefaultConnector, NextTimeout,
            time::{Duration, Instant},
        },
    },
};

/// An agent that looks hosts up as late as that.
pub(crate) fn agent(config: Config) -> ureq::Agent {
    looking_up_with(config, DefaultResolver::default())
}

fn looking_up_with(config: Config, resolver: impl Resolver) -> ureq::Agent {
    let connector = LookUpAndConnect {
        resolver,
        connector: DefaultConnector::default(),
    };
    ureq::Agent::with_parts(config, connector, Later)
}

/// Leaves it to [`LookUpAndConnect`].
#[derive(Debug)]
struct Later;

impl Resolver for Later {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// What ureq asks for where it has no open connection.
#[derive(Debug)]
struct LookUpAndConnect<R> {
    resolver: R,
    connector: DefaultConnector,
}

impl<R: Resolver> Connector for LookUpAndConnect<R> {
    type Out = <DefaultConnector as Connector>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let addrs = self
            .resolver
            .resolve(details.uri, details.config, details.timeout)
            .map_err(LookUpFailed::mark)?;
        let now = (details.current_time)();
        let spent = match (details.now, now) {
            (Instant::Exact(start), Instant::Exact(now)) => now.saturating_duration_since(start),
            _ => time::Duration::ZERO,
        };
        let details = ConnectionDetails {
            addrs,
            now,
            timeout: left(details.timeout, spent)?,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
            ..*details
        };
        self.connector.connect(&details, chained)
    }
}

/// A host that could not be looked up. ureq has the same name for this as for a connection that
/// broke, after which a request may have been carried out.
#[derive(Debug)]
pub(crate) struct LookUpFailed(io::Error);

impl LookUpFailed {
    fn mark(error: Error) -> Error {
        match error {
            Error::Io(error) => Error::Other(Box::new(Self(error))),
            error => error,
        }
    }
}

impl fmt::Display for LookUpFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for LookUpFailed {}

/// What is left of a timeout.
fn left(timeout: NextTimeout, spent: time::Duration) -> Result<NextTimeout, Error> {
    let Duration::Exact(after) = timeout.after else {
        return Ok(timeout);
    };
    let after = after.saturating_sub(spent);
    if after.is_zero() {
        // Further on, ureq takes no time for a second.
        return Err(Error::Timeout(timeout.reason));
    }
    let after = Duration::Exact(after);
    Ok(NextTimeout { after, ..timeout })
}

#[cfg(test)]
mod tests;
