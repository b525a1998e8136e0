//! What follows from all settings together.

use std::sync::Arc;

use clerk_auth::InvalidSettings;
use clerk_core::{Clock, SecretKey, SystemClock};
use clerk_http::{MachineSecretKey, Retry};
use clerk_jwks::{CachePolicy, StaticKeys, VerifiedTokenCache};
use clerk_jwt::{JwkSet, Policy, Provider};

use super::{Build, BuildError, Builder, variables::FromVariables};

/// Everything that was decided before the first byte moves; both modes carry it out.
#[derive(Debug)]
pub struct Plan {
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    /// How requests are authenticated, or which setting is missing for it.
    pub(crate) authentication: Result<clerk_auth::Settings, clerk_auth::InvalidSettings>,
    pub(crate) cache_policy: CachePolicy,
    pub(crate) token_cache: Option<Arc<VerifiedTokenCache>>,
    pub(crate) clock: Arc<dyn Clock>,
    api_url: Option<String>,
    api_version: Option<String>,
    secret_key: Option<SecretKey>,
    machine_secret_key: Option<MachineSecretKey>,
    retry: Retry,
    /// Which of them came from variables.
    variables: FromVariables,
}

/// Keys that need not be fetched.
pub(super) enum GivenKeys {
    /// Read once it is known by which library they are verified with.
    Pem(String),
    Set(JwkSet),
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum Keys {
    Given(StaticKeys),
    /// The Backend API, where calls go too.
    BackendApi(Arc<dyn Provider>),
    /// The Frontend API at this URL.
    FrontendApi(String, Arc<dyn Provider>),
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

    /// Names the variable in an error that is about one.
    pub(crate) fn name_in(&self, error: impl Into<BuildError>) -> BuildError {
        self.variables.name_in(error.into())
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
    pub(super) fn plan(mut self) -> Result<Plan, BuildError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let provider = self.provider.or_else(own_provider);
        let provider = || provider.clone().ok_or(BuildError::NoProvider);
        let given_keys = match self.given_keys {
            None => None,
            Some(GivenKeys::Set(keys)) => Some(keys.into()),
            Some(GivenKeys::Pem(pem)) => {
                let keys = StaticKeys::from_pem_with(&pem, &*provider()?);
                Some(keys.map_err(|error| self.variables.name_in(error.into()))?)
            }
        };
        if let Some(problem) = self.variables.problem() {
            return Err(problem);
        }
        if let (Some(secret), Some(publishable)) = (&self.secret_key, &self.publishable_key) {
            if secret.instance_type() != publishable.instance_type() {
                return Err(BuildError::Mismatch);
            }
        }
        let has_publishable_key = self.publishable_key.is_some();
        let frontend_api = self.publishable_key.map(|key| key.frontend_api_url());
        let keys = match (given_keys, &self.secret_key, frontend_api) {
            (Some(keys), _, _) => Keys::Given(keys),
            (None, Some(_), _) => Keys::BackendApi(provider()?),
            (None, None, Some(url)) => Keys::FrontendApi(url, provider()?),
            (None, None, None) if self.machine_secret_key.is_some() => Keys::Nowhere,
            (None, None, None) => return Err(BuildError::NoKeys),
        };
        let authentication = match &self.token_cache {
            Some(cache) => self.authentication.token_cache(Arc::clone(cache)),
            None => self.authentication,
        };
        let authentication = match authentication.build() {
            // A client without one may be there for other things than requests.
            Err(InvalidSettings::NoPublishableKey) if !has_publishable_key => {
                Err(InvalidSettings::NoPublishableKey)
            }
            built => Ok(built.map_err(|error| self.variables.name_in(error.into()))?),
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
            token_cache: self.token_cache,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
            api_url: self.api_url,
            api_version: self.api_version,
            secret_key: self.secret_key,
            machine_secret_key: self.machine_secret_key,
            retry: self.retry,
            variables: self.variables,
        })
    }
}

/// What verifies where nothing was said.
fn own_provider() -> Option<Arc<dyn Provider>> {
    let provider: Option<Arc<dyn Provider>> = None;
    #[cfg(feature = "ring")]
    let provider = provider.or_else(|| Some(Arc::new(clerk_jwt::Ring)));
    provider
}
