mod options;

use bytes::Bytes;
use http::{Request, Response};

pub use self::options::{CallOptions, WithOptions};
use crate::Error;

/// One call of one of Clerk's APIs, as a value.
///
/// An operation knows its path, query and body, and how to read the answer. Everything that is
/// the same for all calls (base URL, credentials, API version, user agent, retries) is added by
/// the client that sends it. So an operation can be built, inspected, stored and sent later,
/// and tested without a server. The [crate's example](crate) has one.
pub trait Operation {
    /// What a successful answer is read into.
    type Output;

    /// The operation's name in Clerk's API description (`operationId`), for errors and traces.
    const ID: &'static str;

    /// Whether sending the request twice does no more than sending it once (RFC 9110 §9.2.2).
    /// Others are sent again only where they cannot have been carried out: after a 429, or where
    /// there was no connection; see [`Retry`](crate::Retry).
    const IDEMPOTENT: bool;

    /// Which base path the operation's path follows.
    const BASE: BasePath = BasePath::Versioned;

    /// Which credentials the client adds.
    const AUTHORIZATION: Authorization = Authorization::SecretKey;

    /// The request: verb, path from the base path on, query, body, and its content type if any.
    /// [`RequestTarget`](crate::RequestTarget) puts one together.
    ///
    /// A header set here has precedence over the client's. The request is made anew for each
    /// attempt, so it must not depend on anything but the operation's own values.
    ///
    /// # Errors
    ///
    /// An input cannot be put into a request; nothing was sent.
    fn request(&self) -> Result<Request<Bytes>, Error>;

    /// Reads the answer, of whatever status. [`json`](crate::json) and
    /// [`success`](crate::success) tell successes from errors.
    ///
    /// # Errors
    ///
    /// The status is not a success, or the body is not what the operation answers with.
    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error>;

    /// The same operation with its own timeout, or with further headers.
    fn with(self, options: CallOptions) -> WithOptions<Self>
    where
        Self: Sized,
    {
        WithOptions::new(self, options)
    }
}

/// A reference to an operation is the same operation.
impl<O: Operation + ?Sized> Operation for &O {
    type Output = O::Output;

    const ID: &'static str = O::ID;
    const IDEMPOTENT: bool = O::IDEMPOTENT;
    const BASE: BasePath = O::BASE;
    const AUTHORIZATION: Authorization = O::AUTHORIZATION;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        (**self).request()
    }

    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
        (**self).response(response)
    }
}

/// Which base path an operation's path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BasePath {
    /// The base URL and the API's version segment: `https://api.clerk.com/v1`.
    Versioned,
    /// The base URL alone.
    Root,
}

/// Which credentials a client adds to an operation's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authorization {
    /// None: the operation is public.
    Public,
    /// The instance's secret key, as a bearer token.
    SecretKey,
    /// A machine's secret key, as a bearer token.
    MachineSecretKey,
    /// The machine's secret key if the client has one, or else the instance's.
    MachineOrSecretKey,
}
