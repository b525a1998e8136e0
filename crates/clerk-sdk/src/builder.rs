mod authentication;
mod error;
mod secret_key;

use std::{fmt, mem, sync::Arc, time::Duration};

use clerk_auth::InvalidSettings;
use clerk_core::{Clock, PublishableKey, SecretKey, SystemClock};
use clerk_http::{MachineSecretKey, Retry};
use clerk_jwks::{CachePolicy, StaticKeys};
use clerk_jwt::{AuthorizedParties, InvalidMachineId, JwkSet, MachineScopes, Policy};

pub use self::{error::BuildError, secret_key::IntoSecretKey};

/// Settings for one Clerk instance; builds a [`Clerk`](crate::Clerk) or a
/// [`blocking::Clerk`](crate::blocking::Clerk).
///
/// # Where keys come from
///
/// One source, the first of these that is set:
///
/// 1. [`jwt_key`](Self::jwt_key) or [`jwks`](Self::jwks): no network.
/// 2. [`secret_key`](Self::secret_key): the Backend API's key set.
/// 3. [`publishable_key`](Self::publishable_key): the Frontend API's public key set.
///
/// With a [`machine_secret_key`](Self::machine_secret_key) alone there is no source. That is enough
/// for what machines do; whoever verifies a token that is signed is told what to set for it.
///
/// A builder that [`Clerk::from_env`](crate::Clerk::from_env) or
/// [`variables`](Self::variables) filled keeps that order, and every setter has precedence over
/// the variable of its name.
#[must_use = "a builder does nothing until `build()`"]
pub struct Builder<T: Build> {
    edge: Option<T::Edge>,
    secret_key: Option<SecretKey>,
    machine_secret_key: Option<MachineSecretKey>,
    publishable_key: Option<PublishableKey>,
    given_keys: Option<StaticKeys>,
    api_url: Option<String>,
    api_version: Option<String>,
    /// Where they are not the publishable key's. None at all stands for any.
    issuers: Option<Vec<Box<str>>>,
    policy: Policy,
    authentication: clerk_auth::Builder,
    cache_policy: CachePolicy,
    retry: Retry,
    clock: Arc<dyn Clock>,
    /// The first setter that could not use its value. A builder reads better without a `?` on
    /// every line.
    problem: Option<BuildError>,
}

/// What a [`Builder`] can build. There is nothing else to implement it for.
pub trait Build: sealed::Build {}
impl<T: sealed::Build> Build for T {}

pub(crate) mod sealed {
    use super::{BuildError, Plan};

    pub trait Build: Sized {
        /// What carries the requests and runs things beside.
        type Edge;

        fn from_plan(plan: &Plan, edge: Option<Self::Edge>) -> Result<Self, BuildError>;
    }
}

/// Everything that was decided before the first byte moves; both modes carry it out.
#[derive(Debug)]
pub struct Plan {
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    /// How requests are authenticated, or which setting is missing for it.
    pub(crate) authentication: Result<clerk_auth::Settings, clerk_auth::InvalidSettings>,
    pub(crate) cache_policy: CachePolicy,
    pub(crate) clock: Arc<dyn Clock>,
    api_url: Option<String>,
    api_version: Option<String>,
    secret_key: Option<SecretKey>,
    machine_secret_key: Option<MachineSecretKey>,
    retry: Retry,
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum Keys {
    Given(StaticKeys),
    /// The Backend API, where calls go too.
    BackendApi,
    /// The Frontend API at this URL.
    FrontendApi(String),
    /// Nowhere: there is a machine's secret key alone.
    Nowhere,
}

impl Plan {
    /// Settings for calls of the Backend API.
    pub(crate) fn api_client<C: clerk_http::Build>(
        &self,
        mut client: clerk_http::Builder<C>,
    ) -> clerk_http::Builder<C> {
        if let Some(url) = &self.api_url {
            client = client.base_url(url);
        }
        if let Some(version) = &self.api_version {
            client = client.version_segment(version);
        }
        if let Some(key) = &self.secret_key {
            client = client.secret_key(key.clone());
        }
        if let Some(key) = &self.machine_secret_key {
            client = client.machine_secret_key(key.clone());
        }
        client.retry(self.retry.clone())
    }

    /// Settings for calls of the Frontend API at `url`, which is given no credentials.
    pub(crate) fn frontend_client<C: clerk_http::Build>(
        &self,
        client: clerk_http::Builder<C>,
        url: &str,
    ) -> clerk_http::Builder<C> {
        client.base_url(url).retry(self.retry.clone())
    }
}

impl<T: Build> Builder<T> {
    pub(crate) fn new() -> Self {
        Self {
            edge: None,
            secret_key: None,
            machine_secret_key: None,
            publishable_key: None,
            given_keys: None,
            api_url: None,
            api_version: None,
            issuers: None,
            policy: Policy::default(),
            authentication: clerk_auth::Settings::builder(),
            cache_policy: CachePolicy::default(),
            retry: Retry::default(),
            clock: Arc::new(SystemClock::new()),
            problem: None,
        }
    }

