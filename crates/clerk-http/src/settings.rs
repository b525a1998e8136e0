use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_core::{Clock, SecretKey};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request,
    header::{AUTHORIZATION, Entry, USER_AGENT},
};
use zeroize::Zeroizing;

use crate::{
    Authorization, BasePath, Client, Error, MachineSecretKey, Operation, RequestTimeout, Retry,
    base_url::BaseUrl, blocking,
};

/// The version of Clerk's API this SDK is written for, sent as `Clerk-API-Version`.
pub const API_VERSION: &str = "2026-05-12";

pub(crate) const API_VERSION_HEADER: HeaderName = HeaderName::from_static("clerk-api-version");
const DEFAULT_BASE_URL: &str = "https://api.clerk.com";
const DEFAULT_USER_AGENT: &str = concat!("clerk-rust/", env!("CARGO_PKG_VERSION"));

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

/// Builds a [`Client`], a [`blocking::Client`] or their [`Settings`] alone.
///
/// ```
/// use clerk_http::{Retry, Settings};
/// use std::time::Duration;
///
/// let settings = Settings::builder()
///     .secret_key("sk_test_abc".parse()?)
///     .timeout(Duration::from_secs(5))
///     .retry(Retry::none())
///     .build()?;
/// # let _ = settings;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until `build()`"]
pub struct Builder<T: Build> {
    edge: T::Edge,
    clock: Option<Arc<dyn Clock>>,
    base_url: String,
    version_segment: String,
    secret_key: Option<SecretKey>,
    machine_secret_key: Option<MachineSecretKey>,
    user_agent: String,
    timeout: RequestTimeout,
    retry: Retry,
}

impl<T: Build> Builder<T> {
    pub(crate) fn new(edge: T::Edge) -> Self {
        Self {
            edge,
            clock: None,
            base_url: DEFAULT_BASE_URL.into(),
            version_segment: "v1".into(),
            secret_key: None,
            machine_secret_key: None,
            user_agent: DEFAULT_USER_AGENT.into(),
            timeout: RequestTimeout::default(),
            retry: Retry::default(),
        }
    }

    /// Where the API is; `https://api.clerk.com` if not said. A path is kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The path segment between the base URL and an operation's path; `v1` if not said.
    pub fn version_segment(mut self, segment: impl Into<String>) -> Self {
        self.version_segment = segment.into();
        self
    }

    /// The instance's secret key. Most operations need it.
    pub fn secret_key(mut self, key: SecretKey) -> Self {
        self.secret_key = Some(key);
        self
    }

    /// A machine's secret key, for what machines do: create and verify M2M tokens.
    pub fn machine_secret_key(mut self, key: MachineSecretKey) -> Self {
        self.machine_secret_key = Some(key);
        self
    }

    /// What to send as `User-Agent`; `clerk-rust/` and this crate's version if not said.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// How long one exchange may take, connecting included; 30 seconds if not said.
    ///
    /// An operation's own [`RequestTimeout`] has precedence.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = RequestTimeout(timeout);
        self
    }

    /// When and how often an operation is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Checks the settings and puts them to use.
    ///
    /// # Errors
    ///
    /// Says which setting cannot be used, and why.
    pub fn build(self) -> Result<T, InvalidSettings> {
        let base = BaseUrl::parse(&self.base_url)?;
        let has_secrets = self.secret_key.is_some() || self.machine_secret_key.is_some();
        if has_secrets && !base.keeps_secrets() {
            return Err(base.exposes_secrets());
        }
        let version_segment = self.version_segment.trim_matches('/').to_owned();
        let is_segment = |segment: &str| {
            !segment.starts_with('.')
                && segment
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        if version_segment.is_empty() || !is_segment(&version_segment) {
            return Err(InvalidSettings::VersionSegment);
        }
        if base.ends_with_version(&version_segment) {
            let problem = "it ends in the API's version, which every request adds by itself";
            return Err(InvalidSettings::BaseUrl { problem });
        }
        let settings = Settings {
            base,
            version_segment,
            credentials: credentials(self.secret_key.as_ref().map(SecretKey::expose))?,
            machine_credentials: credentials(
                self.machine_secret_key
                    .as_ref()
                    .map(MachineSecretKey::expose),
            )?,
            user_agent: HeaderValue::try_from(self.user_agent)
                .map_err(|_| InvalidSettings::UserAgent)?,
            timeout: self.timeout,
            retry: self.retry,
        };
        Ok(T::from_parts(self.edge, self.clock, settings))
    }
}

impl Builder<Client> {
    /// What measures the retry budget, and what layers above read the time from; the operating
    /// system's clocks if not said, which are not looked at before [`build`](Self::build).
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }
}

impl Builder<blocking::Client> {
    /// What measures the retry budget, and what layers above read the time from; the operating
    /// system's clocks if not said, which are not looked at before [`build`](Self::build).
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }
}

/// What a [`Builder`] can build. There is nothing else to implement it for.
pub trait Build: sealed::Build {}
impl<T: sealed::Build> Build for T {}

pub(crate) mod sealed {
    use std::sync::Arc;

    use clerk_core::Clock;

    use super::Settings;

    pub trait Build {
        type Edge: std::fmt::Debug;
        fn from_parts(edge: Self::Edge, clock: Option<Arc<dyn Clock>>, settings: Settings) -> Self;
    }
}

impl sealed::Build for Settings {
    type Edge = ();

    fn from_parts((): (), _: Option<Arc<dyn Clock>>, settings: Settings) -> Self {
        settings
    }
}

/// Shared by all requests, and erased once the last of them is gone.
pub(crate) fn bearer(key: &str) -> Option<HeaderValue> {
    let text = Zeroizing::new(format!("Bearer {key}").into_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn credentials(key: Option<&str>) -> Result<Option<HeaderValue>, InvalidSettings> {
    key.map(|key| bearer(key).ok_or(InvalidSettings::SecretKey))
        .transpose()
}

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// The base URL is not one.
    #[error(
        "the API's base URL (`api_url`) cannot be used: {problem}; write it as https://api.clerk.com"
    )]
    BaseUrl {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Credentials would travel unencrypted.
    #[error(
        "credentials are not sent to {host} over plain http, where others could read them; \
         use https, or a loopback address"
    )]
    PlainHttp {
        /// The host of the base URL.
        host: String,
    },
    /// The version segment is not one path segment.
    #[error("the version segment is not one path segment; it looks like v1")]
    VersionSegment,
    /// The user agent is not a header value.
    #[error("the user agent contains characters that no header may have")]
    UserAgent,
    /// The secret key is not a header value.
    #[error("the secret key contains characters that no header may have")]
    SecretKey,
}
