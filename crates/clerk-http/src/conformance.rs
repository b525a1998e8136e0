//! Whether a transport keeps the [contract](crate::Transport#contract). For people who write one.
//!
//! The suite starts a server on a loopback port for each rule, lets it answer from a script (well,
//! badly, slowly or not at all), and looks at what the transport made of it. It takes about a
//! second and needs no network.
//!
//! ```no_run
//! use clerk_http::{BlockingTransport, conformance};
//! # #[derive(Debug)] struct MyTransport;
//! # impl MyTransport { fn new() -> Self { Self } }
//! # impl BlockingTransport for MyTransport {
//! #     fn send(&self, _: http::Request<bytes::Bytes>) -> Result<http::Response<bytes::Bytes>, clerk_http::TransportError> { unreachable!() }
//! # }
//!
//! # fn test() -> Result<(), conformance::Violations> {
//! conformance::check_blocking(MyTransport::new)
//! # }
//! ```

mod rules;
mod script;
mod server;
mod verdict;

use std::{error::Error as StdError, fmt, io};

use bytes::Bytes;
use http::{Request, Response};

use crate::{BlockingTransport, Transport, TransportError, TransportErrorKind};
use rules::Rule;
use script::PLANTED;
use server::Server;

type Outcome = Result<Response<Bytes>, TransportError>;

/// Runs every rule against transports that `make` makes, one for each rule.
///
/// # Errors
///
/// Lists the rules that were not kept.
pub async fn check<T: Transport>(make: impl Fn() -> T) -> Result<(), Violations> {
    let mut violations = Violations::default();
    for rule in rules::all() {
        match Trial::begin(&rule) {
            Ok(mut trial) => {
                let transport = make();
                for request in trial.requests() {
                    trial.outcomes.push(transport.send(request).await);
                }
                violations.judge(&trial);
            }
            Err(error) => violations.no_server(&rule, &error),
        }
    }
    violations.into_result()
}

/// Runs every rule against transports that `make` makes, one for each rule.
///
/// # Errors
///
/// Lists the rules that were not kept.
pub fn check_blocking<T: BlockingTransport>(make: impl Fn() -> T) -> Result<(), Violations> {
    let mut violations = Violations::default();
    for rule in rules::all() {
        match Trial::begin(&rule) {
            Ok(mut trial) => {
                let transport = make();
                for request in trial.requests() {
                    trial.outcomes.push(transport.send(request));
                }
                violations.judge(&trial);
            }
            Err(error) => violations.no_server(&rule, &error),
        }
    }
    violations.into_result()
}

/// One rule on trial: its server, and what has happened so far.
struct Trial<'r> {
    rule: &'r Rule,
    server: Server,
    outcomes: Vec<Outcome>,
}

impl<'r> Trial<'r> {
    fn begin(rule: &'r Rule) -> io::Result<Self> {
        Ok(Self {
            rule,
            server: Server::start(rule.answers.clone())?,
            outcomes: Vec::new(),
        })
    }

    fn requests(&self) -> Vec<Request<Bytes>> {
        (self.rule.requests)(&self.server.authority())
    }
}

/// The rules a transport did not keep.
///
/// `Debug` reads like `Display`, so that a test which returns it says what is wrong.
#[derive(Default)]
pub struct Violations(Vec<String>);

impl Violations {
    fn judge(&mut self, trial: &Trial<'_>) {
        let received = trial.server.received();
        if let Err(problem) = (trial.rule.judge)(&trial.outcomes, &received) {
            self.0.push(format!("{}: {problem}", trial.rule.name));
        }
        for error in trial
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
        {
            if let Some(problem) = says_too_much(error) {
                self.0.push(format!("{}: {problem}", trial.rule.name));
            }
        }
    }

    fn no_server(&mut self, rule: &Rule, error: &io::Error) {
        self.0.push(format!(
            "{}: no server could be started: {error}",
            rule.name
        ));
    }

    fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// What in an error's texts could put a path, a query, a header or a body into a log.
fn says_too_much(error: &TransportError) -> Option<String> {
    let mut texts = format!("{error} {error:?}");
    let mut cause: Option<&dyn StdError> = error.cause().map(|cause| cause as _);
    while let Some(error) = cause {
        texts.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    if texts.contains(PLANTED) {
        return Some(format!(
            "the error repeats the request or the response: {texts}"
        ));
    }
    let names_host = error.host() == server::HOST || error.kind() == TransportErrorKind::Request;
    (!names_host).then(|| format!("the error is about {:?}, not the host", error.host()))
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the transport breaks its contract:")?;
        for violation in &self.0 {
            write!(f, "\n- {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Violations {}