    /// The instance's secret key, `sk_…`: for fetching keys, and for calls of the Backend API.
    pub fn secret_key(self, key: impl IntoSecretKey) -> Self {
        self.with(key.into_secret_key(), |builder, key| {
            builder.secret_key = Some(key);
        })
    }

    /// A machine's secret key, `ak_…`: for what machines do with the Backend API. They need no other.
    pub fn machine_secret_key<K>(self, key: K) -> Self
    where
        K: TryInto<MachineSecretKey>,
        BuildError: From<K::Error>,
    {
        self.with(key.try_into(), |builder, key| {
            builder.machine_secret_key = Some(key);
        })
    }

    /// The instance's publishable key, `pk_…`.
    ///
    /// With it, only tokens that name the instance as their issuer are accepted.
    pub fn publishable_key(self, key: impl AsRef<str>) -> Self {
        self.with(PublishableKey::new(key), |builder, key| {
            builder.publishable_key = Some(key.clone());
            builder.authentication = mem::take(&mut builder.authentication).publishable_key(key);
        })
    }

    /// The instance's JWKS public key in PEM, in any form that
    /// [`VerifyingKey::from_pem`](clerk_jwt::VerifyingKey::from_pem) reads.
    pub fn jwt_key(self, pem: impl AsRef<str>) -> Self {
        self.with(StaticKeys::from_pem(pem.as_ref()), |builder, keys| {
            builder.given_keys = Some(keys);
        })
    }

    /// The instance's keys, so that none has to be fetched.
    pub fn jwks(mut self, keys: JwkSet) -> Self {
        self.given_keys = Some(keys.into());
        self
    }

    /// Where the Backend API is; `https://api.clerk.com` if not said.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// The Backend API's path version; `v1` if not said.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// Accepts only tokens that one of `issuers` issued, in place of the one the publishable key
    /// names. An application behind a proxy has its proxy URL as issuer.
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        let issuers: Vec<Box<str>> = issuers.into_iter().map(Into::into).collect();
        self.authentication = self.authentication.issuers(issuers.iter().cloned());
        self.issuers = Some(issuers);
        self
    }

    /// Accepts tokens of every issuer whose tokens the keys verify.
    pub fn ignore_issuer(mut self) -> Self {
        self.authentication = self.authentication.ignore_issuer();
        self.issuers = Some(Vec::new());
        self
    }

    /// What is asked of `azp`, the origin that asked for the token; nothing if not said.
    pub fn authorized_parties(mut self, parties: AuthorizedParties) -> Self {
        self.authentication = self.authentication.authorized_parties(parties.clone());
        self.policy = self.policy.authorized_parties(parties);
        self
    }

    /// Accepts only tokens that are for one of `audiences`, whatever their type; a token that names
    /// none is refused. How those say it that are no JWTs is told at
    /// [`clerk_auth::Builder::audiences`].
    pub fn audiences<A: Into<Box<str>>>(mut self, audiences: impl IntoIterator<Item = A>) -> Self {
        let audiences: Vec<Box<str>> = audiences.into_iter().map(Into::into).collect();
        self.authentication = self.authentication.audiences(audiences.iter().cloned());
        self.policy = self.policy.audiences(audiences);
        self
    }

    /// The machine that this service is, `mch_…`: accepts only machine-to-machine tokens that are
    /// for it.
    ///
    /// Clerk has no call that tells a machine its own id, so the key alone does not say it. The
    /// Dashboard shows it beside the machine's name.
    pub fn machine_id(mut self, id: impl Into<Box<str>>) -> Self {
        let id: Box<str> = id.into();
        self.authentication = self.authentication.machine_id(id.clone());
        self.with(MachineScopes::require(id), |builder, scopes| {
            builder.policy = mem::take(&mut builder.policy).machine_scopes(scopes);
        })
    }

    /// Accepts machine-to-machine tokens of every machine of the instance, whichever machines they
    /// are for.
    pub fn ignore_machine_scopes(mut self) -> Self {
        self.authentication = self.authentication.ignore_machine_scopes();
        self.policy = self.policy.machine_scopes(MachineScopes::Ignore);
        self
    }

    /// The leeway for clocks that disagree; 5 seconds if not said. Zero is zero.
    pub fn clock_skew(mut self, leeway: Duration) -> Self {
        self.authentication = self.authentication.clock_skew(leeway);
        self.policy = self.policy.clock_skew(leeway);
        self
    }

    /// How long fetched keys are believed.
    pub fn cache_policy(mut self, policy: CachePolicy) -> Self {
        self.cache_policy = policy;
        self
    }

