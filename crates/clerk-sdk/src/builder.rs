mod authentication;
mod error;
mod plan;
mod secret_key;
mod variables;

use std::{fmt, mem, sync::Arc, time::Duration};

use clerk_core::{Clock, PublishableKey, SecretKey};
use clerk_http::{MachineSecretKey, Retry};
use clerk_jwks::{CachePolicy, VerifiedTokenCache};
use clerk_jwt::{AuthorizedParties, JwkSet, MachineScopes, Policy, Provider};

use self::plan::GivenKeys;
pub(crate) use self::plan::{Keys, Plan};
use self::variables::{FromVariables, Variable};
pub use self::{
    error::{BuildError, InvalidVariable},
    secret_key::IntoSecretKey,
};

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
/// The order is the same for settings of which some came from the [environment](Self::env).
#[must_use = "a builder does nothing until `build()`"]
pub struct Builder<T: Build> {
    edge: Option<T::Edge>,
    secret_key: Option<SecretKey>,
    machine_secret_key: Option<MachineSecretKey>,
    publishable_key: Option<PublishableKey>,
    given_keys: Option<GivenKeys>,
    api_url: Option<String>,
    api_version: Option<String>,
    /// Where they are not the publishable key's. None at all stands for any.
    issuers: Option<Vec<Box<str>>>,
    policy: Policy,
    authentication: clerk_auth::Builder,
    cache_policy: CachePolicy,
    token_cache: Option<Arc<VerifiedTokenCache>>,
    retry: Retry,
    provider: Option<Arc<dyn Provider>>,
    clock: Option<Arc<dyn Clock>>,
    /// The first setter that could not use its value. A builder reads better without a `?` on
    /// every line.
    problem: Option<BuildError>,
    variables: FromVariables,
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
            token_cache: None,
            retry: Retry::default(),
            provider: None,
            clock: None,
            problem: None,
            variables: FromVariables::default(),
        }
    }

    /// The instance's secret key, `sk_…`: for fetching keys, and for calls of the Backend API.
    pub fn secret_key(self, key: impl IntoSecretKey) -> Self {
        self.by_hand(Variable::SecretKey)
            .with(key.into_secret_key(), |builder, key| {
                builder.secret_key = Some(key);
            })
    }

    /// A machine's secret key, `ak_…`: for what machines do with the Backend API. They need no other.
    pub fn machine_secret_key<K>(self, key: K) -> Self
    where
        K: TryInto<MachineSecretKey>,
        BuildError: From<K::Error>,
    {
        self.by_hand(Variable::MachineSecretKey)
            .with(key.try_into(), |builder, key| {
                builder.machine_secret_key = Some(key);
            })
    }

    /// The instance's publishable key, `pk_…`.
    ///
    /// With it, only tokens that name the instance as their issuer are accepted.
    pub fn publishable_key(self, key: impl AsRef<str>) -> Self {
        self.by_hand(Variable::PublishableKey)
            .with(PublishableKey::new(key), |builder, key| {
                builder.publishable_key = Some(key.clone());
                builder.authentication =
                    mem::take(&mut builder.authentication).publishable_key(key);
            })
    }

    /// The instance's JWKS public key in PEM, in any form that
    /// [`VerifyingKey::from_pem`](clerk_jwt::VerifyingKey::from_pem) reads.
    pub fn jwt_key(self, pem: impl AsRef<str>) -> Self {
        let mut builder = self.by_hand(Variable::JwtKey);
        builder.given_keys = Some(GivenKeys::Pem(pem.as_ref().to_owned()));
        builder
    }

    /// The instance's keys, so that none has to be fetched.
    pub fn jwks(self, keys: JwkSet) -> Self {
        let mut builder = self.by_hand(Variable::JwtKey);
        builder.given_keys = Some(GivenKeys::Set(keys));
        builder
    }

    /// Where the Backend API is. Default: `https://api.clerk.com`.
    pub fn api_url(self, url: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::ApiUrl);
        builder.api_url = Some(url.into());
        builder
    }

    /// The Backend API's path version. Default: `v1`.
    pub fn api_version(self, version: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::ApiVersion);
        builder.api_version = Some(version.into());
        builder
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

    /// What is asked of `azp`, the origin that asked for the token. Default: nothing. A list
    /// stands for [`AuthorizedParties::require`].
    pub fn authorized_parties(self, parties: impl Into<AuthorizedParties>) -> Self {
        let parties = parties.into();
        let mut builder = self.by_hand(Variable::AuthorizedParties);
        builder.authentication = builder.authentication.authorized_parties(parties.clone());
        builder.policy = builder.policy.authorized_parties(parties);
        builder
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
    pub fn machine_id(self, id: impl Into<Box<str>>) -> Self {
        let id: Box<str> = id.into();
        let scopes = MachineScopes::require(id.clone());
        self.by_hand(Variable::MachineId)
            .with(scopes, |builder, scopes| {
                builder.authentication = mem::take(&mut builder.authentication).machine_id(id);
                builder.policy = mem::take(&mut builder.policy).machine_scopes(scopes);
            })
    }

    /// Accepts machine-to-machine tokens of every machine of the instance, whichever machines they
    /// are for.
    pub fn ignore_machine_scopes(self) -> Self {
        let mut builder = self.by_hand(Variable::MachineId);
        builder.authentication = builder.authentication.ignore_machine_scopes();
        builder.policy = builder.policy.machine_scopes(MachineScopes::Ignore);
        builder
    }

    /// The leeway for clocks that disagree. Default: 5 seconds. Zero is zero.
    pub fn clock_skew(self, leeway: Duration) -> Self {
        let mut builder = self.by_hand(Variable::ClockSkew);
        builder.authentication = builder.authentication.clock_skew(leeway);
        builder.policy = builder.policy.clock_skew(leeway);
        builder
    }

    /// How long fetched keys are believed.
    pub fn cache_policy(mut self, policy: CachePolicy) -> Self {
        self.cache_policy = policy;
        self
    }

    /// Keeps tokens that were verified, for tokens and for requests: a signature is checked once, and
    /// not each time the same token comes. Default: none are kept.
    ///
    /// ```
    /// # #[cfg(all(feature = "async", feature = "ring"))] {
    /// use clerk::{Clerk, VerifiedTokenCache};
    ///
    /// let clerk = Clerk::builder()
    ///     .secret_key("sk_test_abc")
    ///     .token_cache(VerifiedTokenCache::new(10_000))
    ///     .build()?;
    /// let cache = clerk.verifier().token_cache();
    /// assert!(cache.is_some_and(|cache| cache.hits() == 0));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn token_cache(mut self, cache: impl Into<Arc<VerifiedTokenCache>>) -> Self {
        self.token_cache = Some(cache.into());
        self
    }

    /// When and how often a call of Clerk's API is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// What verifies signatures. Default: ring, with the feature `ring`. For keys that are fetched, and for
    /// [`jwt_key`](Self::jwt_key); a [`jwks`](Self::jwks) was read for one already.
    ///
    /// A library that answers later, as WebCrypto does, is for [`Clerk`](crate::Clerk) alone. Webhooks are not verified
    /// with this one: their signing secrets are given a provider of their own.
    pub fn provider(mut self, provider: impl Provider + 'static) -> Self {
        self.provider = Some(Arc::new(provider));
        self
    }

    /// What the time is read from. Default: the operating system's clocks, which are not looked at before
    /// [`build`](Self::build).
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
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

    /// Whatever the variable said, or failed to say, this setting is made by hand.
    fn by_hand(mut self, variable: Variable) -> Self {
        self.variables.forget(variable);
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

#[cfg(all(test, feature = "ring"))]
mod tests;
