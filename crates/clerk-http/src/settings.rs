mod builder;
mod invalid;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request,
    header::{AUTHORIZATION, Entry, USER_AGENT},
};

pub(crate) use self::builder::sealed;
pub use self::{
    builder::{Build, Builder},
    invalid::InvalidSettings,
};
use crate::{
    API_VERSION, Authorization, BasePath, Error, Operation, RequestTimeout, Retry,
    base_url::BaseUrl, headers::API_VERSION_HEADER,
};

/// What is the same for all calls of a client: where they go, and as whom.
///
/// Both clients hold one, and so may anything else that turns operations into requests.
///
/// ```
/// use clerk_http::Settings;
///
/// let settings = Settings::builder()
///     .base_url("http://127.0.0.1:4010/clerk/")
///     .secret_key("sk_test_abc".parse()?)
///     .build()?;
/// assert!(!format!("{settings:?}").contains("abc"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    base: BaseUrl,
    version_segment: String,
    credentials: Option<HeaderValue>,
    machine_credentials: Option<HeaderValue>,
    user_agent: HeaderValue,
    timeout: RequestTimeout,
    retry: Retry,
}

/// What of an [`Operation`] decides how its request is completed.
#[derive(Clone, Copy)]
struct Call {
    id: &'static str,
    base: BasePath,
    authorization: Authorization,
}

impl Call {
    const fn of<O: Operation>() -> Self {
        Self {
            id: O::ID,
            base: O::BASE,
            authorization: O::AUTHORIZATION,
        }
    }
}

impl Settings {
    /// Starts from the defaults: Clerk's API, no secret key.
    pub fn builder() -> Builder<Self> {
        Builder::new(())
    }

    /// When and how often an operation is sent again.
    pub const fn retry(&self) -> &Retry {
        &self.retry
    }

    /// The same, with seeds for the waits from `draw` unless one was set.
    pub(crate) fn drawing_seeds(self, draw: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self {
            retry: self.retry.drawing_seeds(draw),
            ..self
        }
    }

    /// The complete request that carries out `operation`, ready for a transport.
    ///
    /// Headers that the operation sets itself are kept.
    ///
    /// # Errors
    ///
    /// [`Error::Build`]: the operation makes no request, its path would lead elsewhere, or it
    /// needs a key and there is none.
    pub fn request<O: Operation>(&self, operation: &O) -> Result<Request<Bytes>, Error> {
        self.complete(operation.request()?, Call::of::<O>())
    }

    /// Not generic: there are hundreds of operations, and this is most of what each of them takes.
    fn complete(&self, mut request: Request<Bytes>, call: Call) -> Result<Request<Bytes>, Error> {
        let version_segment = match call.base {
            BasePath::Versioned => Some(self.version_segment.as_str()),
            BasePath::Root => None,
        };
        let uri = self
            .base
            .join(version_segment, request.uri())
            .map_err(|problem| Error::build(call.id, problem))?;
        *request.uri_mut() = uri;

        self.authorize(request.headers_mut(), call)?;
        let headers = request.headers_mut();
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.user_agent.clone());
        headers
            .entry(API_VERSION_HEADER)
            .or_insert(const { HeaderValue::from_static(API_VERSION) });

        let extensions = request.extensions_mut();
        if extensions.get::<RequestTimeout>().is_none() {
            extensions.insert(self.timeout);
        }
        Ok(request)
    }

    /// Adds the client's credentials, unless the operation brings its own.
    fn authorize(&self, headers: &mut HeaderMap, call: Call) -> Result<(), Error> {
        match (headers.entry(AUTHORIZATION), call.authorization) {
            (Entry::Occupied(mut own), _) => {
                if !self.base.keeps_secrets() {
                    return Err(Error::build(
                        call.id,
                        self.base.exposes_secrets().to_string(),
                    ));
                }
                own.iter_mut().for_each(|value| value.set_sensitive(true));
            }
            (Entry::Vacant(_), Authorization::Public) => {}
            (Entry::Vacant(missing), needed) => {
                let credentials = self.credentials(needed);
                missing.insert(credentials.map_err(|problem| Error::build(call.id, problem))?);
            }
        }
        Ok(())
    }

    fn credentials(&self, needed: Authorization) -> Result<HeaderValue, &'static str> {
        let (instance, machine) = (&self.credentials, &self.machine_credentials);
        let (found, problem) = match needed {
            Authorization::MachineSecretKey => (
                machine.as_ref(),
                "it needs a machine's secret key; set CLERK_MACHINE_SECRET_KEY, or give the \
                 client a machine secret key",
            ),
            Authorization::MachineOrSecretKey => (
                machine.as_ref().or(instance.as_ref()),
                "it needs a machine's secret key or the instance's; set CLERK_MACHINE_SECRET_KEY \
                 or CLERK_SECRET_KEY, or give the client a key",
            ),
            Authorization::SecretKey | Authorization::Public => (
                instance.as_ref(),
                "it needs the instance's secret key; set CLERK_SECRET_KEY, or give the client a \
                 secret key",
            ),
        };
        found.cloned().ok_or(problem)
    }
}