    /// When and how often a call of Clerk's API is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// What the time is read from; the operating system's clocks if not said.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes every setting for which `read` knows a value under the name Clerk's SDKs use:
    /// `CLERK_SECRET_KEY`, `CLERK_MACHINE_SECRET_KEY`, `CLERK_PUBLISHABLE_KEY`, `CLERK_JWT_KEY`,
    /// `CLERK_API_URL`, `CLERK_API_VERSION`, `CLERK_DOMAIN`, `CLERK_IS_SATELLITE`,
    /// `CLERK_PROXY_URL`, `CLERK_SIGN_IN_URL` and `CLERK_SIGN_UP_URL`; and under names that are ours
    /// alone: `CLERK_MACHINE_ID`, `CLERK_PUBLIC_URL` and `CLERK_FORWARDED_HEADERS` (`true` or
    /// `false`). An empty value counts as none.
    ///
    /// ```
    /// use clerk::Clerk;
    /// # #[cfg(feature = "async")] {
    /// let clerk = Clerk::builder()
    ///     .variables(|name| std::env::var(name).ok())
    ///     .jwt_key(include_str!("../../clerk-jwt/tests/keys/a.public.pem"))
    ///     .build()?;
    /// # let _ = clerk;
    /// # }
    /// # Ok::<(), clerk::BuildError>(())
    /// ```
    pub fn variables(mut self, read: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name: &str| read(name).filter(|value| !value.trim().is_empty());
        if let Some(key) = read("CLERK_SECRET_KEY") {
            self = self.secret_key(key);
        }
        if let Some(key) = read("CLERK_MACHINE_SECRET_KEY") {
            self = self.machine_secret_key(key);
        }
        if let Some(id) = read("CLERK_MACHINE_ID") {
            self = self.machine_id(id.trim());
        }
        if let Some(key) = read("CLERK_PUBLISHABLE_KEY") {
            self = self.publishable_key(key);
        }
        if let Some(pem) = read("CLERK_JWT_KEY") {
            self = self.jwt_key(pem);
        }
        if let Some(url) = read("CLERK_API_URL") {
            self = self.api_url(url);
        }
        if let Some(version) = read("CLERK_API_VERSION") {
            self = self.api_version(version);
        }
        self.authentication_variables(read)
    }

    /// Checks the settings and puts them to use. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// Says which setting cannot be used, why, and what to set instead.
    pub fn build(mut self) -> Result<T, BuildError> {
        let edge = self.edge.take();
        T::from_plan(&self.plan()?, edge)
    }

    pub(crate) fn edge(mut self, edge: T::Edge) -> Self {
        self.edge = Some(edge);
        self
    }

    fn with<V, E>(mut self, value: Result<V, E>, set: impl FnOnce(&mut Self, V)) -> Self
    where
        BuildError: From<E>,
    {
        match value {
            Ok(value) => set(&mut self, value),
            Err(error) => {
                self.problem.get_or_insert(error.into());
            }
        }
        self
    }

    fn plan(self) -> Result<Plan, BuildError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if let (Some(secret), Some(publishable)) = (&self.secret_key, &self.publishable_key) {
            if secret.instance_type() != publishable.instance_type() {
                return Err(BuildError::Mismatch);
            }
        }
        let has_publishable_key = self.publishable_key.is_some();
        let frontend_api = self.publishable_key.map(|key| key.frontend_api_url());
        let keys = match (self.given_keys, &self.secret_key, frontend_api) {
            (Some(keys), _, _) => Keys::Given(keys),
            (None, Some(_), _) => Keys::BackendApi,
            (None, None, Some(url)) => Keys::FrontendApi(url),
            (None, None, None) if self.machine_secret_key.is_some() => Keys::Nowhere,
            (None, None, None) => return Err(BuildError::NoKeys),
        };
        let authentication = match self.authentication.build() {
            // A client without one may be there for other things than requests.
            Err(InvalidSettings::NoPublishableKey) if !has_publishable_key => {
                Err(InvalidSettings::NoPublishableKey)
            }
            built => Ok(built?),
        };
        // The same for tokens as for requests.
        let issuers: Vec<Box<str>> = match &authentication {
            Ok(settings) => settings.issuers().map(Into::into).collect(),
            Err(_) => self.issuers.unwrap_or_default(),
        };
        let policy = if issuers.is_empty() {
            self.policy
        } else {
            self.policy.issuers(issuers)
        };
        Ok(Plan {
            keys,
            authentication,
            policy,
            cache_policy: self.cache_policy,
            clock: self.clock,
            api_url: self.api_url,
            api_version: self.api_version,
            secret_key: self.secret_key,
            machine_secret_key: self.machine_secret_key,
            retry: self.retry,
        })
    }
}

impl From<InvalidMachineId> for BuildError {
    fn from(InvalidMachineId: InvalidMachineId) -> Self {
        Self::Authentication(InvalidSettings::MachineId)
    }
}

impl<T: Build> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("secret_key", &self.secret_key)
            .field("publishable_key", &self.publishable_key)
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "async"))]
mod tests;
