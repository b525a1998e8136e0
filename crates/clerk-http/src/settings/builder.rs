use std::{sync::Arc, time::Duration};

use clerk_core::{Clock, SecretKey};
use http::HeaderValue;

use super::{InvalidSettings, Settings};
use crate::{MachineSecretKey, RequestTimeout, Retry, base_url::BaseUrl, headers::bearer};

const DEFAULT_BASE_URL: &str = "https://api.clerk.com";
const DEFAULT_USER_AGENT: &str = concat!("clerk-rust/", env!("CARGO_PKG_VERSION"));

/// Builds a [`Client`](crate::Client), a [`blocking::Client`](crate::blocking::Client) or their [`Settings`] alone.
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
    /// The clients alone are given one: they drive calls.
    pub(crate) clock: Option<Arc<dyn Clock>>,
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

    /// Where the API is. Default: `https://api.clerk.com`. A path is kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The path segment between the base URL and an operation's path. Default: `v1`.
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

    /// What to send as `User-Agent`. Default: `clerk-rust/` and this crate's version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// How long one exchange may take, connecting included. Default: 30 seconds.
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

/// What a [`Builder`] can build. There is nothing else to implement it for.
pub trait Build: sealed::Build {}
impl<T: sealed::Build> Build for T {}

pub(crate) mod sealed {
    use std::sync::Arc;

    use clerk_core::Clock;

    use crate::Settings;

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

fn credentials(key: Option<&str>) -> Result<Option<HeaderValue>, InvalidSettings> {
    key.map(|key| bearer(key).ok_or(InvalidSettings::SecretKey))
        .transpose()
}
