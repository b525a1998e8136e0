use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header::AUTHORIZATION};

use super::{Authorization, BasePath, Operation};
use crate::{
    Error, MachineSecretKey, RequestTimeout,
    headers::{API_VERSION_HEADER, bearer},
};

/// What is different for one call: its timeout and its headers.
///
/// ```
/// use clerk_http::{CallOptions, Operation as _};
/// use std::time::Duration;
/// # use clerk_http::{Error, Operation, RequestTarget};
/// # use {bytes::Bytes, http::{Method, Request, Response}};
/// # struct CreateUser;
/// # impl Operation for CreateUser {
/// #     type Output = ();
/// #     const ID: &'static str = "CreateUser";
/// #     const IDEMPOTENT: bool = false;
/// #     fn request(&self) -> Result<Request<Bytes>, Error> {
/// #         RequestTarget::new(Self::ID, "/users").request(Method::POST)
/// #     }
/// #     fn response(&self, _: Response<Bytes>) -> Result<(), Error> { Ok(()) }
/// # }
///
/// let options = CallOptions::new()
///     .timeout(Duration::from_secs(2))
///     .idempotency_key("order-1815");
/// let request = CreateUser.with(options).request()?;
/// assert_eq!(request.headers()["idempotency-key"], "order-1815");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until an operation is sent with them"]
pub struct CallOptions {
    timeout: Option<RequestTimeout>,
    headers: HeaderMap,
    /// The first header that cannot be sent, by name. A chain reads better without a `?` on
    /// every line, so the call reports it.
    problem: Option<String>,
}

impl CallOptions {
    /// Nothing is different.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long each exchange of the call may take, in place of the client's timeout.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(RequestTimeout(timeout));
        self
    }

    /// Sends a header, in place of any other of its name.
    ///
    /// Its value is treated as a secret: no `Debug` shows it.
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let header = name.parse::<HeaderName>();
        let value = HeaderValue::from_str(value.as_ref());
        match (header, value) {
            (Ok(name), Ok(value)) => self.insert(name, value),
            (Ok(_), Err(_)) => self.refuse(format!("the value of `{name}` is not a header value")),
            (Err(_), _) => self.refuse("a header's name is not one".to_owned()),
        }
        self
    }

    /// A name for what the call is to bring about, so that Clerk can tell a repetition.
    ///
    /// Clerk takes 1 to 255 letters, digits, `-` and `_`, and looks at it in the operations whose
    /// description says so. It does not make [`Retry`](crate::Retry) send anything again.
    pub fn idempotency_key(self, key: impl AsRef<str>) -> Self {
        self.header("idempotency-key", key)
    }

    /// Another version of Clerk's API than [`API_VERSION`](crate::API_VERSION).
    ///
    /// An escape hatch: answers are still read as those of the version this SDK is written for.
    pub fn api_version(self, version: impl AsRef<str>) -> Self {
        self.header(API_VERSION_HEADER.as_str(), version)
    }

    /// Acts as this machine, whatever keys the client has.
    pub fn machine_secret_key(mut self, key: &MachineSecretKey) -> Self {
        match bearer(key.expose()) {
            Some(value) => self.insert(AUTHORIZATION, value),
            None => self.refuse("the machine secret key is not a header value".to_owned()),
        }
        self
    }

    fn insert(&mut self, name: HeaderName, mut value: HeaderValue) {
        value.set_sensitive(true);
        self.headers.insert(name, value);
    }

    fn refuse(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}

/// An operation with [`CallOptions`]; made by [`Operation::with`].
#[derive(Clone, Debug)]
pub struct WithOptions<O> {
    pub(crate) operation: O,
    options: CallOptions,
}

impl<O> WithOptions<O> {
    pub(super) const fn new(operation: O, options: CallOptions) -> Self {
        Self { operation, options }
    }
}

impl<O: Operation> Operation for WithOptions<O> {
    type Output = O::Output;

    const ID: &'static str = O::ID;
    const IDEMPOTENT: bool = O::IDEMPOTENT;
    const BASE: BasePath = O::BASE;
    const AUTHORIZATION: Authorization = O::AUTHORIZATION;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let options = &self.options;
        if let Some(problem) = &options.problem {
            return Err(Error::build(O::ID, problem));
        }
        let mut request = self.operation.request()?;
        for (name, value) in &options.headers {
            request.headers_mut().insert(name, value.clone());
        }
        if let Some(timeout) = options.timeout {
            request.extensions_mut().insert(timeout);
        }
        Ok(request)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
        self.operation.response(response)
    }
}
