use std::fmt;

use clerk_auth::InvalidSettings as InvalidAuthentication;
use clerk_core::{InvalidPublishableKey, InvalidSecretKey, WithCauses};
use clerk_http::{InvalidMachineSecretKey, InvalidSettings};
use clerk_jwt::{InvalidKey, InvalidMachineId};

/// Why settings make no client.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The secret key is not one.
    #[error(transparent)]
    SecretKey(#[from] InvalidSecretKey),
    /// The machine's secret key is not one.
    #[error(transparent)]
    MachineSecretKey(#[from] InvalidMachineSecretKey),
    /// The publishable key is not one.
    #[error(transparent)]
    PublishableKey(#[from] InvalidPublishableKey),
    /// The PEM key is not one.
    #[error("the JWT key cannot be used: {0}")]
    JwtKey(InvalidKey),
    /// One key is a development instance's, the other a production instance's.
    #[error(
        "the secret key and the publishable key belong to different instances: one is for \
         development, the other for production; copy both from the same instance"
    )]
    Mismatch,
    /// There is neither a key nor a way to fetch one.
    #[error(
        "there is nothing to verify tokens with, and no key to call Clerk with; set \
         CLERK_PUBLISHABLE_KEY or CLERK_JWT_KEY to verify tokens, CLERK_MACHINE_SECRET_KEY for what \
         a machine does, or CLERK_SECRET_KEY to call the Backend API"
    )]
    NoKeys,
    /// Nothing verifies signatures.
    #[error(
        "there is nothing to verify signatures with; turn on the feature `ring`, or give the builder a \
         `provider`, such as `clerk::edge::WebCrypto` in a JavaScript engine"
    )]
    NoProvider,
    /// Nothing carries requests.
    #[error(
        "there is nothing to carry requests; turn on the feature `async`, or give the builder a \
         `transport`, such as `clerk::edge::FetchTransport` in a JavaScript engine"
    )]
    NoTransport,
    /// A variable cannot be used, and no setting took its place.
    #[error(transparent)]
    Variable(#[from] InvalidVariable),
    /// The API's URL, or another setting of the client, cannot be used.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// A setting for authenticating requests is missing or cannot be used.
    #[error(transparent)]
    Authentication(#[from] InvalidAuthentication),
    /// The HTTP library could not be set up.
    #[error("the HTTP library could not be set up: {}", WithCauses(&**.0))]
    Transport(Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildError({self})")
    }
}

impl From<InvalidKey> for BuildError {
    fn from(problem: InvalidKey) -> Self {
        Self::JwtKey(problem)
    }
}

impl From<InvalidMachineId> for BuildError {
    fn from(InvalidMachineId: InvalidMachineId) -> Self {
        Self::Authentication(InvalidAuthentication::MachineId)
    }
}

/// A [`MachineSecretKey`](clerk_http::MachineSecretKey) is one already.
impl From<std::convert::Infallible> for BuildError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// A variable that cannot be used: which, why, and what to write. It never shows what was written,
/// which may be a secret in the wrong place.
#[derive(Debug)]
pub struct InvalidVariable {
    name: &'static str,
    fault: Fault,
}

/// What is wrong with a variable.
#[derive(Debug)]
pub(super) enum Fault {
    Text(&'static str),
    /// Of a list.
    Entry {
        /// Counted from 1.
        number: usize,
        problem: &'static str,
    },
    /// The setting would not be taken from anywhere else either.
    Setting(Box<BuildError>),
}

impl InvalidVariable {
    pub(super) const fn new(name: &'static str, fault: Fault) -> Self {
        Self { name, fault }
    }

    /// The variable: `CLERK_…`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What is wrong with the setting, where it would be just as wrong if it came from elsewhere.
    pub fn setting(&self) -> Option<&BuildError> {
        match &self.fault {
            Fault::Setting(error) => Some(error),
            Fault::Text(_) | Fault::Entry { .. } => None,
        }
    }
}

impl fmt::Display for InvalidVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match &self.fault {
            Fault::Text(problem) => write!(f, "{name} cannot be used: {problem}"),
            Fault::Entry { number, problem } => {
                write!(f, "{name} cannot be used: entry {number} {problem}")
            }
            Fault::Setting(error) => write!(f, "{name}: {error}"),
        }
    }
}

/// The text says all of it, so there is nothing more in the chain.
impl std::error::Error for InvalidVariable {}
